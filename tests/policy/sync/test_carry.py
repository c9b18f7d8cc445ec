"""Actions carried out, seen from the server's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.connect import connect
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.actions import Action, Observed, Verb
from kubectl_fluid.policy.sync.carry import Carrier, Done, DryRun, Outcome
from kubectl_fluid.policy.sync.desired import Wanted, digest, text
from tests.catalog.apiserver import ApiServer, Reply, kubeconfig, not_found, serving, status

SPEC = {"dataset": {"namespace": "ns", "name": "a"}, "platforms": []}
TEMPLATES = "/apis/kubectl-fluid.io/v1alpha1/namespaces/ns/injectiontemplates"
DATASETS = "/apis/data.fluid.io/v1alpha1/namespaces/ns/datasets"
QUERY = "fieldManager=kubectl-fluid&force=true&fieldValidation=Strict"
SEEN = Observed("u", "7", digest(SPEC), frozenset({"d"}), ours=True, labelled=True, compiled=True)
RIGHTS = 'is forbidden: User "x" cannot patch resource "injectiontemplates"'


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


@pytest.fixture
def api(server: ApiServer, tmp_path: Path) -> Iterator[Api]:
    found = connect(kubeconfig(tmp_path, server.url), variables={}).api
    yield found
    found.pool.clear()


def wanted(name: str) -> Action:
    return Action(Verb.CONFIGURE, it := Name("ns", name), Wanted(it, "d", text(SPEC), digest(SPEC)), SEEN)


def unwanted(name: str) -> Action:
    return Action(Verb.DELETE, Name("ns", name), observed=SEEN)


def says(server: ApiServer, name: str, dry: Reply, wet: Reply) -> None:
    server.say(f"{TEMPLATES}/{name}?{QUERY}&dryRun=All", dry)
    server.say(f"{TEMPLATES}/{name}?{QUERY}", wet)


def stored(version: str = "8") -> Reply:
    return Reply(body=json.dumps({"metadata": {"resourceVersion": version}, "spec": {"as": "stored"}}).encode())


def outcomes(done: list[Done]) -> list[Outcome]:
    return [it.outcome for it in done]


def writes(server: ApiServer) -> list[bool]:
    """Of each apply that was asked for: whether it was one in earnest."""
    return ["dryRun" not in parse_qs(urlsplit(path).query) for path in server.paths if "fieldManager" in path]


def test_everything_is_tried_before_the_first_is_written(server: ApiServer, api: Api) -> None:
    for name in "abc":
        says(server, name, stored(), stored())
    done = Carrier(api).carry([wanted(name) for name in "abc"])
    assert outcomes(done) == [Outcome.CONFIGURED] * 3
    assert writes(server) == [False] * 3 + [True] * 3


def test_nothing_is_written_where_a_right_is_missing(server: ApiServer, api: Api) -> None:
    says(server, "a", stored(), stored())
    says(server, "b", status(403, "Forbidden", None, RIGHTS), stored())
    with pytest.raises(Forbidden, match="this user may not patch injectiontemplates"):
        Carrier(api).carry([wanted("a"), wanted("b")])
    assert writes(server) == [False] * 2


def test_what_the_server_does_not_take_is_written_as_one_that_refuses(server: ApiServer, api: Api) -> None:
    server.say(f"{TEMPLATES}/a?{QUERY}&dryRun=All", status(422, "Invalid", None, "spec.x: no"), stored())
    server.say(f"{TEMPLATES}/a?{QUERY}", stored())
    carrier = Carrier(api)
    (done,) = carrier.carry([wanted("a")])
    assert done.trouble is not None
    assert "spec.x: no" in done.trouble.message
    last = server.bodies[-1]["spec"]["platforms"]
    assert {it["refusal"]["code"] for it in last} == {"BadFuse"}
    assert carrier.served == {digest(SPEC): digest({"as": "stored"})}  # so that it is not tried again and again


def test_one_that_is_never_taken_does_not_keep_the_others_back(server: ApiServer, api: Api) -> None:
    says(server, "a", status(403, "Forbidden", None, "denied by an admission policy"), stored())
    says(server, "b", stored(), stored())
    first, second = Carrier(api).carry([wanted("a"), wanted("b")])
    assert first.outcome is Outcome.FAILED
    assert "denied by an admission policy" in str(first.error)
    assert second.outcome is Outcome.CONFIGURED


def test_an_apply_that_changes_nothing_is_told_as_such(server: ApiServer, api: Api) -> None:
    says(server, "a", stored("7"), stored("7"))
    assert outcomes(Carrier(api).carry([wanted("a")])) == [Outcome.UNCHANGED]


def test_a_template_goes_when_the_server_itself_says_that_its_dataset_is_gone(server: ApiServer, api: Api) -> None:
    server.say(f"{DATASETS}/a", not_found("datasets", "a", "data.fluid.io"))
    server.say(f"{TEMPLATES}/a", Reply(body=b"{}"))
    assert outcomes(Carrier(api).carry([unwanted("a")])) == [Outcome.DELETED]
    assert server.bodies[0]["preconditions"] == {"uid": "u", "resourceVersion": "7"}


def test_a_template_stays_when_its_dataset_is_there_after_all(server: ApiServer, api: Api) -> None:
    """Another syncer has heard of it, this one has not yet."""
    server.hold(f"{DATASETS}/a", {"metadata": {"name": "a", "uid": "new"}})
    server.say(f"{TEMPLATES}/a", Reply(body=b"{}"))
    assert outcomes(Carrier(api).carry([unwanted("a")])) == [Outcome.UNCHANGED]
    assert server.bodies == []


@pytest.mark.parametrize("dry_run", [DryRun.CLIENT, DryRun.SERVER])
def test_a_dry_run_sends_nothing_in_earnest(server: ApiServer, api: Api, dry_run: DryRun) -> None:
    says(server, "a", stored(), stored())
    server.say(f"{DATASETS}/b", not_found("datasets", "b", "data.fluid.io"))
    server.say(f"{TEMPLATES}/b", Reply(body=b"{}"))
    done = Carrier(api, dry_run).carry([wanted("a"), unwanted("b")])
    assert outcomes(done) == [Outcome.CONFIGURED, Outcome.DELETED]
    assert not any(writes(server))
    assert [it.get("dryRun") for it in server.bodies if it["kind"] == "DeleteOptions"] == (
        [["All"]] if dry_run is DryRun.SERVER else []
    )
