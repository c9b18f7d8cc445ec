"""Which API server is watched, and with which credentials."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cluster.errors import ClusterError, NoCluster, Unreachable
from kubectl_fluid.webhook import access as access_module
from kubectl_fluid.webhook.access import Access, access
from kubectl_fluid.webhook.api import Api, Refused
from tests.catalog import apiserver
from tests.catalog.apiserver import CERTIFICATE, Reply, kubeconfig, serving, status

NOBODY = {"HOME": "/nonexistent"}
IN_CLUSTER = {**NOBODY, "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}


def account(folder: Path, token: str = "first") -> Path:  # noqa: S107 - no secret
    (folder / "token").write_text(token + "\n")
    (folder / "ca.crt").write_bytes(CERTIFICATE.read_bytes())
    return folder


def get(reached: Access, path: str = "/x") -> Any:
    async def ask() -> Any:
        api = Api(reached)
        try:
            return await api.get(path)
        finally:
            await api.close()

    return asyncio.run(ask())


def test_in_a_pod_it_is_the_service_accounts(tmp_path: Path) -> None:
    found = access(None, None, IN_CLUSTER, service_account=account(tmp_path))
    assert found.server == "https://127.0.0.1:6443"
    assert found.headers()["Authorization"] == "Bearer first"
    assert found.tls is not None
    assert found.tls.check_hostname


def test_an_address_of_ipv6_is_put_in_brackets(tmp_path: Path) -> None:
    variables = {**IN_CLUSTER, "KUBERNETES_SERVICE_HOST": "fd00::1"}
    assert access(None, None, variables, service_account=account(tmp_path)).server == "https://[fd00::1]:6443"


def test_a_token_is_read_again_when_it_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = access(None, None, IN_CLUSTER, service_account=account(tmp_path))
    assert found.headers()["Authorization"] == "Bearer first"
    account(tmp_path, "second")
    assert found.headers()["Authorization"] == "Bearer first"
    monkeypatch.setattr(access_module, "TOKEN_AGE", 0.0)
    assert found.headers()["Authorization"] == "Bearer second"
    (tmp_path / "token").unlink()
    assert found.headers()["Authorization"] == "Bearer second"


def test_a_token_that_never_was_there_is_said(tmp_path: Path) -> None:
    found = access(None, None, IN_CLUSTER, service_account=account(tmp_path))
    (tmp_path / "token").unlink()
    with pytest.raises(Unreachable, match="token cannot be read"):
        found.headers()


def test_a_ca_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (account(tmp_path) / "ca.crt").write_text("nonsense")
    with pytest.raises(ClusterError, match=r"ca\.crt cannot be used"):
        access(None, None, IN_CLUSTER, service_account=tmp_path)


def test_nobody_to_ask_is_said(tmp_path: Path) -> None:
    for variables in (NOBODY, IN_CLUSTER):
        with pytest.raises(NoCluster, match="no current context"):
            access(None, None, variables, service_account=tmp_path)


def test_a_kubeconfig_is_as_kubectl_reads_it(tmp_path: Path) -> None:
    with serving() as server:
        server.hold("/x", {})
        found = access(kubeconfig(tmp_path, server.url), None, NOBODY)
        assert get(found).status == 200
        assert server.header("Authorization") == ["Bearer s3cr3t"]
        assert server.header("Accept") == ["application/json"]


def test_a_server_is_trusted_by_the_kubeconfigs_ca_alone(tmp_path: Path) -> None:
    with serving(tls=True) as server:
        server.hold("/x", {})
        stranger = access(kubeconfig(tmp_path, server.url), None, NOBODY)
        with pytest.raises(Unreachable, match="certificate is not trusted"):
            get(stranger)
        known = kubeconfig(tmp_path, server.url, cluster={"certificate-authority": str(CERTIFICATE)})
        assert get(access(known, None, NOBODY)).status == 200
        careless = kubeconfig(tmp_path, server.url, cluster={"insecure-skip-tls-verify": True})
        assert get(access(careless, None, NOBODY)).status == 200


def test_a_server_that_sends_its_clients_elsewhere_is_not_followed(tmp_path: Path) -> None:
    with serving() as server, serving() as other:
        server.say("/x", Reply(302, headers={"Location": f"{other.url}/x"}))
        assert get(access(kubeconfig(tmp_path, server.url), None, NOBODY)).status == 302
        assert other.requests == []


def test_no_connection_is_one_sentence(tmp_path: Path) -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(Unreachable, match=f"cluster {url}: "):
        get(access(kubeconfig(tmp_path, url), None, NOBODY))


def test_an_answer_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_fluid.webhook.api.MAX_ANSWER", 1000)
    with serving() as server:
        server.say("/x", Reply(body=b" " * 100_000))
        with pytest.raises(ClusterError, match="its answer is larger"):
            get(access(kubeconfig(tmp_path, server.url), None, NOBODY))


def lines(reached: Access) -> list[bytes]:
    async def ask() -> list[bytes]:
        api = Api(reached)
        try:
            return [line async for line in api.lines("/x", {}, 1.0)]
        finally:
            await api.close()

    return asyncio.run(ask())


def test_a_watch_is_read_line_by_line(tmp_path: Path) -> None:
    with serving() as server:
        server.say("/x", Reply(body=b"one\n\ntwo\nthr"))
        assert lines(access(kubeconfig(tmp_path, server.url), None, NOBODY)) == [b"", b"one", b"two"]


def test_an_event_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_fluid.webhook.api.MAX_EVENT", 1000)
    with serving() as server:
        server.say("/x", Reply(body=b"x" * 100_000))
        with pytest.raises(ClusterError, match="an event is larger"):
            lines(access(kubeconfig(tmp_path, server.url), None, NOBODY))


def test_a_watch_that_is_refused_says_so(tmp_path: Path) -> None:
    with serving() as server:
        server.say("/x", status(403, "Forbidden"))
        with pytest.raises(Refused) as refused:
            lines(access(kubeconfig(tmp_path, server.url), None, NOBODY))
    assert refused.value.status == 403


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_other_kinds_are_never_read(kind: str, tmp_path: Path) -> None:
    async def ask() -> None:
        api = Api(access(kubeconfig(tmp_path, "http://127.0.0.1:9"), None, NOBODY))
        try:
            await api.read(kind, "default", "x")
        finally:
            await api.close()

    with pytest.raises(ValueError, match="are not read from a cluster"):
        asyncio.run(ask())


def test_an_object_is_read_as_the_catalog_reads_it(tmp_path: Path) -> None:
    async def ask(url: str, name: str) -> Any:
        api = Api(access(kubeconfig(tmp_path, url), None, NOBODY))
        try:
            return await api.read("PersistentVolumeClaim", "default", name)
        finally:
            await api.close()

    with serving() as server:
        server.hold(apiserver.CLAIM, apiserver.an_object("PersistentVolumeClaim", "jfs"))
        assert asyncio.run(ask(server.url, "jfs"))["metadata"]["name"] == "jfs"
        assert asyncio.run(ask(server.url, "../x")) is None
