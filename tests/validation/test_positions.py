"""A mistake is moved around in generated YAML, and `validate` has to say where it is."""

from __future__ import annotations

import copy
import re
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import run
from tests.validation.scatter import Place, Pointer, Prose, Scattered, Shared

Object = dict[str, Any]

FLUID = "data.fluid.io/v1alpha1"
DATASET: Object = {
    "apiVersion": FLUID,
    "kind": "Dataset",
    "metadata": {"name": "demo", "annotations": {"example.com/a": Prose("größe"), "example.com/b": Prose("🙂 b: #c")}},
    "spec": {
        "mounts": [
            {
                "mountPoint": "juicefs:///",
                "name": "demo",
                "readOnly": False,
                "options": {"storage": "s3", "bucket": Prose("https://ö.example.com/x")},
                "encryptOptions": [
                    {"name": "metaurl", "valueFrom": {"secretKeyRef": {"name": "jfs", "key": "metaurl"}}},
                    {"name": "token", "valueFrom": {"secretKeyRef": {"name": "jfs", "key": "token"}}},
                ],
            }
        ],
        "accessModes": ["ReadWriteMany", "ReadOnlyMany"],
        "placement": "Shared",
        "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}],
    },
}
RUNTIME: Object = {
    "apiVersion": FLUID,
    "kind": "JuiceFSRuntime",
    "metadata": {"name": "demo", "labels": {"app": "x"}, "annotations": {"example.com/a": Prose("a")}},
    "spec": {
        "replicas": 1,
        "juicefsVersion": {"image": "juicedata/juicefs-fuse", "imageTag": "v1"},
        "fuse": {"options": {"verbose": ""}, "env": [{"name": "A", "value": "1"}, {"name": "B", "value": Prose("b")}]},
        "worker": {"nodeSelector": {"a": "b"}, "podMetadata": {"labels": {"a": "b"}}},
        "tieredstore": {"levels": [{"mediumtype": "SSD", "path": "/cache", "quota": "1Gi", "low": "0.1"}]},
    },
}
JOB: Object = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "train", "annotations": {"example.com/a": Prose("a")}},
    "spec": {
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {"name": "a", "image": "busybox", "command": ["sh", "-c", Prose("echo")]},
                    {"name": "b", "image": "busybox", "ports": [{"containerPort": 80}]},
                ],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "demo"}}],
            },
        }
    },
}
_POD: Pointer = ("spec", "template", "spec")

#: A document, the place of a mistake in it, the wrong value, and the code that it gets.
MISTAKES: tuple[tuple[Object, Pointer, Any, str], ...] = (
    (DATASET, ("spec", "mounts", 0, "readOnly"), "no", "FL0004"),
    (DATASET, ("spec", "mounts", 0, "mountpoints"), {"a": ["b"]}, "FL0003"),
    (DATASET, ("spec", "mounts", 0, "encryptOptions", 1, "valueFrom", "secretKeyRef", "kee"), "token", "FL0003"),
    (DATASET, ("spec", "mounts", 0, "encryptOptions", 0, "valueFrom"), ["metaurl"], "FL0004"),
    (DATASET, ("spec", "accessModes", 1), 7, "FL0004"),
    (DATASET, ("spec", "placement"), "Both", "FL0006"),
    (DATASET, ("spec", "tolerations", 1, "tolerationSeconds"), "1m", "FL0004"),
    (RUNTIME, ("spec", "replicas"), "two", "FL0004"),
    (RUNTIME, ("spec", "fuse", "imagetag"), "v1", "FL0003"),
    (RUNTIME, ("spec", "fuse", "env", 1, "größe"), 1, "FL0003"),
    (RUNTIME, ("spec", "tieredstore", "levels", 0, "mediumtype"), "DISK", "FL0006"),
    (JOB, (*_POD, "containers", 1, "ports", 0, "containerPort"), "x", "FL0004"),
    (JOB, (*_POD, "containers", 0, "imagePullPolicies"), "Always", "FL0003"),
    (JOB, (*_POD, "restartPolicy"), "Sometimes", "FL0006"),
)
#: Both components take it, and one anchor stands for both.
SHARED = {"limits": {"memory": "1Gi", "cpu": "1"}, "requests": {"cpu": "1"}}


