"""What a person should know of a Dataset before a Pod uses it."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.catalog.notes import memory_tier, secrets_elsewhere, secrets_not_copied, secrets_of
from kubectl_fluid.claims import FuseTemplate, Name


def runtime(medium: str = "MEM", **fuse: Any) -> dict[str, Any]:
    levels = [{"mediumtype": medium, "path": "/mnt/memory", "quota": "40Gi"}]
    metadata = {"name": "jfs", "namespace": "default"}
    return {"kind": "JuiceFSRuntime", "metadata": metadata, "spec": {"fuse": fuse, "tieredstore": {"levels": levels}}}


def test_a_cache_in_memory_is_told_with_its_size() -> None:
    (note,) = memory_tier(runtime())
    assert note.code == "MemoryTier"
    assert "40Gi" in note.message


@pytest.mark.parametrize(
    "value",
    [
        runtime("SSD"),
        runtime(options={"cache-size": "0"}),
        {"kind": "JindoRuntime"},
        {"kind": "JuiceFSRuntime", "spec": 3},
    ],
    ids=["disk", "own-size", "other-kind", "wrong-shape"],
)
def test_other_runtimes_are_not_worth_a_note(value: dict[str, Any]) -> None:
    assert list(memory_tier(value)) == []


def test_secrets_that_are_not_copied_into_the_namespace_of_a_reference_are_named() -> None:
    (note,) = secrets_not_copied(Name("team", "ref"), Name("data", "jfs"), ["a", "b"])
    assert note.code == "SecretsNotCopied"
    assert note.message.endswith("reads Secrets a, b in namespace team")
    assert secrets_not_copied(Name("team", "ref"), Name("team", "jfs"), ["a"]) == []
    assert secrets_not_copied(Name("team", "ref"), Name("data", "jfs"), []) == []


def test_a_secret_that_is_given_for_another_namespace_only_is_told() -> None:
    known = {Name("data", "a"), Name("data", "b"), Name("team", "b")}
    (note,) = secrets_elsewhere(Name("team", "jfs"), ["a", "b", "nobody-gives-it"], known)
    assert note.code == "SecretElsewhere"
    assert note.message == "Secret a is given for namespace data, but the sidecar of dataset team/jfs reads it in team"


def test_secrets_of_a_fuse_client_are_those_of_its_variables_and_volumes() -> None:
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "a", "key": "k"}}}, {"name": "B", "value": "x"}, 3]
    container = {"env": env, "envFrom": [{"secretRef": {"name": "b"}}, {"configMapRef": {"name": "no"}}]}
    volumes = (
        {"name": "v", "secret": {"secretName": "c"}},
        {"name": "w", "projected": {"sources": [{"secret": {"name": "d"}}, {"secret": 3}]}},
        {"name": "x", "emptyDir": {}},
    )
    assert secrets_of(FuseTemplate(container, volumes)) == ["a", "b", "c", "d"]
    assert secrets_of(FuseTemplate({"env": 3}, ())) == []
