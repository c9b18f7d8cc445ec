"""The caches, from an API server that behaves as real ones do, and misbehaves too."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from kubectl_fluid.webhook import watch
from kubectl_fluid.webhook.caches import WATCHED
from tests.catalog import world
from tests.webhook import fakeapi, serving
from tests.webhook.fakeapi import FakeApi
from tests.webhook.serving import Served, pod, review


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fakeapi.faking(*world.objects()) as it:
        yield it


@pytest.fixture
def served(api: FakeApi, tmp_path: Path) -> Iterator[Served]:
    with serving.serving(tmp_path, api.url) as it:
        it.wait_ready()
        it.wait(lambda: api.watched("PersistentVolumeClaim"))
        yield it


def has(served: Served, kind: str, name: str) -> bool:
    return served.webhook.store.get(kind, "default", name) is not None


def test_claims_come_from_lists_and_each_is_made_before_anybody_asks(served: Served, api: FakeApi) -> None:
    assert served.webhook.store.made == 1
    assert served.response(review())["allowed"] is True
    assert served.webhook.store.made == 1
    assert [api.listed(kind) for kind in WATCHED] == [1] * len(WATCHED)
    assert sum(api.read(kind) for kind in WATCHED) == 0


def test_nothing_but_what_claims_are_made_of_is_asked_for(served: Served, api: FakeApi) -> None:
    served.response(review())
    served.response(review(pod("gone")))
    paths = " ".join(path for path, _ in api.requests)
    assert "secret" not in paths
    assert "configmap" not in paths


def test_a_watch_brings_what_is_new_changed_and_gone(served: Served, api: FakeApi) -> None:
    api.put(world.claim("second"))
    served.wait(lambda: has(served, "PersistentVolumeClaim", "second"))
    api.put(world.dataset(phase="NotBound"))
    served.wait(lambda: not served.response(review())["allowed"])
    api.put(world.dataset())
    served.wait(lambda: served.response(review())["allowed"])
    api.delete(world.claim("second"))
    served.wait(lambda: not has(served, "PersistentVolumeClaim", "second"))


def test_a_broken_watch_goes_on_where_it_was(served: Served, api: FakeApi) -> None:
    before = len(api.watched("PersistentVolumeClaim"))
    api.put(world.claim("second"))
    served.wait(lambda: has(served, "PersistentVolumeClaim", "second"))
    version = api.version
    api.hang_up()
    served.wait(lambda: len(api.watched("PersistentVolumeClaim")) > before)
    assert api.watched("PersistentVolumeClaim")[-1] == str(version)
    api.put(world.claim("third"))
    served.wait(lambda: has(served, "PersistentVolumeClaim", "third"))
    assert api.listed("PersistentVolumeClaim") == 1
    assert served.metrics()['kubectl_fluid_webhook_watch_restarts_total{kind="Dataset",reason="broken"}'] >= 1


def test_a_bookmark_moves_the_version_from_which_a_watch_goes_on(served: Served, api: FakeApi) -> None:
    api.bookmark()
    version = str(api.version)
    api.hang_up()
    served.wait(lambda: api.watched("Dataset")[-1] == version)


@pytest.mark.parametrize("as_event", [False, True], ids=["as a status", "as an event"])
def test_a_version_that_is_gone_is_listed_anew(served: Served, api: FakeApi, as_event: bool) -> None:  # noqa: FBT001
    api.as_event = as_event
    api.put(world.claim("unseen"), quietly=True)
    api.put(world.claim("jfs", volumeName="default-jfs"), quietly=True)
    api.oldest = api.version
    api.hang_up()
    served.wait(lambda: has(served, "PersistentVolumeClaim", "unseen"))
    assert api.listed("PersistentVolumeClaim") == 2
    api.put(world.claim("third"))
    served.wait(lambda: has(served, "PersistentVolumeClaim", "third"))
    assert served.metrics()['kubectl_fluid_webhook_watch_restarts_total{kind="Dataset",reason="gone"}'] == 1


def test_an_object_that_went_while_nobody_watched_is_forgotten(served: Served, api: FakeApi) -> None:
    api._objects.pop(("DaemonSet", "default", "jfs-fuse"))
    api.oldest = api.version + 1
    api._version += 1
    api.hang_up()
    served.wait(lambda: not has(served, "DaemonSet", "jfs-fuse"))
    assert served.response(review())["auditAnnotations"]["reason"] == "FuseNotFound"


def test_a_list_is_read_page_by_page(api: FakeApi, tmp_path: Path) -> None:
    api.page = 2
    api.put(*(world.claim(f"claim-{number}") for number in range(7)))
    with serving.serving(tmp_path, api.url) as served:
        served.wait_ready()
        assert served.webhook.store.count("PersistentVolumeClaim") == 8
        assert api.listed("PersistentVolumeClaim") == 4


def test_a_kind_that_the_server_does_not_know_is_looked_for_later(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "ABSENT_SECONDS", 0.1)
    api.without |= {"JuiceFSRuntime", "AlluxioRuntime", "EFCRuntime"}
    with serving.serving(tmp_path, api.url) as served:
        served.wait_ready()
        assert served.response(review())["auditAnnotations"]["reason"] == "RuntimeNotFound"
        api.without.clear()
        served.wait(lambda: has(served, "JuiceFSRuntime", "jfs"))
        served.wait(lambda: served.response(review())["allowed"])


def test_a_server_that_refuses_is_not_asked_all_the_time(api: FakeApi, tmp_path: Path) -> None:
    api.refuse = 503
    with serving.serving(tmp_path, api.url) as served:
        served.wait(lambda: api.listed("Dataset") >= 3)
        assert len(api.requests) < 15 * len(WATCHED)
        assert "not all objects have been read: PersistentVolumeClaim" in " ".join(served.webhook.faults())
        assert served.ask("GET", "/readyz").status == 503
        assert served.ask("GET", "/healthz").status == 200
        assert any("HTTP 503" in line for line in served.said)
        api.refuse = 0
        served.wait_ready()
        assert served.response(review())["allowed"] is True


def test_a_server_that_lists_but_refuses_watches_is_not_asked_all_the_time(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> web.Response:
        return web.json_response({"kind": "Status", "code": 403}, status=403)

    monkeypatch.setattr(FakeApi, "_watch", refuse)
    with serving.serving(tmp_path, api.url) as served:
        served.wait_ready()
        before = api.listed("Dataset")
        time.sleep(1.2)
        assert api.listed("Dataset") - before <= 5
        assert served.response(review())["allowed"] is True


def test_the_api_server_may_go_and_come_back(served: Served, api: FakeApi) -> None:
    api.refuse = 500
    api.hang_up()
    served.wait(lambda: any("HTTP 500" in line for line in served.said))
    assert served.response(review())["allowed"] is True
    api.put(world.claim("meanwhile"))
    api.refuse = 0
    served.wait(lambda: has(served, "PersistentVolumeClaim", "meanwhile"))
    served.wait(lambda: any("watching Dataset again" in line for line in served.said))
    assert sum("warning watching Dataset broke" in line for line in served.said) == 1


def test_what_is_no_json_is_no_end(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving.serving(tmp_path, api.url) as served:
        served.wait_ready()
        with monkeypatch.context() as patch:
            patch.setattr(fakeapi, "_line", lambda *_: b"{half\n")
            api.put(world.claim("second"))
            served.wait(lambda: any("cannot be read" in line for line in served.said))
        served.wait(lambda: has(served, "PersistentVolumeClaim", "second"))


def test_caches_that_are_too_old_are_not_ready(api: FakeApi, tmp_path: Path) -> None:
    with serving.serving(tmp_path, api.url, max_cache_age=0.3) as served:
        served.wait(lambda: "nothing was heard of for 0.3 s" in " ".join(served.webhook.faults()))
        ages = {name: value for name, value in served.metrics().items() if "cache_age_seconds" in name}
        assert len(ages) == len(WATCHED)
        assert max(ages.values()) > 0.3


def test_metrics_say_what_is_kept(served: Served) -> None:
    metrics = served.metrics()
    assert metrics['kubectl_fluid_webhook_cache_objects{kind="PersistentVolumeClaim"}'] == 1
    assert metrics['kubectl_fluid_webhook_cache_synced{kind="Dataset"}'] == 1
    assert metrics["kubectl_fluid_webhook_ready"] == 1


@pytest.mark.parametrize(
    ("minor", "field"),
    [("33", "/spec/initContainers"), ("28+", "/spec/containers/0"), ("?", "/spec/initContainers")],
)
def test_before_1_29_a_sidecar_is_an_ordinary_container(minor: str, field: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        api = stack.enter_context(fakeapi.faking(*world.objects()))
        api.minor = minor
        served = stack.enter_context(serving.serving(tmp_path, api.url))
        served.wait_ready()
        served.wait(lambda: minor != "28+" or any("no native sidecars" in line for line in served.said))
        patch = json.loads(base64.b64decode(served.response(review())["patch"]))
        assert field in [step["path"] for step in patch]
