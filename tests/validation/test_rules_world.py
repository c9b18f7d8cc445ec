"""Objects that wait for others: found by name and in their order, whether they lie in memory or in a file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.render import render
from kubectl_fluid.validation.rules import Run, Where, index, juicefs, store
from kubectl_fluid.validation.rules.index import Index
from kubectl_fluid.validation.rules.store import Store
from kubectl_fluid.validation.rules.subject import subject_of
from tests.validation.examples_all import EXAMPLES
from tests.validation.test_rules_hostile import STREAMS, streams

NAMES = [("Dataset", f"ns-{number % 7}", f"name-{number % 23}") for number in range(400)]


def dataset(name: str, namespace: str = "default", kind: str = "Dataset") -> Any:
    return {
        "apiVersion": "v1" if kind == "Secret" else "data.fluid.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
    }


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 1000)), max_size=200), st.integers(1, 40))
def test_an_index_finds_the_last_place_of_a_key_as_a_dict_does(pairs: list[tuple[int, int]], few: int) -> None:
    right: dict[int, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW", few)
        known = Index(lambda key, place: right.get(key) == place)  # type: ignore[call-overload]  # keys are numbers
        for key, place in pairs:
            known.put(key, place)
            right[key] = place
        assert [known.get(key) for key in range(70)] == [right.get(key) for key in range(70)]


def test_two_keys_of_one_hash_do_not_take_each_others_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Key(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return 1

    monkeypatch.setattr(index, "FEW", 0)
    at = {0: Key("a"), 1: Key("b"), 2: Key("c")}
    known = Index(lambda key, place: at[place] == key)
    for place, key in at.items():
        known.put(key, place)
    assert [known.get(key) for key in at.values()] == [0, 1, 2]
    assert known.get(Key("d")) is None


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(1, 400))
def test_a_store_gives_back_every_record_alone_and_in_a_row(records: list[bytes], in_memory: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "IN_MEMORY", in_memory)
        kept = Store()
        places = [kept.add(record) for record in records]
        assert [kept.read(place) for place in places] == records
        assert list(kept) == list(zip(places, records, strict=True))
        kept.close()


def test_the_parts_between_cuts_are_all_of_it() -> None:
    run = Run()
    for number in range(50):
        run.add(dataset(f"a-{number}"), Where(0, number))
    parts = list(run.world.cuts(400))
    assert len(parts) > 5
    assert [it for part in parts for it in run.conclude_between(*part)] == list(run.conclude())


@pytest.mark.parametrize("few", [3, 10_000])
def test_the_last_object_of_a_name_is_found_and_all_namespaces_of_a_name(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FEW", few)
    run = Run()
    for number, (_, namespace, name) in enumerate(NAMES):
        run.add({**dataset(name, namespace), "spec": {"number": number}}, Where(0, number))
    last = {key: number for number, key in enumerate(NAMES)}
    found = {key: (run.world.own(*key) or {})["spec"]["number"] for key in last}
    assert found == last
    assert run.world.namespaces_of("Dataset", "name-3") == sorted({it[1] for it in NAMES if it[2] == "name-3"})
    assert sorted(run.world.keys("Dataset")) == sorted(last)
    assert not run.world.has("Dataset", "ns-0", "nobody")


def test_a_runtime_is_found_whatever_its_kind() -> None:
    run = Run()
    run.add(dataset("a", kind="EFCRuntime"), Where(0, 0))
    assert run.world.has_runtime("default", "a")
    assert (run.world.runtime("default", "a") or ("",))[0] == "EFCRuntime"
    assert run.world.runtime("other", "a") is None


def test_an_object_that_stands_twice_is_told_in_its_own_input_only() -> None:
    run = Run()
    for where in (Where(0, 0), Where(1, 0), Where(1, 1)):
        run.add(dataset("a"), where)
    assert [where for where, it in run.conclude() if it.code == "FL0105"] == [Where(1, 1)]


def test_annotations_of_secrets_are_not_kept_since_they_may_hold_a_copy() -> None:
    secret = dataset("a", kind="Secret")
    secret["metadata"]["annotations"] = {"last-applied": "dG9wc2VjcmV0", "kubectl-fluid.io/disable": "FL0105"}
    run = Run()
    run.add(secret, Where(0, 0))
    assert [it.value["metadata"]["annotations"] for it in run.world.subjects()] == [
        {"kubectl-fluid.io/disable": "FL0105"}
    ]


def runtimes() -> list[Any]:
    return [
        value
        for documents in STREAMS
        for value in documents
        if isinstance(value, dict) and value.get("kind") == juicefs.KIND
    ]


def differences(runtime: Any) -> list[str]:
    """Problems that only the community edition has, of the codes that are said to be of both."""
    subject = subject_of(runtime, (), Where(0, 0), Run().world)
    if not subject.name:
        return []
    community, enterprise = (
        [*it.errors, *it.warnings]
        for it in (render(juicefs._dataset(subject, name), subject.placed) for name in ("metaurl", "token"))
    )
    return [it.message for it in community if it.code in juicefs.EITHER_EDITION and it not in enterprise]


def test_problems_that_are_said_to_be_of_both_editions_are() -> None:
    assert len(runtimes()) > len(EXAMPLES) / 20
    assert [it for value in runtimes() for it in differences(value)] == []


@pytest.mark.timeout(60)
@given(streams())
def test_problems_that_are_said_to_be_of_both_editions_are_whatever_stands_there(documents: list[Any]) -> None:
    for value in documents:
        if isinstance(value, dict) and value.get("kind") == juicefs.KIND:
            assert differences(value) == []
