"""Work in several processes: results keep the tasks' order, and what goes wrong is told as if it went wrong here."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from kubectl_fluid.cli import workers
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus

METHODS = [it for it in multiprocessing.get_all_start_methods() if it != "forkserver"]


class Stubborn(Exception):
    """Cannot be made anew from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def square(number: int) -> int:
    time.sleep(0.02 if number % 3 == 0 else 0)
    return number * number


def process_of(_: int) -> int:
    time.sleep(0.02)
    return os.getpid()


def fail_at_three(number: int) -> int:
    if number == 3:
        raise LookupError("number three")
    return number


def fail_stubbornly(_: int) -> int:
    raise Stubborn("this", "that")


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def counting(number: int, taken: list[int]) -> Iterator[int]:
    for one in range(number):
        taken.append(one)
        yield one


@pytest.mark.timeout(30)
@pytest.mark.parametrize("method", METHODS)
def test_results_come_in_the_order_of_the_tasks_whichever_is_ready_first(method: str) -> None:
    assert list(workers.in_order(square, range(20), 3, method=method)) == [number * number for number in range(20)]


def test_there_are_as_many_processes_as_asked_for_and_none_is_this_one() -> None:
    used = set(workers.in_order(process_of, range(12), 3))
    assert 1 < len(used) <= 3
    assert os.getpid() not in used


@pytest.mark.parametrize(("tasks", "number"), [(1, 8), (5, 1), (0, 8)])
def test_one_task_or_one_process_is_worked_on_here(tasks: int, number: int) -> None:
    assert set(workers.in_order(process_of, range(tasks), number)) <= {os.getpid()}


def test_no_process_is_left_when_the_results_are_all_there() -> None:
    assert len(list(workers.in_order(square, range(8), 2))) == 8
    assert multiprocessing.active_children() == []


def test_no_process_is_left_when_nobody_wants_the_rest() -> None:
    results = workers.in_order(square, range(100), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert multiprocessing.active_children() == []


def test_tasks_are_taken_only_a_few_ahead() -> None:
    taken: list[int] = []
    results = workers.in_order(square, counting(1000, taken), 2)
    next(results)
    assert len(taken) < 30


def test_an_exception_comes_when_its_turn_has_come_and_says_where_it_was_raised() -> None:
    with pytest.raises(LookupError, match=r"^number three$") as raised:
        list(workers.in_order(fail_at_three, range(10), 2))
    assert "in fail_at_three" in str(raised.value.__cause__)
    assert multiprocessing.active_children() == []


def test_results_before_an_exception_are_given_out() -> None:
    results = workers.in_order(fail_at_three, range(10), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError):
        next(results)


def test_an_exception_that_cannot_travel_keeps_its_name_and_sentence() -> None:
    with pytest.raises(Exception, match=r"^this and that$") as raised:
        list(workers.in_order(fail_stubbornly, range(3), 2))
    assert type(raised.value).__name__ == "Stubborn"


@pytest.mark.timeout(30)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_process_that_dies_is_told_as_a_bug_with_a_cure() -> None:
    with pytest.raises(CommandError, match="one of the processes was killed by signal 9") as raised:
        list(workers.in_order(die_at_three, range(50), 2))
    assert (raised.value.status, raised.value.hint[:19]) == (ExitStatus.BUG, "if memory is short,")
    assert multiprocessing.active_children() == []


def test_processes_are_forked_only_where_no_other_thread_may_hold_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert workers.start_method() == "fork"
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert workers.start_method() == "spawn"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_processes_are_not_forked_on_other_systems(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert workers.start_method() == "spawn"


def test_there_is_at_least_one_processor() -> None:
    assert 1 <= workers.cores() <= (os.cpu_count() or 1)
