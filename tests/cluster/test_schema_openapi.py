"""The schemas of built-in kinds are made from Kubernetes' source; a running API server says the same."""

from __future__ import annotations

import pytest

from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.load import minor_of
from schemas.make_kubernetes import RELEASES
from schemas.openapi import definitions
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster


@pytest.mark.timeout(30)
def test_a_running_api_server_publishes_the_schemas_of_its_minor(api_server: ControlPlane) -> None:
    """Fields, types, formats, defaults, enums, what is required, scope and plural: all of it."""
    version = api_server.admin.request("GET", "/version")["gitVersion"]
    if version not in RELEASES:
        pytest.skip(f"the API server is {version}, the schemas are of {', '.join(RELEASES)}")
    found = definitions(lambda path: api_server.admin.request("GET", path))
    assert found == files.kubernetes(minor_of(version))[0].definitions
