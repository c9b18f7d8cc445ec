from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kubectl_fluid.cluster import listing, request
from kubectl_fluid.cluster.connect import connect
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.following import Followed
from kubectl_fluid.cluster.listing import PAGE, Absent, Forbidden, Misasked, Resource, collect, fetch, read
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from tests.catalog.apiserver import ApiServer, Reply, kubeconfig, not_found, serving, status

MAPS = Resource("ConfigMap", "", "v1", "configmaps")
PATH = "/api/v1/namespaces/ns/configmaps"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


@pytest.fixture
def api(server: ApiServer, tmp_path: Path) -> Iterator[Api]:
    found = connect(kubeconfig(tmp_path, server.url), variables={}).api
    yield found
    found.pool.clear()


def page(names: list[str], following: str = "", size: int = 0) -> Reply:
    items = [{"metadata": {"name": name}, "data": {"x": "x" * size}} for name in names]
    value = {"kind": "ConfigMapList", "metadata": {"resourceVersion": "7", "continue": following}, "items": items}
    return Reply(body=json.dumps(value).encode())


def names(found: listing.Listing) -> list[str]:
    return [it["metadata"]["name"] for it in found.items]


def asked(server: ApiServer) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(path).query) for path in server.paths]


def test_pages_are_joined_and_each_object_says_its_kind(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?limit={PAGE}", page(["a", "b"], "more"))
    server.say(f"{PATH}?limit={PAGE}&continue=more", page(["c"]))
    found = fetch(api, MAPS, "ns")
    assert (names(found), found.version) == (["a", "b", "c"], "7")
    assert {(it["apiVersion"], it["kind"]) for it in found.items} == {("v1", "ConfigMap")}


def test_only_what_is_taken_is_kept(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?limit={PAGE}", page(["a", "b"]))
    taken, _ = collect(api, MAPS, "ns", lambda it: None if it["metadata"]["name"] == "a" else it["metadata"]["name"])
    assert taken == ["b"]


def test_selectors_go_to_the_server(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?limit={PAGE}&labelSelector=a%3Db&fieldSelector=metadata.name%3Dx", page(["x"]))
    assert names(fetch(api, MAPS, "ns", labels="a=b", fields="metadata.name=x")) == ["x"]


def test_a_page_that_is_too_large_is_asked_for_in_halves(
    server: ApiServer, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "MAX_ANSWER", 5000)
    server.say(f"{PATH}?limit={PAGE}", page(["a", "b"], size=5000))
    server.say(f"{PATH}?limit={PAGE // 2}", page(["a"], "more"))
    server.say(f"{PATH}?limit={PAGE // 2}&continue=more", page(["b"]))
    assert names(fetch(api, MAPS, "ns")) == ["a", "b"]


def test_one_object_that_is_too_large_is_an_error(server: ApiServer, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "MAX_ANSWER", 500)
    limit = PAGE
    while limit:
        server.say(f"{PATH}?limit={limit}", page(["a"], size=5000))
        limit //= 2
    with pytest.raises(ClusterError, match="its answer is larger than"):
        fetch(api, MAPS, "ns")
    assert asked(server)[-1]["limit"] == ["1"]


def test_a_list_that_expires_midway_is_begun_anew(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?limit={PAGE}", page(["a"], "old"), page(["a"], "new"))
    server.say(f"{PATH}?limit={PAGE}&continue=old", status(410, "Expired"))
    server.say(f"{PATH}?limit={PAGE}&continue=new", page(["b"]))
    assert names(fetch(api, MAPS, "ns")) == ["a", "b"]


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        pytest.param(status(403, "Forbidden"), Forbidden, "this user may not list configmaps -n ns", id="forbidden"),
        pytest.param(status(404, "NotFound"), Absent, "it knows no configmaps", id="a kind that is not known"),
        pytest.param(status(401, "Unauthorized"), Unreachable, "does not accept the credentials", id="refused"),
        pytest.param(status(500, "InternalError", None, "etcd\nis away"), ClusterError, "etcd is away", id="broken"),
        pytest.param(Reply(body=b"<html>"), ClusterError, "its answer is not JSON", id="somebody else"),
        pytest.param(Reply(body=b'{"items": 5}'), ClusterError, "its answer is no list of configmaps", id="no list"),
        pytest.param(Reply(body=b"{}"), ClusterError, "its answer is no list of configmaps", id="nothing at all"),
        pytest.param(page(["a"], "more"), ClusterError, "does not end: a page follows itself", id="endless"),
        pytest.param(status(400, "BadRequest", None, "found ','"), Misasked, "found ','", id="no selector"),
        pytest.param(
            Reply(body=b"9\r\n{", headers={"Transfer-Encoding": "chunked", "Connection": "close"}),
            Unreachable,
            "its answer was cut off",
            id="cut off in a chunk",
        ),
        pytest.param(
            Reply(body=b"{", headers={"Content-Length": "9", "Connection": "close"}),
            Unreachable,
            "its answer was cut off",
            id="cut off",
        ),
    ],
)
def test_what_cannot_be_read_says_why_by_type(
    server: ApiServer, api: Api, reply: Reply, error: type[ClusterError], words: str
) -> None:
    server.say(f"{PATH}?limit={PAGE}", reply)
    server.say(f"{PATH}?limit={PAGE}&continue=more", reply)
    with pytest.raises(error, match=words):
        fetch(api, MAPS, "ns")


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (Reply(302, headers={"Location": "https://elsewhere"}), "is it a Kubernetes API server?"),
        (Reply(502, b"<html>"), "is it a Kubernetes API server?"),
        (status(500, "InternalError"), "the server is not well: try again, or see its logs"),
        (Reply(429, b"Too many requests, please try again later.\n"), "the server is busy: try again later"),
    ],
    ids=["moved", "a proxy", "broken", "busy"],
)
def test_every_failure_has_a_cure(server: ApiServer, api: Api, reply: Reply, hint: str) -> None:
    server.say(f"{PATH}?limit={PAGE}", reply)
    with pytest.raises(ClusterError) as caught:
        fetch(api, MAPS, "ns")
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "value", [{"items": 5}, {"metadata": {"name": "b"}}, {"kind": "Pod", "metadata": {"name": "a"}}]
)
def test_another_object_than_that_which_was_asked_for_is_no_answer(
    server: ApiServer, api: Api, value: dict[str, Any]
) -> None:
    server.hold(f"{PATH}/a", value)
    with pytest.raises(ClusterError, match="its answer is not the ConfigMap that was asked for"):
        read(api, MAPS, "ns", "a")


