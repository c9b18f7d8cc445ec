"""Whatever the objects hold: nothing is raised, nothing is changed, and the answer is always the same."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_fluid import render
from kubectl_fluid.claims import Object
from tests.render.samples import dataset, mount, rendered, runtime, secret_option, tier
from tests.support import ROOT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 99) | st.floats() | st.text("ab/:,=$'\n", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "a", "spec"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def rich() -> tuple[Object, Object]:
    """Objects in which every field that is read is set."""
    component = {
        "options": {"a": "b"},
        "env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"divisor": "1"}}}],
        "resources": {"requests": {"cpu": 1}, "limits": {"memory": "50Gi"}},
        "nodeSelector": {"a": "b"},
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "networkMode": "ContainerNetwork",
        "podMetadata": {"labels": {"a": "b"}, "annotations": {"a": "b"}},
        "image": "i",
        "imageTag": "t",
        "imagePullPolicy": "Always",
        "cleanPolicy": "OnFuseChanged",
        "enabled": True,
        "command": ["c"],
        "args": ["a"],
        "ports": [{"containerPort": 1}],
        "lifecycle": {"preStop": {"exec": {"command": ["c"]}}},
        "imagePullSecrets": [{"name": "s"}],
    }
    subject = dataset(
        mount("metaurl", "x-y", options={"quota": "2Gi", "a": "b", "storage": "s", "bucket": "b"}),
        annotations={"pvc.fluid.io/resources.requests.storage": "1Gi"},
        sharedOptions={"c": "d"},
        sharedEncryptOptions=[secret_option("access-key")],
        accessModes=["ReadOnlyMany"],
        placement="Shared",
        nodeAffinity={"required": {"nodeSelectorTerms": []}},
        tolerations=[{"operator": "Exists"}],
    )
    owner = runtime(
        {"data.fluid.io/metadataList": '[{"selector": {"kind": "PersistentVolume"}, "labels": {"a": "b"}}]'},
        replicas=1,
        configs=["a"],
        juicefsVersion={"image": "i"},
        tieredstore=tier(
            mediumtype="MEM", low="0.1", volumeType="emptyDir", volumeSource={"emptyDir": {"sizeLimit": "1Gi"}}
        ),
        fuse=component,
        worker=copy.deepcopy(component),
        volumes=[{"name": "v", "emptyDir": {}}],
        podMetadata={"labels": {"c": "d"}},
        profileName="demo",
        fileSystemType="x",
    )
    return subject, owner


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(it for key, part in items for it in paths(part, (*path, key)))][0 if path else 1 :]


def replaced(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = leaf
    return changed


def answers(subject: Object, owner: Object) -> list[render.Rendered]:
    """Everything that can be rendered of two objects, whatever they are."""
    mounted = render.Physical(subject, "juicefs", (owner, subject, *rendered().placed()))
    reference = dataset({"mountPoint": "dataset://ns1/demo/x", "name": "r"})
    return [
        render.render(subject, owner),
        render.render(subject, {**owner, "kind": "ThinRuntime"}, profile=owner),
        render.render(reference, None, physical=mounted),
        render.dataload(owner, subject, owner),
        render.dataload(subject, *rich()),
    ]


@settings(max_examples=150)
@given(data=st.data(), leaf=JSON)
def test_no_content_of_a_field_is_an_exception(data: st.DataObject, leaf: Any) -> None:
    subject, owner = rich()
    if data.draw(st.booleans()):
        subject = replaced(subject, data.draw(st.sampled_from(paths(subject))), leaf)
    else:
        owner = replaced(owner, data.draw(st.sampled_from(paths(owner))), leaf)
    before = copy.deepcopy((subject, owner))
    results = answers(subject, owner)
    assert repr((subject, owner)) == repr(before)
    assert repr(results) == repr(answers(subject, owner))
    for result in results:
        assert result.objects == () or result.errors == ()
        json.dumps([*result.objects, *result.placed()])


def test_rich_objects_are_rendered() -> None:
    assert render.render(*rich()).errors == ()


def test_what_is_rendered_shares_nothing_with_what_it_was_rendered_from() -> None:
    subject, owner = rich()
    before = copy.deepcopy((subject, owner))
    result = render.render(subject, owner)

    def spoil(value: Any) -> None:
        for part in list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []:
            spoil(part)
        if isinstance(value, dict | list):
            value.clear()

    for value in result.placed():
        spoil(value)
    assert result.find("DaemonSet", "demo-fuse") is not None
    for value in result.objects:
        spoil(value)
    assert (subject, owner) == before


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("asyncio", "decimal", "email", "http", "json", "jsonpatch", "jsonschema", "kubernetes", "tempfile", "yaml")
    code = f"import sys, kubectl_fluid.render; print([it for it in {heavy} if it in sys.modules])"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
