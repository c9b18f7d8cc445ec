"""Work on many tasks in several processes, with the results in the tasks' order."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

#: For each process, how many results may wait for an earlier one.
_AHEAD = 4
#: Seconds that a process gets to end when it is told to.
_GRACE = 5
_END: Any = object()


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> str:
    """How processes are started: `fork`, which costs nothing, where that is safe, else `spawn`.

    macOS's system libraries do not survive a fork, Windows has none, and nor do locks that another thread holds.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def in_order(work: Callable[[T], R], tasks: Iterable[T], number: int, *, method: str = "") -> Iterator[R]:
    """What `work` makes of each task, in at most `number` processes; the results come in the order of the tasks.

    One task, or one process, is worked on here. `work`, tasks and results must be able to travel (`pickle`; `work` only
    where processes are spawned). What `work` raises is raised here, when its turn comes. Raises CommandError when a
    process dies. Tasks are taken as they are needed, a few ahead.
    """
    tasks = iter(tasks)
    first = next(tasks, _END)
    second = next(tasks, _END) if number > 1 else _END
    if second is _END:
        yield from map(work, chain(() if first is _END else (first,), tasks))
        return
    with _Crew(work, number, method or start_method()) as crew:
        yield from crew.results(chain((first, second), tasks))


class _Crew(Generic[T, R]):
    """Processes that each have one task at a time. They are started as they are needed, and end with the context."""

    def __init__(self, work: Callable[[T], R], number: int, method: str) -> None:
        import multiprocessing  # 20 ms that others need not pay

        self._work = work
        self._number = number
        self._context: Any = multiprocessing.get_context(method)
        self._forks = method == "fork"
        self._members: dict[Connection, BaseProcess] = {}

    def __enter__(self) -> _Crew[T, R]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for connection, process in self._members.items():
            connection.close()  # an idle one then ends by itself
            if error is not None:
                process.terminate()
        for process in self._members.values():
            process.join(_GRACE)
            if process.is_alive():
                process.kill()
                process.join()

    def results(self, tasks: Iterator[T]) -> Iterator[R]:
        """The results in order."""
        from multiprocessing.connection import wait

        done: dict[int, R | Failure] = {}
        busy: dict[Any, int] = {}
        idle: list[Connection] = []
        sent = turn = 0
        more = True
        while more or busy:
            while more and sent - turn < _AHEAD * self._number and (idle or len(self._members) < self._number):
                task = next(tasks, _END)
                if task is _END:
                    more = False
                    break
                connection = idle.pop() if idle else self._start()
                self._send(connection, task)
                busy[connection] = sent
                sent += 1
            ready: Iterable[Any] = wait(list(busy)) if busy else ()
            for connection in ready:
                done[busy.pop(connection)] = self._receive(connection)
                idle.append(connection)
            while turn in done:
                yield _result(done.pop(turn))
                turn += 1

    def _start(self) -> Connection:
        """Start a process; Ctrl-C is held off meanwhile, and for good in the process, which this one ends instead."""
        ours, theirs = self._context.Pipe()
        others = (ours, *self._members) if self._forks else ()
        process = self._context.Process(target=_serve, args=(theirs, others, self._work), daemon=True)
        masks = hasattr(signal, "pthread_sigmask")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
        try:
            process.start()
            self._members[ours] = process
        finally:
            theirs.close()
            if masks:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        connection: Connection = ours
        return connection

    def _send(self, connection: Connection, task: T) -> None:
        try:
            connection.send(task)
        except OSError as error:  # among them BrokenPipeError, which elsewhere speaks of stdout
            raise self._died(connection) from error

    def _receive(self, connection: Connection) -> R | Failure:
        try:
            answer: R | Failure = connection.recv()
        except (EOFError, OSError) as error:
            raise self._died(connection) from error
        return answer

    def _died(self, connection: Connection) -> CommandError:
        process = self._members[connection]
        process.join(_GRACE)
        code = process.exitcode
        how = f"ended with exit code {code}" if code is None or code >= 0 else f"was killed by signal {-code}"
        hint = "if memory is short, use fewer processes: a smaller number behind -j"
        return CommandError("-j", f"one of the processes {how} before its work was done", hint, status=ExitStatus.BUG)


class _RemoteTraceback(Exception):
    """Shows under --traceback where an exception came up in its process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


@dataclass(frozen=True)
class Failure:
    """An exception that travels: pickled where it can be, with its name and its sentence where it cannot."""

    name: str
    message: str
    traceback: str
    pickled: bytes | None

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """That of an exception which is being handled."""
        import traceback

        text = "".join(traceback.format_exception(error))
        try:
            pickled = pickle.dumps(error)
            same = str(pickle.loads(pickled)) == str(error)  # noqa: S301 - written right here
        except Exception:  # noqa: BLE001 - exceptions may ask for anything when they are made anew
            pickled, same = b"", False
        return cls(type(error).__name__, str(error), text, pickled if same else None)

    def error(self) -> Exception:
        """The exception, to raise."""
        if self.pickled is not None:
            made: Exception = pickle.loads(self.pickled)  # noqa: S301 - a process of ours has written it
        else:
            made = type(self.name, (Exception,), {})(self.message)
        made.__cause__ = _RemoteTraceback(self.traceback)
        return made


def _result(answer: R | Failure) -> R:
    if isinstance(answer, Failure):
        raise answer.error()
    return answer


def _serve(connection: Connection, others: Iterable[Connection], work: Callable[[Any], Any]) -> None:
    """What a process does until nobody is at the other end. `others` are ends that it inherited and must not hold."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    try:
        while True:
            connection.send(_attempt(work, connection.recv()))
    except (EOFError, OSError):
        return


def _attempt(work: Callable[[T], R], task: T) -> R | Failure:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001 - it is raised in the process that waits for the result
        return Failure.of(error)