def test_one_object_is_read_or_is_none(server: ApiServer, api: Api) -> None:
    server.hold(f"{PATH}/a", {"metadata": {"name": "a"}})
    server.say(f"{PATH}/b", not_found("configmaps", "b"))
    assert read(api, MAPS, "ns", "a") == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert read(api, MAPS, "ns", "b") is None


def test_a_name_never_leaves_its_segment_of_the_path() -> None:
    assert MAPS.path("ns", "../secrets/x") == f"{PATH}/..%2Fsecrets%2Fx"
    assert MAPS.path("..", "..") == "/api/v1/namespaces/%2E%2E/configmaps/%2E%2E"


@pytest.mark.parametrize("ask", [fetch, lambda api, it, ns: read(api, it, ns, "x")], ids=["list", "get"])
def test_secrets_are_refused_before_anything_is_sent(
    server: ApiServer, api: Api, ask: Callable[[Api, Resource, str], Any]
) -> None:
    with pytest.raises(ValueError, match="Secrets are not read"):
        ask(api, Resource("Secret", "", "v1", "secrets"), "ns")
    assert server.requests == []


def test_lists_that_are_read_together_keep_their_errors_apart(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?limit={PAGE}", page(["a"]))
    server.say(f"/api/v1/namespaces/other/configmaps?limit={PAGE}", status(403, "Forbidden"))
    found = together({ns: lambda ns=ns: names(fetch(api, MAPS, ns)) for ns in ("ns", "other")})  # type: ignore[misc]
    assert found["ns"] == ["a"]
    assert isinstance(found["other"], Forbidden)
    assert together({}) == {}


def test_a_bug_in_one_of_them_is_no_answer() -> None:
    def broken() -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        together({"a": broken})


def test_nothing_more_is_begun_once_the_server_cannot_be_reached() -> None:
    begun: list[str] = []

    def wish(name: str) -> str:
        begun.append(name)
        if name == "b":
            raise Unreachable("cluster", "it is away")
        return name

    found = together({name: lambda name=name: wish(name) for name in "abcd"}, threads=1)  # type: ignore[misc]
    assert begun == ["a", "b"]
    assert found["a"] == "a"
    assert [str(found[name]) for name in "bcd"] == ["cluster: it is away"] * 3


@pytest.mark.parametrize("code", ["410", None, [], 3.5, True])
def test_an_error_in_a_watch_may_have_any_code(api: Api, code: object) -> None:
    line = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": code, "message": "it is over"}}).encode()
    with pytest.raises(ClusterError, match="it is over"):
        Followed(api, MAPS, "ns", lambda it: it)._step(line, "1")
