from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.process import Kept
from tests.support import ROOT

#: Starts a process that would run for long, says its id and the folder, and waits for its own end.
OWNER = """
from tests.cluster.process import Kept
kept = Kept()
print(kept._order(start="sleeper", argv=["sleep", "600"]), kept.folder, flush=True)
input()
"""


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.end()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda it: it.name)
def test_nothing_is_left_of_an_owner_that_is_killed(number: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    with owner:
        assert owner.stdout is not None
        pid, folder = owner.stdout.readline().split()
        assert is_alive(int(pid))
        assert Path(folder).is_dir()
        owner.send_signal(number)
    deadline = time.monotonic() + 5
    while (is_alive(int(pid)) or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(int(pid))
    assert not Path(folder).exists()


def test_the_folder_is_nobody_elses_business(kept: Kept) -> None:
    assert kept.folder.stat().st_mode & 0o777 == 0o700


def test_an_exit_code_and_the_last_words_of_a_process_are_told(kept: Kept) -> None:
    kept.start("one", ["sh", "-c", "echo I could not >&2; exit 7"])
    while kept.ended("one") is None:
        time.sleep(0.01)
    assert kept.ended("one") == 7
    assert kept.log("one") == "I could not\n"


def test_a_killed_process_can_be_started_again(kept: Kept) -> None:
    kept.start("one", ["sleep", "600"])
    kept.kill("one")
    kept.start("one", ["sleep", "600"])
    assert kept.ended("one") is None
