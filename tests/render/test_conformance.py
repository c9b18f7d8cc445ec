"""What Fluid's own JuiceFS engine and chart make of generated Datasets and runtimes: ../shared/conformance."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Object

Shared = Callable[[str], Path]
CHAIN_KINDS = ("DaemonSet", "PersistentVolume", "PersistentVolumeClaim")


def read(path: Path) -> list[Any]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def comparison(shared: Shared) -> ModuleType:
    """The comparison that the reference answers come with."""
    spec = importlib.util.spec_from_file_location("compare_render", shared("conformance/compare_render.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(case: Any) -> render.Rendered:
    environment = render.Environment.from_variables(case["env"])
    return render.render(case["input"]["dataset"], case["input"]["runtime"], environment=environment)


def as_reference(case: Any, ours: render.Rendered) -> Object:
    """Our answer in the form of the reference."""
    volumes = {it["kind"]: it for it in ours.objects if it["kind"].startswith("PersistentVolume")}
    return {
        "id": case["id"],
        "error": ours.errors[0].message if ours.errors else None,
        "objects": [it for it in ours.objects if it["kind"] not in volumes],
        "pv": volumes.get("PersistentVolume"),
        "pvc": volumes.get("PersistentVolumeClaim"),
        "workerAfterSetup": {"affinity": ours.worker_affinity, "replicas": ours.worker_replicas},
    }


def test_every_reference_case_agrees(shared: Shared, comparison: ModuleType) -> None:
    cases = read(shared("conformance/juicefs-render.jsonl.gz"))
    different = [
        (case["id"], *difference)
        for case in cases
        for difference in comparison.compare(case, as_reference(case, answer(case)), False)  # noqa: FBT003
    ]
    assert different == []
    assert len(cases) == 80


def test_every_error_is_fluids_own_sentence_and_the_only_one(shared: Shared) -> None:
    cases = [case for case in read(shared("conformance/juicefs-render.jsonl.gz")) if case["error"]]
    assert [[it.message for it in answer(case).errors] for case in cases] == [[case["error"]] for case in cases]
    assert len(cases) == 17


def test_a_case_that_differs_is_seen(shared: Shared, comparison: ModuleType) -> None:
    case = next(it for it in read(shared("conformance/juicefs-render.jsonl.gz")) if not it["error"])
    ours = as_reference(case, answer(case))
    ours["objects"][0]["spec"]["template"]["spec"]["containers"][0]["image"] = "another"
    assert len(list(comparison.compare(case, ours, False))) == 1  # noqa: FBT003


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def without_order(value: Any, key: str = "") -> Any:
    """A copy in which lists that Fluid orders at random are sorted, and nothing stands for what is not set."""
    if isinstance(value, dict):
        parts = {name: without_order(part, name) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, {}, []) or name == "emptyDir"}
    if isinstance(value, list):
        items = [without_order(item, key) for item in value]
        return sorted(items, key=as_text) if key in {"matchExpressions", "volumes", "volumeMounts"} else items
    return value


def chain_objects(shared: Shared) -> Iterator[tuple[str, Object, Object]]:
    """Object of the reference's cluster and our own, for each object that injection looks at."""
    cases = {case["id"]: case for case in read(shared("conformance/juicefs-render.jsonl.gz"))}
    for chain in read(shared("conformance/chain.jsonl.gz")):
        for name in chain["renderIds"]:
            for ours in answer(cases[name]).placed():
                key = (ours["kind"], ours["metadata"]["name"])
                if ours["kind"] in CHAIN_KINDS:
                    theirs = [
                        it
                        for it in chain["cluster"]
                        if (it["kind"], it["metadata"]["name"]) == key
                        and it["metadata"].get("namespace") == ours["metadata"].get("namespace")
                    ]
                    assert len(theirs) == 1, (chain["name"], key)
                    yield f"{chain['name']} {key}", theirs[0], ours


def test_what_injection_looks_at_equals_the_cluster_of_the_chain(shared: Shared) -> None:
    pairs = list(chain_objects(shared))
    different = []
    for name, theirs, ours in pairs:
        theirs["metadata"].pop("generation", None)  # the API server counts it
        if without_order(theirs) != without_order(ours):
            different.append(name)
    assert different == []
    assert len(pairs) > 100
