"""`multipleOf` in CRDs: what a real API server takes, which is not what JSON Schema says of whole numbers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.validation.schema import check, load
from tests.cluster.api import Refused
from tests.cluster.conftest import api_server
from tests.cluster.control_plane import ControlPlane

__all__ = ["api_server"]

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(60)]

Object = dict[str, Any]

GROUP, KIND = "multiples.example.com", "Multiple"
COLLECTION = f"/apis/{GROUP}/v1/multiples"
#: Field → its schema.
FIELDS = {
    f"{type_}{index}": {"type": type_, "multipleOf": divisor}
    for type_ in ("number", "integer")
    for index, divisor in enumerate((0.1, 0.01, 0.3, 0.5, 1, 1.5, 2.5, 3, 1e-9))
}
VALUES = [
    *(0, 1, -1, 2, 3, -3, 4, 5, 6, 2**53, 2**53 - 1, 2**63 - 1, 2**63),
    *(0.0, 1.0, 3.0, 6.0, 1e15, 1e16, 1e18, 1e300, 900719925474099.3),
    *(0.1, 0.2, 0.3, -0.3, 0.35, 0.6, 0.7, 0.9, 1.1, 1.15, 4.35, 0.29, -0.29, 0.57, 2.5, 7.5, 1.5),
    *(1e-9, 1e-10, 1e-11, 2.9999999999999996, 2.9999999999, 2.9999999, 3.0000000001, 3.0000001),
]


def definition() -> Object:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": FIELDS}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "multiples", "kind": KIND}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"multiples.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Cluster", "names": names, "versions": [version]},
    }


def holding(field: str, value: float) -> Object:
    return {"apiVersion": f"{GROUP}/v1", "kind": KIND, "metadata": {"name": "x"}, "spec": {field: value}}


@pytest.fixture
def server(api_server: ControlPlane) -> Iterator[ControlPlane]:
    """One that serves the kind."""
    api_server.admin.create(definition())
    end = time.monotonic() + 30
    while not taken(api_server, {**holding("number4", 1), "spec": {}}) and time.monotonic() < end:
        time.sleep(0.1)
    yield api_server
    api_server.admin.delete(definition())


def taken(plane: ControlPlane, value: Object) -> bool:
    try:
        plane.admin.request("POST", f"{COLLECTION}?dryRun=All", value)
    except Refused as refused:
        assert refused.code in (404, 422), refused  # noqa: PT017 - 404: not served yet
        return False
    return True


def test_the_api_server_takes_the_same_multiples(server: ControlPlane, tmp_path: Path) -> None:
    (tmp_path / "crd.json").write_text(json.dumps(definition()))
    schemas = load(locations=[tmp_path / "crd.json"])
    wrong = []
    for field, value in product(FIELDS, VALUES):
        found = holding(field, value)
        if taken(server, found) is not (not check(found, schemas)):
            wrong.append((FIELDS[field], value, [it.message for it in check(found, schemas)]))
    assert wrong == []
