"""What is said of the newest version of Kubernetes where its rules differ from older ones', against its API server."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.schema import check, load
from tests.cluster.api import Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.verdicts import verdict
from tests.validation import featured
from tests.validation.test_schema_addresses import TAKEN, WRONG

Object = dict[str, Any]

pytestmark = pytest.mark.cluster


def manifests() -> list[Object]:
    tables = (featured.OLDER, featured.NEWER, featured.DROPPED, featured.REFUSED)
    return [*(it for table in tables for some in table.values() for it in some), *TAKEN, *(it for it, _ in WRONG)]


@pytest.mark.timeout(60)
def test_the_api_server_says_the_same_of_every_manifest(api_server: ControlPlane) -> None:
    try:
        api_server.create_namespace(featured.NAMESPACE)
    except Refused as refused:
        assert refused.code == 409  # noqa: PT017 - it is there from another test
    schemas, wrong = load(), list[Any]()
    for value in manifests():
        schema = schemas.for_object(value)
        assert schema is not None
        theirs = verdict(api_server, value, schema)
        ours = [it.message for it in check(value, schemas) if it.severity is Severity.ERROR]
        if theirs["valid"] != (not ours):
            wrong.append((value, theirs["message"], ours))
    assert wrong == []
