"""Our verdict on mutated manifests, against a real API server's: those of ../shared/conformance are the seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.schema import check, load
from tests.cluster.api import Object, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.mutants import Mutator
from tests.cluster.record import seeds
from tests.cluster.verdicts import NAMESPACE, verdict
from tests.conformance.test_verdicts import cases_of

pytestmark = pytest.mark.cluster

MUTANTS = 1000
#: What a file cannot tell: what there is in the cluster.
OF_THE_CLUSTER = ("no PriorityClass with name", "RuntimeClass", "not configured on this cluster")


@pytest.fixture
def apps(api_server: ControlPlane) -> None:
    """The namespace that the reference cases name."""
    try:
        api_server.create_namespace(NAMESPACE)
    except Refused as refused:
        assert refused.code == 409  # noqa: PT017 - it is there from the test before


def disagreements(plane: ControlPlane, manifests: list[Object]) -> tuple[list[Any], int]:
    """Mutants with other verdicts than the API server's, and how many it refused."""
    schemas, mutator, wrong, refused = load(), Mutator(seed=20260101), list[Any](), 0
    for number in range(MUTANTS):
        seed = manifests[number % len(manifests)]
        schema = schemas.for_object(seed)
        assert schema is not None
        value = mutator.mutant(seed, schema)
        theirs = verdict(plane, value, schema)
        ours = [it for it in check(value, schemas, schema=schema) if it.severity is Severity.ERROR]
        refused += not theirs["valid"]
        if theirs["valid"] != (not ours) and not any(it in theirs["message"] for it in OF_THE_CLUSTER):
            wrong.append((theirs["message"], value, [(it.pointer, it.message) for it in ours]))
    return wrong, refused


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("apps")
@pytest.mark.parametrize("name", ["crd-verdicts", "core-verdicts"])
def test_mutants_of_the_reference_cases_get_the_api_servers_verdict(
    name: str, api_server: ControlPlane, shared: Callable[[str], Path], record_property: Callable[[str, Any], None]
) -> None:
    shared(f"conformance/{name}.jsonl.gz")
    manifests = [case["doc"] for case in cases_of(name) if case["valid"] and case["doc"].get("apiVersion")]
    wrong, refused = disagreements(api_server, manifests)
    record_property(f"{name}: mutants refused", refused)
    assert MUTANTS * 0.3 < refused < MUTANTS * 0.95
    assert [it for it in wrong if not it[0]] == [], "refused, but valid"
    assert len(wrong) <= (0 if name == "crd-verdicts" else MUTANTS * 0.01), wrong


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("apps")
def test_mutants_of_built_in_kinds_get_the_api_servers_verdict(api_server: ControlPlane) -> None:
    wrong, refused = disagreements(api_server, seeds())
    assert MUTANTS * 0.3 < refused < MUTANTS * 0.95
    assert [it for it in wrong if not it[0]] == [], "refused, but valid"
    assert len(wrong) <= MUTANTS * 0.01, wrong
