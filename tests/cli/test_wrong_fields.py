"""Whatever stands in a field of Fluid's kinds: a sentence and exit code 1, or it does not matter; never a bug."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.running import run

Object = dict[str, Any]

FLUID = "data.fluid.io/v1alpha1"
WRONG: tuple[Any, ...] = (3, [], {}, None, "", ["x"], {"": ""}, -1, True, "-x", "a\nb", [None], [[]], [{}], 1.5, 10**40)
VERBS = (("render",), ("inject", "--local"), ("size", "--local"))

ENCRYPTED = [
    {"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}} for name in ("metaurl", "more-of-it")
]
PART = {
    "options": {"o": "p", "metrics": "0.0.0.0:9567"},
    "env": [{"name": "E", "value": "v"}, {"name": "G", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "80Gi"}},
    "nodeSelector": {"n": "s"},
    "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}],
    "networkMode": "ContainerNetwork",
    "podMetadata": {"labels": {"l": "m"}, "annotations": {"q": "r"}},
}
IMAGE = {"image": "i", "imageTag": "t", "imagePullPolicy": "Always"}
LEVEL = {
    "mediumtype": "MEM",
    "path": "/m",
    "quota": "1Gi",
    "low": "0.1",
    "high": "0.9",
    "volumeType": "emptyDir",
    "volumeSource": {"emptyDir": {"sizeLimit": "1Gi"}},
}
TEMPLATE = {"metadata": {"name": "t"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}


def fluid(kind: str, name: str, spec: Object, namespace: str = "default") -> Object:
    metadata = {"name": name, "namespace": namespace, "labels": {"a": "b"}, "annotations": {"c": "d"}, "uid": "u"}
    return {"apiVersion": FLUID, "kind": kind, "metadata": metadata, "spec": spec}


def job(namespace: str, claim: str) -> Object:
    container = {"name": "c", "image": "i", "volumeMounts": [{"name": "d", "mountPath": "/d"}]}
    volume = {"name": "d", "persistentVolumeClaim": {"claimName": claim}}
    labels = {"labels": {"serverless.fluid.io/inject": "true"}}
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": [volume]}
    metadata = {"name": "app", "namespace": namespace}
    template = {"metadata": labels, "spec": spec}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": template}}


def mounted(point: str, options: Object) -> Object:
    mount = {"mountPoint": point, "name": "v", "path": "/", "readOnly": False, "shared": True, "options": options}
    return {
        "mounts": [{**mount, "encryptOptions": ENCRYPTED}],
        "sharedOptions": {"c": "d"},
        "sharedEncryptOptions": ENCRYPTED[1:],
        "accessModes": ["ReadWriteMany"],
        "placement": "Shared",
        "nodeAffinity": {"required": {"nodeSelectorTerms": []}},
        "tolerations": [{"key": "a", "operator": "Exists", "tolerationSeconds": 3}],
    }


DATASET = fluid("Dataset", "jfs", mounted("juicefs:///demo", {"quota": "2Gi", "a": "b"})) | {
    "status": {"phase": "Bound", "runtimes": [{"name": "jfs", "namespace": "default", "type": "juicefs"}]}
}
JUICEFS = {
    "replicas": 2,
    "juicefsVersion": IMAGE,
    "configs": ["a=b"],
    "tieredstore": {"levels": [LEVEL]},
    "worker": {**PART, "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "t", "mountPath": "/t"}]},
    "fuse": {**PART, **IMAGE, "cleanPolicy": "OnFuseChanged"},
    "podMetadata": {"labels": {"l": "m"}},
    "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}],
    "volumeClaimTemplates": [TEMPLATE],
}
LOAD = {
    "dataset": {"name": "jfs", "namespace": "default"},
    "policy": "Cron",
    "schedule": "0 3 * * *",
    "target": [{"path": "/a", "replicas": 1}],
    "options": {"threads": "50"},
    "podMetadata": {"labels": {"a": "b"}},
    "affinity": {"nodeAffinity": {}},
    "tolerations": [{"key": "a"}],
    "schedulerName": "x",
    "resources": {"requests": {"cpu": "1"}},
}
THIN = {
    **PART,
    **IMAGE,
    "command": ["a"],
    "args": ["b"],
    "ports": [{"containerPort": 80}],
    "livenessProbe": {"exec": {"command": ["x"]}},
    "imagePullSecrets": [{"name": "p"}],
    "lifecycle": {"preStop": {"exec": {"command": ["x"]}}},
}
THIN_RUNTIME = {
    "profileName": "p",
    "replicas": 1,
    "fuse": THIN,
    "worker": {**THIN, "enabled": True},
    "volumes": [{"name": "v", "hostPath": {"path": "/x"}}],
    "tieredstore": {"levels": [LEVEL]},
}
PROFILE = {
    "fileSystemType": "nfs",
    "fuse": {**THIN, "volumeMounts": [{"name": "w", "mountPath": "/w"}]},
    "volumes": [{"name": "w", "configMap": {"name": "c"}}],
}
REFERENCE = {"mounts": [{"mountPoint": "dataset://default/jfs/sub", "name": "r"}]}
RUNTIME = fluid("JuiceFSRuntime", "jfs", JUICEFS)
WORLDS = {
    "juicefs": (DATASET, RUNTIME, fluid("DataLoad", "load", LOAD), job("default", "jfs")),
    "thin": (
        fluid("Dataset", "jfs", mounted("nfs://x/y", {"fluid.fuse.hostvolume": "/a:/b"})),
        fluid("ThinRuntime", "jfs", THIN_RUNTIME),
        fluid("ThinRuntimeProfile", "p", PROFILE),
        job("default", "jfs"),
    ),
    "reference": (fluid("Dataset", "ref", REFERENCE, "other"), DATASET, RUNTIME, job("other", "ref")),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        yield (*path, key)
        yield from places(member, (*path, key))


def spoilt(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    copy = value.copy()
    copy[path[0]] = spoilt(value[path[0]], path[1:], wrong)
    return copy


def text_of(world: tuple[Object, ...]) -> str:
    return "---\n".join(f"{json.dumps(value)}\n" for value in world)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_the_worlds_are_right_before_they_are_spoilt(verb: tuple[str, ...], world: str) -> None:
    ran = run(*verb, "-", stdin=text_of(WORLDS[world]))
    assert ran.status == 0, ran.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("shift", range(len(VERBS)))
def test_a_field_of_a_wrong_type_is_never_a_bug(shift: int, world: str) -> None:
    """Each place gets another wrong value and another verb from one case to the next."""
    values = WORLDS[world]
    spots = [(index, path) for index, it in enumerate(values) if it["kind"] != "Job" for path in places(it)]
    ways = itertools.cycle(itertools.product(WRONG, VERBS))
    for _ in range(shift):
        next(ways)
    for (index, path), (wrong, verb) in zip(spots, ways, strict=False):
        changed = (*values[:index], spoilt(values[index], path, wrong), *values[index + 1 :])
        ran = run(*verb, "-", stdin=text_of(changed))
        assert ran.status in (0, 1), (verb, values[index]["kind"], path, wrong, ran.err)
