"""Every reference case once more through HTTPS: the answer is that of `review`, the first time and each time after."""

from __future__ import annotations

import copy
import dataclasses
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import WANTED, ObjectStore
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from kubectl_fluid.webhook.review import answer
from tests.webhook import serving
from tests.webhook.serving import JSON, UNIQUE, Served

Object = dict[str, Any]

FILES = ("fluid-serverless", "fluid-plugins", "chain")
SETTINGS = {
    "default": Settings(),
    "fluid": Settings(profile=Profile.FLUID, sidecar_mode=SidecarMode.LEGACY),
    "fluid-native": Settings(profile=Profile.FLUID, sidecar_mode=SidecarMode.NATIVE),
    "eci": Settings(platform="eci"),
}


@pytest.fixture(scope="module", params=SETTINGS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Settings]]:
    settings = dataclasses.replace(SETTINGS[request.param], unique=UNIQUE)
    with serving.serving(tmp_path_factory.mktemp("served"), objects=(), settings=settings) as it:
        yield it, settings


def cases(path: Path) -> list[Object]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def objects(case: Object) -> list[Object]:
    return [value for value in case["cluster"] if value.get("kind") in WANTED]


def replace(served: Served, values: list[Object]) -> None:
    def change() -> None:
        for kind in WANTED:
            served.webhook.store.replace(kind, [value for value in values if value["kind"] == kind])
        served.webhook.store.refresh()

    served.thread.call(change)


def reviews(case: Object) -> Iterator[Object]:
    """The case, and Pods of the same template after it, whose answers may be ready already."""
    for number in range(3):
        asked = copy.deepcopy(case["request"])
        metadata = asked["object"].setdefault("metadata", {})
        if number:
            metadata["uid"] = f"pod-{number}"
            metadata.setdefault("labels", {})["batch.kubernetes.io/job-completion-index"] = str(number)
            for container in asked["object"]["spec"].get("containers") or []:
                container["env"] = [{"name": "INDEX", "value": str(number)}]
        request = {"uid": f"u-{number}", **asked}
        yield {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FILES)
def test_https_gives_the_answer_of_review(
    name: str, served: tuple[Served, Settings], shared: Callable[[str], Path]
) -> None:
    server, settings = served
    connection = server.connect()
    compared = 0
    for case in cases(shared(f"conformance/{name}.jsonl.gz")):
        values = objects(case)
        replace(server, values)
        store = ObjectStore()
        for value in values:
            store.add(value)
        for asked in reviews(case):
            connection.request("POST", "/mutate", json.dumps(asked), JSON)
            given = json.loads(connection.getresponse().read())
            assert given == answer(asked, claims_from(store.get), settings), case["name"]
            compared += 1
    connection.close()
    assert compared
