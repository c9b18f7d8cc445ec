"""Several lists at once: the slowest one is waited for, not their sum. What fails is kept beside what did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock, Thread
from typing import Generic, TypeVar

from kubectl_fluid.cluster.errors import ClusterError, Unreachable

#: Seconds that the main thread waits in one go: a Ctrl-C that comes as it begins to wait is heard at the end.
INTERRUPTS = 0.5

K = TypeVar("K")
T = TypeVar("T")


def together(wishes: Mapping[K, Callable[[], T]], *, threads: int = 8) -> dict[K, T | ClusterError]:
    """The result of each wish, or the ClusterError that it ended with; in the order of `wishes`.

    After an Unreachable nothing more is begun: what is left ends with the same error. Another exception is a bug and
    is raised as it is.
    """
    work = _Work(wishes)
    # Not concurrent.futures, which waits for its threads whatever happens: Ctrl-C would be heard when a server that
    # hangs is given up.
    workers = [Thread(target=work.run, daemon=True) for _ in range(min(threads, len(wishes)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        while worker.is_alive():
            worker.join(INTERRUPTS)
    if work.bug is not None:
        raise work.bug
    return {key: work.done[key] for key in wishes}


class _Work(Generic[K, T]):
    def __init__(self, wishes: Mapping[K, Callable[[], T]]) -> None:
        self.done: dict[K, T | ClusterError] = {}
        self.bug: BaseException | None = None
        self._left = list(wishes.items())[::-1]
        self._lock = Lock()
        self._unreachable: Unreachable | None = None

    def run(self) -> None:
        """One thread: the next wish, until there is none."""
        while self.bug is None:
            with self._lock:
                if not self._left:
                    return
                key, wish = self._left.pop()
            try:
                self.done[key] = self._unreachable or wish()
            except ClusterError as error:
                self.done[key] = error
                if isinstance(error, Unreachable):
                    self._unreachable = error
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                self.bug = error