def put(value: Any, pointer: Pointer, wrong: Any) -> None:
    """Set what the pointer leads to; all but its last part is there."""
    for part in pointer[:-1]:
        value = value[part]
    value[pointer[-1]] = wrong


def shuffled(value: Any, random: Random) -> Any:
    """The same value with the keys of all mappings in another order."""
    if isinstance(value, Shared):
        return value
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


def wrapped(document: Object, random: Random) -> tuple[Object, Pointer]:
    """The document, or a List that has it, and where it is there."""
    if random.random() < 0.8:
        return document, ()
    items = [shuffled(copy.deepcopy(random.choice((DATASET, RUNTIME))), random) for _ in range(random.randint(0, 2))]
    return {"apiVersion": "v1", "kind": "List", "items": [*items, document]}, ("items", len(items))


def stream(document: Object, pointer: Pointer, random: Random) -> tuple[bytes, Place]:
    """The bytes of a stream that has the document among others, and where its pointer came to stand."""
    strict_json = random.random() < 0.15
    writer = Scattered(random, random.choice(("\n", "\n", "\r\n")), strict_json=strict_json)
    value, start = wrapped(shuffled(document, random), random)
    for _ in range(random.choice((0, 0, 1, 3))):
        writer.comments(0)
        writer.document(shuffled(copy.deepcopy(random.choice((DATASET, RUNTIME, JOB))), random))
        writer.write(random.choice(("---\n", "--- # next\n", "...\n---\n", "---\n# nothing\n---\n")))
    writer.comments(0)
    writer.document(value)
    place = writer.places[start + pointer]
    if random.random() < 0.3:
        writer.write("---\n")
        writer.document(shuffled(copy.deepcopy(DATASET), random))
    mark = "\ufeff" if random.random() < 0.1 and not strict_json else ""
    return (mark + writer.text).encode(), place


def told(content: bytes) -> set[tuple[int, int, str]]:
    """Line, column and code of everything that is found."""
    ran = run("validate", "-f", "-", "--no-rules", stdin=content)
    lines = [re.match(r"stdin:(\d+):(\d+): error (FL\d+) ", line) for line in ran.out.splitlines()]
    assert None not in lines, (ran.out, ran.err)
    assert (ran.status, ran.err) == (1 if lines else 0, ""), (ran.out, ran.err, content.decode())
    return {(int(it[1]), int(it[2]), it[3]) for it in lines if it is not None}


_many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.timeout(60)
@_many
@given(mistake=st.sampled_from(MISTAKES), random=st.randoms(use_true_random=True))
def test_a_mistake_is_told_at_its_line_and_column_wherever_it_moves(
    mistake: tuple[Object, Pointer, Any, str], random: Random
) -> None:
    base, pointer, wrong, code = mistake
    document = copy.deepcopy(base)
    put(document, pointer, wrong)
    content, place = stream(document, pointer, random)
    assert told(content) == {(*place, code)}, content.decode()


@pytest.mark.timeout(60)
@_many
@given(
    wrong=st.sampled_from([("limit", {}, "FL0003"), ("limits", "1Gi", "FL0004")]),
    random=st.randoms(use_true_random=True),
)
def test_a_mistake_behind_an_alias_is_told_where_its_text_is(wrong: tuple[str, Any, str], random: Random) -> None:
    name, value, code = wrong
    document = copy.deepcopy(RUNTIME)
    shared = Shared(copy.deepcopy(SHARED))
    shared[name] = value
    document["spec"]["fuse"]["resources"] = document["spec"]["worker"]["resources"] = shared
    writer = Scattered(random, random.choice(("\n", "\r\n")), strict_json=False)
    writer.comments(0)
    writer.document(shuffled(document, random))
    found = {place for pointer, place in writer.places.items() if pointer[-2:] == ("resources", name)}
    assert len(found) == 1
    assert told(writer.text.encode()) == {(*found.pop(), code)}, writer.text


@pytest.mark.timeout(60)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(base=st.sampled_from([DATASET, RUNTIME, JOB]), random=st.randoms(use_true_random=True))
def test_what_the_generator_writes_is_right_where_no_mistake_is_in_it(base: Object, random: Random) -> None:
    content, _ = stream(copy.deepcopy(base), ("kind",), random)
    assert told(content) == set(), content.decode()
