"""What a cluster's version means."""

from __future__ import annotations

import pytest

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.doctor.kinds import ADMISSION_PATHS, MUTATING_POLICIES
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.versions import Node, checks, minor_of

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict

Nodes = list[Node] | ClusterError


def judged(version: str, *served: bool, nodes: Nodes | None = None) -> dict[str, Check]:
    """By name; `served` is whether MutatingAdmissionPolicy is, as v1, v1beta1 and v1alpha1."""
    found: dict[str, frozenset[str] | ClusterError] = {path: frozenset[str]() for path in ADMISSION_PATHS}
    for path, it in zip(ADMISSION_PATHS, served, strict=False):
        found[path] = frozenset({MUTATING_POLICIES}) if it else frozenset()
    return {it.name: it for it in checks(version, found, [] if nodes is None else nodes)}


@pytest.mark.parametrize(
    ("version", "minor"),
    [
        ("v1.33.2", 33),
        ("1.29", 29),
        ("v1.31.1-aliyun.1", 31),
        ("v1.30.5-gke.1000", 30),
        ("v2.1.0", None),
        ("", None),
        ("v1.", None),
        ("v1.٣", None),
    ],
)
def test_the_minor_of_a_version(version: str, minor: int | None) -> None:
    assert minor_of(version) == minor


@pytest.mark.parametrize(
    ("version", "known", "sidecars"),
    [
        ("v1.27.9", WARNING, FAILED),
        ("v1.28.3", WARNING, WARNING),
        ("v1.29.0", WARNING, OK),
        ("v1.30.1", OK, OK),
        ("v1.33.0", OK, OK),
        ("v1.37.2", OK, OK),
        ("v1.99.0", WARNING, OK),
        ("who knows", UNKNOWN, UNKNOWN),
    ],
)
def test_a_version_against_what_this_program_knows_and_makes(version: str, known: Verdict, sidecars: Verdict) -> None:
    found = judged(version)
    assert (found["kubernetes-version"].verdict, found["native-sidecars"].verdict) == (known, sidecars)


def test_who_has_no_native_sidecars_is_told_what_to_do() -> None:
    assert "--sidecar-mode legacy" in judged("v1.27.9")["native-sidecars"].hint


@pytest.mark.parametrize(
    ("version", "served", "verdict", "said"),
    [
        ("v1.37.0", (True,), OK, "served as v1"),
        ("v1.36.0", (True, True), OK, "served as v1, v1beta1"),
        ("v1.36.0", (), SKIPPED, "switched off"),
        ("v1.35.0", (False, True), SKIPPED, "served as v1beta1 only"),
        ("v1.31.0", (), SKIPPED, "Kubernetes has it from 1.36 on"),
    ],
)
def test_the_versions_in_which_policies_are_served(
    version: str, served: tuple[bool, ...], verdict: Verdict, said: str
) -> None:
    check = judged(version, *served)["mutating-policies"]
    assert check.verdict is verdict
    assert said in check.message


ECI = Node("eci", "v1.22.3-aliyun.1", virtual=True)


def test_discovery_that_fails_leaves_it_open() -> None:
    served: dict[str, frozenset[str] | ClusterError] = dict.fromkeys(
        ADMISSION_PATHS, ClusterError("cluster http", "no")
    )
    found = {it.name: it for it in checks("v1.37.0", served, [])}
    assert found["mutating-policies"].verdict is UNKNOWN


@pytest.mark.parametrize(
    ("nodes", "verdict", "said"),
    [
        ([], SKIPPED, "there are no nodes"),
        ([Node("a", "v1.33.1"), Node("b", "v1.32.0")], OK, "2 nodes with kubelets of v1.32.0, v1.33.1"),
        ([Node("a", "v1.33.1"), Node("b", "v1.28.0")], WARNING, "1 of 2 nodes has a kubelet before 1.29"),
        ([Node("a", "v1.27.1"), Node("b", "v1.28.0")], WARNING, "2 of 2 nodes have kubelets before 1.29"),
        ([Node("a", "")], SKIPPED, "1 node does not tell a kubelet's version"),
        (
            [Node("a", "v1.33.1"), Node("b", "vk-v2")],
            OK,
            "1 node with kubelets of v1.33.1, all with native sidecars; 1 node does",
        ),
        ([ECI], SKIPPED, "1 virtual node: its platform runs the Pods, not a kubelet"),
        ([Node("a", "v1.33.1"), ECI], OK, "1 node with kubelets of v1.33.1, all with native sidecars; 1"),
        (Forbidden("cluster https://x", "this user may not list nodes"), SKIPPED, "this user may not list nodes"),
        (ClusterError("cluster https://x", "HTTP 500 instead of nodes"), UNKNOWN, "HTTP 500"),
    ],
)
def test_nodes_are_judged_by_their_kubelets(nodes: Nodes, verdict: Verdict, said: str) -> None:
    check = judged("v1.33.0", nodes=nodes)["nodes"]
    assert check.verdict is verdict
    assert said in check.message
