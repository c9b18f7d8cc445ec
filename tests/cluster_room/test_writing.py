"""What is sent to be written, and what the answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cluster.connect import connect
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Absent, Forbidden, Resource
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.cluster.writing import APPLY, Refused, Seen, apply, delete
from tests.catalog.apiserver import NO_SUCH_PATH, ApiServer, Reply, kubeconfig, serving, status

MAPS = Resource("ConfigMap", "", "v1", "configmaps")
VALUE: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "ns", "name": "a"}}
PATH = "/api/v1/namespaces/ns/configmaps/a"
QUERY = "fieldManager=me&force=true&fieldValidation=Strict"
RIGHTS = 'configmaps "a" is forbidden: User "x" cannot patch resource "configmaps" in API group "" in the namespace "y"'
ENDS = "unable to create new content in namespace ns because it is being terminated"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


@pytest.fixture
def api(server: ApiServer, tmp_path: Path) -> Iterator[Api]:
    found = connect(kubeconfig(tmp_path, server.url), None, "somebody", ["one", "two"], variables={}).api
    yield found
    found.pool.clear()


@pytest.mark.parametrize(("code", "created"), [(200, False), (201, True)])
def test_an_apply_sends_the_object_and_gives_what_came_of_it(
    server: ApiServer, api: Api, code: int, *, created: bool
) -> None:
    server.say(f"{PATH}?{QUERY}", Reply(code, b'{"x": 1}'))
    assert apply(api, MAPS, VALUE, manager="me") == ({"x": 1}, created)
    assert server.bodies == [VALUE]
    assert server.header("Content-Type") == [APPLY]
    assert server.header("Impersonate-Group") == ["one", "two"]


def test_a_dry_run_says_so(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?{QUERY}&dryRun=All", Reply(body=b"{}"))
    server.say(PATH, Reply(body=b"{}"))
    apply(api, MAPS, VALUE, manager="me", dry_run=True)
    assert delete(api, MAPS, "ns", "a", Seen("u", "7"), dry_run=True)
    assert server.bodies[1]["dryRun"] == ["All"]


def test_an_apply_that_meets_another_is_tried_again(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?{QUERY}", status(409, "Conflict"), status(409, "Conflict"), Reply(body=b"{}"))
    assert apply(api, MAPS, VALUE, manager="me") == ({}, False)


def test_only_what_was_seen_is_deleted(server: ApiServer, api: Api) -> None:
    server.say(PATH, Reply(body=b"{}"))
    assert delete(api, MAPS, "ns", "a", Seen("u", "7"))
    assert server.bodies == [
        {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": "u", "resourceVersion": "7"}}
    ]


@pytest.mark.parametrize("reply", [status(404, "NotFound", {"name": "a"}), status(409, "Conflict")])
def test_what_is_gone_or_another_one_is_not_deleted(server: ApiServer, api: Api, reply: Reply) -> None:
    server.say(PATH, reply)
    assert not delete(api, MAPS, "ns", "a", Seen("u", "7"))


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        pytest.param(
            status(422, "Invalid", None, "spec.x: bad"), Refused, "take this ConfigMap: spec.x: bad", id="422"
        ),
        pytest.param(status(500, "", None, ".x: not in schema"), Refused, "not in schema", id="an unknown field"),
        pytest.param(
            status(403, "Forbidden", None, RIGHTS), Forbidden, "this user may not patch configmaps", id="RBAC"
        ),
        pytest.param(
            status(403, "Forbidden", None, RIGHTS.replace("patch", "create")), Forbidden, "may not create", id="RBAC 2"
        ),
        pytest.param(status(403, "Forbidden", None, ENDS), Refused, "being terminated", id="the namespace ends"),
        pytest.param(
            status(404, "NotFound", {"kind": "namespaces", "name": "ns"}, 'namespaces "ns" not found'),
            Refused,
            'namespaces "ns" not found',
            id="the namespace is gone",
        ),
        pytest.param(NO_SUCH_PATH, Absent, "it knows no configmaps", id="a kind that is not known"),
        pytest.param(status(401, "Unauthorized"), Unreachable, "does not accept the credentials", id="401"),
        pytest.param(status(409, "Conflict"), ClusterError, "HTTP 409", id="a conflict without end"),
        pytest.param(Reply(502, b"<html>"), ClusterError, "HTTP 502", id="somebody else"),
    ],
)
def test_what_is_not_written_says_why_by_type(
    server: ApiServer, api: Api, reply: Reply, error: type[ClusterError], words: str
) -> None:
    server.say(f"{PATH}?{QUERY}", reply)
    with pytest.raises(error, match=words) as caught:
        apply(api, MAPS, VALUE, manager="me")
    assert type(caught.value) is error


def test_a_busy_server_is_asked_again(server: ApiServer, api: Api) -> None:
    server.say(f"{PATH}?{QUERY}", Reply(429, b"{}", {"Retry-After": "0"}), Reply(body=b"{}"))
    apply(api, MAPS, VALUE, manager="me")
    assert server.bodies == [VALUE, VALUE]
