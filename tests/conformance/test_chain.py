"""The whole chain: rendered here, injected here, and equal to what Fluid's transform, chart and webhook give.

Twice for each case: with the DaemonSets, PVs and PVCs of Fluid's own, and with nothing but Dataset and runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.catalog.rendered import RENDERED, Rendering
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from tests.conformance import compare
from tests.conformance.test_serverless import cases_of
from tests.conformance.verdict import EQUAL, REFUSED_ALIKE, judge

Object = dict[str, Any]

NO_HOOK = "no-hook-on-init-containers"


@cache
def environments() -> dict[str, Object]:
    """Render case → the environment of Fluid's controller in which it was made."""
    return {case["id"]: case["env"] for case in cases_of("juicefs-render")}


def parameters() -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases_of("chain")]


def made_in_one_environment(case: Object) -> bool:
    """Two datasets of one case may have been made by controllers of different mount roots; a person has one."""
    return len({str(sorted(environments()[name].items())) for name in case["renderIds"]}) == 1


@pytest.mark.parametrize("case", parameters())
def test_with_fluids_own_objects_the_pod_is_fluids(case: Object) -> None:
    assert judge(case) in (EQUAL, REFUSED_ALIKE, NO_HOOK)


@pytest.mark.parametrize("case", [it for it in parameters() if made_in_one_environment(it.values[0])])
def test_from_dataset_and_runtime_alone_the_pod_is_fluids(case: Object) -> None:
    store = ObjectStore()
    ids = {f"{claim['metadata']['name']}" for claim in case["cluster"] if claim["kind"] == "Dataset"}
    for item in case["cluster"]:
        name = item["metadata"]["name"]
        if item["kind"] not in RENDERED or not any(of in name for of in ids):
            store.add(item)
    environment = render.Environment.from_variables(environments()[case["renderIds"][0]])
    source = Rendering(store.get, store.get, lambda: environment)
    native = case["env"].get("FUSE_SIDECAR_INJECTION_MODE") == "native-sidecar"
    settings = Settings(
        namespace=case["request"]["namespace"],
        profile=Profile.FLUID,
        sidecar_mode=SidecarMode.NATIVE if native else SidecarMode.LEGACY,
        unique="1234567890123456-deadbeef",
    )
    made = plan(case["request"]["object"], claims_from(source.get), settings)
    if not case["fluid"]["allowed"]:
        assert made.outcome is Outcome.REFUSED
        return
    expected = compare.normalise(compare.without_init_hooks(case["fluid"]["pod"]))
    assert made.outcome is not Outcome.REFUSED, made.reasons
    assert compare.normalise(made.pod) == expected


def test_most_cases_of_the_chain_can_be_made_in_one_environment(shared: Callable[[str], Path]) -> None:
    shared("conformance/chain.jsonl.gz")
    cases = cases_of("chain")
    assert sum(map(made_in_one_environment, cases)) > len(cases) * 3 / 4
