"""What the caches do not have yet is read once, and not again for a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cluster.errors import Unreachable
from kubectl_fluid.webhook import lookups
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.lookups import Lookups
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.store import Store
from tests.catalog import world
from tests.webhook import fakeapi, serving
from tests.webhook.fakeapi import FakeApi
from tests.webhook.serving import Served, pod, review

LIVE = 'kubectl_fluid_webhook_live_reads_total{result="%s"}'


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fakeapi.faking() as it:
        yield it


@pytest.fixture
def served(api: FakeApi, tmp_path: Path) -> Iterator[Served]:
    with serving.serving(tmp_path, api.url) as it:
        it.wait_ready()
        yield it


def test_a_pod_right_after_its_claim_is_injected_although_no_watch_has_told_of_it(served: Served, api: FakeApi) -> None:
    api.put(*world.objects(), quietly=True)
    response = served.response(review())
    assert response["auditAnnotations"] == {"outcome": "injected", "reason": "Injected"}
    assert api.read("PersistentVolumeClaim") == 1
    assert served.metrics()[LIVE % "found"] == 1


def test_a_dataset_that_has_just_become_bound_is_seen(served: Served, api: FakeApi) -> None:
    api.put(*world.objects(dataset=world.dataset(phase="NotBound")))
    served.wait(lambda: served.webhook.store.claim("default", "jfs") is not None)
    api.put(world.dataset(), quietly=True)
    assert served.response(review())["allowed"] is True


def test_what_does_not_exist_is_asked_for_once_a_second(served: Served, api: FakeApi) -> None:
    for _ in range(5):
        response = served.response(review(pod("gone")))
        assert response["allowed"] is False
        assert "default/gone does not exist" in response["status"]["message"]
    assert api.read("PersistentVolumeClaim") == 1
    time.sleep(lookups.KEPT + 0.1)
    served.response(review(pod("gone")))
    assert api.read("PersistentVolumeClaim") == 2


def test_what_a_watch_tells_afterwards_counts_at_once(served: Served, api: FakeApi) -> None:
    assert served.response(review())["allowed"] is False
    api.put(*world.objects(dataset=world.dataset(phase="NotBound")))
    served.wait(lambda: served.webhook.store.claim("default", "jfs") is not None)
    assert "DatasetNotBound" in served.response(review())["status"]["message"]
    api.put(world.dataset())
    served.wait(lambda: getattr(served.webhook.store.claim("default", "jfs"), "not_ready", "") is None)
    assert served.response(review())["allowed"] is True


def test_many_pods_of_one_missing_claim_ask_once(served: Served, api: FakeApi) -> None:
    api.slow = 0.3
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: served.response(review(pod("gone"))), range(8)))
    assert not any(answer["allowed"] for answer in answers)
    assert api.read("PersistentVolumeClaim") == 1


def test_a_server_that_does_not_answer_ends_in_a_refusal_in_time(
    served: Served, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "PATIENCE", 0.2)
    api.slow = 5
    began = time.monotonic()
    response = served.response(review(pod("gone")))
    assert time.monotonic() - began < 2
    assert response["allowed"] is False
    assert any("a claim could not be read" in line for line in served.said)
    assert served.metrics()[LIVE % "failed"] == 1


def test_nobody_else_waits_meanwhile(served: Served, api: FakeApi) -> None:
    api.put(*world.objects())
    served.wait(lambda: served.response(review())["allowed"])
    api.slow = 1
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(served.response, review(pod("gone")))
        began = time.monotonic()
        assert served.response(review())["allowed"] is True
        assert time.monotonic() - began < 0.5
        assert waiting.result()["allowed"] is False


def test_a_pod_that_names_hundreds_of_missing_claims_does_not_ask_for_all_of_them(served: Served, api: FakeApi) -> None:
    strange = pod()
    strange["spec"]["volumes"] = [
        {"name": f"v{number}", "persistentVolumeClaim": {"claimName": f"gone-{number}"}} for number in range(300)
    ]
    assert served.response(review(strange))["allowed"] is False
    assert api.read("PersistentVolumeClaim") <= 3 * lookups.MAX_READ


def test_a_pod_that_names_no_object_of_an_api_server_asks_for_none(served: Served, api: FakeApi) -> None:
    assert served.response(review(pod("../secrets/x")))["allowed"] is False
    assert not any("secrets" in path for path, _ in api.requests)


def healing(read: Any, *values: Any) -> Lookups:
    store = Store()
    for value in values:
        store.put(value["kind"], value)
    return Lookups(store, Log(lambda _: None), Metrics(), read)


def test_without_an_api_server_there_is_nothing_to_be_learned() -> None:
    async def check() -> None:
        it = healing(None)
        assert await it.heal([("default", "jfs")]) is False
        assert it.claim("default", "jfs") is None

    asyncio.run(check())


def test_a_failed_read_leaves_what_the_caches_say() -> None:
    async def fail(*_: str) -> None:
        raise Unreachable("cluster", "it is gone")

    async def check() -> None:
        it = healing(fail, *world.objects(daemon_set=None))
        before = it.claim("default", "jfs")
        assert await it.heal([("default", "jfs")]) is True
        assert it.claim("default", "jfs") is before
        assert before is not None

    asyncio.run(check())


def test_one_who_goes_away_does_not_take_the_answer_from_others() -> None:
    async def check() -> None:
        go = asyncio.Event()

        async def read(kind: str, _namespace: str, name: str) -> Any:
            await go.wait()
            return world.claim(name, labels={}) if kind == "PersistentVolumeClaim" else None

        it = healing(read)
        first = asyncio.ensure_future(it.heal([("default", "disk")]))
        second = asyncio.ensure_future(it.heal([("default", "disk")]))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        go.set()
        assert await second is True
        assert it.claim("default", "disk") is not None

    asyncio.run(check())


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MAX_KEPT", 10)

    async def nothing(*_: str) -> None:
        return None

    async def check() -> None:
        it = healing(nothing)
        for number in range(35):
            await it.heal([("default", f"claim-{number}")])
        assert len(it._kept) <= 10

    asyncio.run(check())
