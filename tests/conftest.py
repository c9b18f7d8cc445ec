"""Fixtures and options of all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from tests import support

# `ci` looks at the same examples on each run, so that a commit passes or fails for good; `dev` looks for new ones.
# Neither judges how long an example takes: machines differ, and pytest's own timeout ends what hangs.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("ci", PATIENT, derandomize=True, print_blob=True, database=None)
hypothesis.settings.register_profile("dev", PATIENT)
hypothesis.settings.load_profile("ci" if support.IN_CI else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register our options."""
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files anew (runs only the tests that have some)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an update where nobody would look at its diff."""
    if config.getoption("--update-golden") and support.IN_CI:
        raise pytest.UsageError("--update-golden is for a person who looks at the diff, not for CI")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--update-golden`, keep only the tests that have golden files."""
    if not config.getoption("--update-golden"):
        return
    others = [item for item in items if "golden" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """`shared(name)` is the path of `../shared/<name>`; without it the test is skipped, or fails in CI."""
    return support.shared


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> support.Golden:
    """`golden(path, actual)` fails with a diff unless the file holds `actual`; `--update-golden` writes it."""
    return support.Golden(update=pytestconfig.getoption("--update-golden"))
