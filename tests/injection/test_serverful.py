"""Pods on nodes with the CSI plugin: affinity to the cache, and mount propagation."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Problem
from kubectl_fluid.injection import serverful as room
from kubectl_fluid.injection.reason import Outcome
from tests.injection.build import (
    Object,
    by_name,
    claim,
    container,
    fluid,
    injected,
    mount,
    names,
    planned,
    refused,
    serverful,
    skipped,
    volume,
    with_problem,
)

REQUIRED, PREFERRED = room._REQUIRED_FIELD, room._PREFERRED_FIELD
ON_CACHE = {"key": "fluid.io/s-ml-demo", "operator": "In", "values": ["true"]}
DEMAND = {"fluid.io/dataset.demo.sched": "required"}


def term(*expressions: Object) -> Object:
    return {"matchExpressions": list(expressions)}


def is_in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "In", "values": list(values)}


def wish(weight: int, *expressions: Object) -> Object:
    return {"weight": weight, "preference": term(*expressions)}


def affinity_of(pod: Object, *claims: Claim, **changes: Any) -> Object:
    made: Object = injected(pod, *claims, **changes)["spec"].get("affinity", {}).get("nodeAffinity", {})
    return made


def required_of(pod: Object, *claims: Claim) -> Any:
    return affinity_of(pod, *claims).get(REQUIRED, {}).get("nodeSelectorTerms")


def with_affinity(**node_affinity: Any) -> Object:
    return serverful(affinity={"nodeAffinity": node_affinity})


def with_required(*terms: Object, labels: dict[str, str] | None = None) -> Object:
    affinity = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": list(terms)}}}
    return serverful(labels=labels, affinity=affinity)


def tiered(name: str = "demo", zone: str = "z1") -> Claim:
    """A claim whose cache stands in one zone and one rack."""
    cache = {REQUIRED: {"nodeSelectorTerms": [term(is_in(keys.ZONE, zone), is_in("rack", "r1"))]}}
    return claim(name, cache_affinity=cache)


def test_the_pod_wishes_for_nodes_with_the_cache() -> None:
    assert affinity_of(serverful()) == {PREFERRED: [wish(100, ON_CACHE)]}


def test_a_demand_replaces_the_wish() -> None:
    assert affinity_of(serverful(labels=DEMAND)) == {REQUIRED: {"nodeSelectorTerms": [term(ON_CACHE)]}}


def test_a_demand_for_one_claim_is_none_for_another() -> None:
    made = affinity_of(
        serverful(volume("ant", "a"), volume("zoo", "z"), labels={"fluid.io/dataset.zoo.sched": "required"}),
        claim("ant"),
        claim("zoo"),
    )
    assert made[REQUIRED]["nodeSelectorTerms"] == [term(is_in("fluid.io/s-ml-zoo", "true"))]
    assert made[PREFERRED] == [wish(100, is_in("fluid.io/s-ml-ant", "true"))]


def test_zones_of_the_cache_are_wished_for_with_their_own_weight_and_other_keys_are_not() -> None:
    assert affinity_of(serverful(), tiered())[PREFERRED] == [wish(100, ON_CACHE), wish(50, is_in(keys.ZONE, "z1"))]


def test_nodes_that_run_the_fuse_client_can_be_wished_for(monkeypatch: pytest.MonkeyPatch) -> None:
    # A key that Fluid knows, and that its chart does not configure.
    monkeypatch.setitem(room.PREFERRED, keys.LOCALITY_FUSE, 70)
    assert wish(70, is_in("fluid.io/f-ml-demo", "true")) in affinity_of(serverful())[PREFERRED]


def test_a_demand_leaves_the_zone_out() -> None:
    assert affinity_of(serverful(labels=DEMAND), tiered()) == {REQUIRED: {"nodeSelectorTerms": [term(ON_CACHE)]}}


def test_wishes_of_the_pod_stay_in_front() -> None:
    own = wish(1, is_in("disk", "ssd"))
    assert affinity_of(with_affinity(**{PREFERRED: [own]}))[PREFERRED] == [own, wish(100, ON_CACHE)]


def test_each_way_that_the_pod_demands_is_joined_with_each_new_one() -> None:
    made = required_of(
        with_required(term(is_in("a", "1")), {"matchFields": [is_in("metadata.name", "n1")]}),
        claim(node_selector={"fuse": "yes"}),
    )
    assert made == [
        term(is_in("a", "1"), is_in("fuse", "yes")),
        {"matchExpressions": [is_in("fuse", "yes")], "matchFields": [is_in("metadata.name", "n1")]},
    ]


def test_several_fuse_selectors_are_alternatives() -> None:
    made = required_of(
        serverful(volume("ant", "a"), volume("bee", "b"), volume("cow", "c")),
        claim("ant", node_selector={"x": "1", "a": "2"}),
        claim("bee"),
        claim("cow", node_selector={"y": "3"}),
    )
    assert made == [term(is_in("a", "2"), is_in("x", "1")), term(is_in("y", "3"))]


@pytest.mark.parametrize("empty", [[], [{}], [{"matchExpressions": []}], [{}, {"matchFields": []}]])
def test_empty_demands_of_the_pod_give_way(empty: list[Object]) -> None:
    assert required_of(with_required(*empty, labels=DEMAND)) == [term(ON_CACHE)]


def test_an_empty_demand_beside_a_full_one_is_left_out() -> None:
    made = required_of(with_required({}, term(is_in("a", "1")), labels=DEMAND))
    assert made == [term(is_in("a", "1"), ON_CACHE)]


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"nodeSelector": {keys.ZONE: "z1"}}, id="node selector"),
        pytest.param({"affinity": {"nodeAffinity": {PREFERRED: [wish(1, is_in(keys.REGION, "r"))]}}}, id="wish"),
        pytest.param(
            {"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term(is_in(keys.LOCALITY_NODE, "x"))]}}}},
            id="demand",
        ),
        pytest.param(
            {
                "affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term(is_in("a", "1"))]}}},
                "nodeSelector": {keys.ZONE: "z1"},
            },
            id="node selector beside a demand",
        ),
    ],
)
def test_a_pod_that_chose_its_place_itself_is_not_steered(spec: Object) -> None:
    made = injected(serverful(**spec))
    assert made["spec"].get("affinity") == spec.get("affinity")
    assert by_name(made, "app")["volumeMounts"][0]["mountPropagation"] == "HostToContainer"


def test_a_node_selector_is_not_looked_at_beside_an_affinity_without_demand_as_in_fluid() -> None:
    spec: Object = {
        "affinity": {"nodeAffinity": {PREFERRED: [wish(1, is_in("a", "1"))]}},
        "nodeSelector": {keys.ZONE: "z1"},
    }
    assert affinity_of(serverful(**spec))[PREFERRED][-1] == wish(100, ON_CACHE)


def test_other_node_selectors_do_not_count_as_a_choice() -> None:
    assert affinity_of(serverful(nodeSelector={"disk": "ssd"})) == {PREFERRED: [wish(100, ON_CACHE)]}


def test_the_fuse_clients_nodes_are_demanded_even_where_the_pod_chose_its_place() -> None:
    chosen = serverful(nodeSelector={keys.ZONE: "z1"})
    assert required_of(chosen, claim(node_selector={"fuse": "yes"})) == [term(is_in("fuse", "yes"))]


def test_other_kinds_of_affinity_stay() -> None:
    other = {"podAntiAffinity": {"future": 1}}
    assert injected(serverful(affinity=dict(other)))["spec"]["affinity"]["podAntiAffinity"] == {"future": 1}


def test_claims_stay_claims_and_their_mounts_see_what_is_mounted_later() -> None:
    app = container("app", mount(), mount(path="/own", mountPropagation="None"), mount("tmp"))
    made = injected(
        serverful(volume(), {"name": "tmp", "emptyDir": {}}, containers=[app], initContainers=[container("i", mount())])
    )
    assert by_name(made, "data") == volume()
    assert [it.get("mountPropagation") for it in by_name(made, "app")["volumeMounts"]] == [
        *("HostToContainer", "None", None)
    ]
    assert "mountPropagation" not in by_name(made, "i")["volumeMounts"][0]
    assert names(made["spec"]["containers"]) == ["app"]
    assert keys.DONE not in made["metadata"]["labels"]


def test_a_pod_without_datasets_is_kept_off_cache_nodes() -> None:
    absent = {"key": "fluid.io/dataset-num", "operator": "DoesNotExist"}
    without = serverful({"name": "tmp", "emptyDir": {}})
    assert affinity_of(without) == {PREFERRED: [wish(100, absent)]}
    assert [it.code for it in planned(without).reasons] == ["SteeredAway"]


def test_no_fuse_daemon_set_is_needed() -> None:
    served = with_problem(claim(), no_sidecar=Problem("FuseNotFound", "there is none"))
    assert planned(serverful(), served).outcome is Outcome.INJECTED


def test_a_claim_that_cannot_be_used_is_refused() -> None:
    assert refused(serverful(), with_problem(claim(), broken=Problem("DatasetNotFound", "gone"))).code == (
        "DatasetNotFound"
    )


@pytest.mark.parametrize("using", [None, fluid()], ids=["default", "fluid"])
@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(serverful(), id="wish"),
        pytest.param(serverful(labels=DEMAND), id="demand"),
        pytest.param(with_required(term(is_in("a", "1")), term(is_in("b", "2")), labels=DEMAND), id="joined"),
        pytest.param(serverful({"name": "tmp", "emptyDir": {}}), id="kept off"),
    ],
)
def test_a_pod_that_comes_back_is_not_steered_twice(pod: Object, using: Any) -> None:
    served = claim(node_selector={"fuse": "yes"})
    assert skipped(injected(pod, served, using=using), served, using=using) == "AlreadySteered"
