"""One control plane for a whole run, a namespace for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.binaries import Missing
from tests.cluster.control_plane import ControlPlane
from tests.cluster.reviewer import Reviewer, listening
from tests.support import unavailable

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def api_server(pytestconfig: pytest.Config) -> Iterator[ControlPlane]:
    """A real API server that knows Fluid's kinds. Without it tests are skipped, or fail in CI."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    terminal = pytestconfig.pluginmanager.getplugin("terminalreporter")

    def say(text: str) -> None:
        """Minutes of silence would look like a hang."""
        with capture.global_and_fixture_disabled():
            terminal.write_line(f"\n{text}")

    try:
        plane = ControlPlane(say)
    except Missing as reason:
        unavailable(str(reason))
    try:
        yield plane
    finally:
        plane.end()


@pytest.fixture
def namespace(api_server: ControlPlane) -> Iterator[str]:
    """A fresh namespace. Nobody waits for its end."""
    name = f"test-{next(_numbers)}"
    api_server.create_namespace(name)
    yield name
    api_server.admin.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Reviewer]:
    """A webhook of somebody else: a test says how it changes Pods, and registers it."""
    with listening(tmp_path) as reviewer:
        yield reviewer
