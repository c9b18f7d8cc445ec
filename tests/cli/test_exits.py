from __future__ import annotations

import pytest

from kubectl_fluid.cli.exits import ExitStatus


def test_the_numbers_are_those_that_scripts_rely_on() -> None:
    assert {status.name: int(status) for status in ExitStatus} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "BUG": 3,
        "UNREACHABLE": 4,
        "TIMEOUT": 124,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize("status", ExitStatus)
def test_each_code_has_a_sentence(status: ExitStatus) -> None:
    assert status.meaning.endswith(".")
