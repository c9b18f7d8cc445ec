"""A watch on a real API server: what is there, every change, and what comes after a version that is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cluster import following
from kubectl_fluid.cluster.connect import connect
from kubectl_fluid.cluster.following import Back, Change, Followed, Gone, Listed, Lost, Put
from kubectl_fluid.cluster.listing import Forbidden, Resource
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.switch import Switch, switching

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

MAPS = Resource("ConfigMap", "", "v1", "configmaps")


def config_map(namespace: str, name: str, value: str = "1") -> dict[str, Any]:
    metadata = {"namespace": namespace, "name": name}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": value}}


def value_of(it: dict[str, Any]) -> str | None:
    found: str | None = it.get("data", {}).get("value")
    return found


def followed(kubeconfig: Path, namespace: str, **more: Any) -> Followed:
    return Followed(connect(str(kubeconfig), variables={}).api, MAPS, namespace, value_of, **more)


def heard(changes: Iterator[Change]) -> Change:
    """The next change that is about objects."""
    return next(it for it in changes if not isinstance(it, Lost | Back))


@pytest.fixture
def behind(api_server: ControlPlane, tmp_path: Path) -> Iterator[tuple[Switch, Path]]:
    """A switch in front of the API server, and the kubeconfig that goes through it."""
    with switching(api_server.port) as switch:
        path = tmp_path / "config"
        path.write_text(api_server.kubeconfig.read_text().replace(api_server.url, f"https://{HOST}:{switch.port}"))
        yield switch, path


def test_what_is_there_comes_first_and_then_every_change(api_server: ControlPlane, namespace: str) -> None:
    api_server.admin.create(config_map(namespace, "a"))
    it = followed(api_server.kubeconfig, namespace)
    changes = it.changes()
    assert heard(changes) == Listed({(namespace, "a"): "1"})
    api_server.admin.merge(config_map(namespace, "a"), {"data": {"value": "2"}})
    assert heard(changes) == Put((namespace, "a"), "2")
    api_server.admin.delete(config_map(namespace, "a"))
    assert heard(changes) == Gone((namespace, "a"))
    it.ended.set()


def test_a_change_to_what_is_of_no_use_is_told_as_none(api_server: ControlPlane, namespace: str) -> None:
    api_server.admin.create(config_map(namespace, "a"))
    changes = followed(api_server.kubeconfig, namespace).changes()
    heard(changes)
    api_server.admin.merge(config_map(namespace, "a"), {"data": None})
    assert heard(changes) == Put((namespace, "a"), None)


def test_the_silence_of_a_kind_to_which_nothing_happens_is_no_outage(
    api_server: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "SILENCE", 0.5)
    it = followed(api_server.kubeconfig, namespace)
    changes = it.changes()
    assert next(changes) == Listed({})
    later = threading.Timer(2, api_server.admin.create, [config_map(namespace, "a")])
    later.start()
    assert next(changes) == Put((namespace, "a"), "1")
    later.join()
    it.ended.set()


def test_an_object_that_leaves_the_selection_is_gone(api_server: ControlPlane, namespace: str) -> None:
    value = config_map(namespace, "a")
    api_server.admin.create({**value, "metadata": {**value["metadata"], "labels": {"team": "x"}}})
    changes = followed(api_server.kubeconfig, namespace, labels="team=x").changes()
    assert heard(changes) == Listed({(namespace, "a"): "1"})
    api_server.admin.merge(value, {"metadata": {"labels": {"team": "y"}}})
    assert heard(changes) == Gone((namespace, "a"))


def test_a_cut_connection_is_told_and_the_watch_goes_on_where_it_was(
    api_server: ControlPlane, namespace: str, behind: tuple[Switch, Path]
) -> None:
    switch, kubeconfig = behind
    api_server.admin.create(config_map(namespace, "a"))
    changes = followed(kubeconfig, namespace).changes()
    heard(changes)
    api_server.admin.merge(config_map(namespace, "a"), {"data": {"value": "2"}})
    heard(changes)
    switch.ports = []
    switch.cut()
    api_server.admin.merge(config_map(namespace, "a"), {"data": {"value": "3"}})
    assert isinstance(next(changes), Lost)
    switch.ports = [api_server.port]
    assert isinstance(next(changes), Back)
    assert next(changes) == Put((namespace, "a"), "3")  # and no list


def test_a_version_that_the_server_has_forgotten_brings_a_new_list(
    api_server: ControlPlane, namespace: str, behind: tuple[Switch, Path]
) -> None:
    """An API server that was started anew knows no event from before: it answers 410 Gone."""
    switch, kubeconfig = behind
    api_server.admin.create(config_map(namespace, "a"))
    api_server.admin.create(config_map(namespace, "b"))
    changes = followed(kubeconfig, namespace).changes()
    heard(changes)
    switch.ports = []
    switch.cut()
    api_server.admin.merge(config_map(namespace, "a"), {"data": {"value": "2"}})
    api_server.admin.delete(config_map(namespace, "b"))
    with api_server.outage():
        assert isinstance(next(changes), Lost)
    switch.ports = [api_server.port]
    assert heard(changes) == Listed({(namespace, "a"): "2"})


def test_what_may_not_be_read_is_told_by_its_type(api_server: ControlPlane, namespace: str) -> None:
    change = next(followed(api_server.kubeconfig_for("stranger"), namespace).changes())
    assert isinstance(change, Lost)
    assert isinstance(change.error, Forbidden)
