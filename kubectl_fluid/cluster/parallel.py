"""Several lists at once: the slowest one is waited for, not their sum. What fails is kept beside what did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from kubectl_fluid.cluster.errors import ClusterError

K = TypeVar("K")
T = TypeVar("T")


def together(wishes: Mapping[K, Callable[[], T]], *, threads: int = 8) -> dict[K, T | ClusterError]:
    """The result of each wish, or the ClusterError that it ended with; in the order of `wishes`.

    Another exception is a bug and is raised as it is.
    """
    from concurrent.futures import ThreadPoolExecutor  # 10 ms

    def kept(wish: Callable[[], T]) -> T | ClusterError:
        try:
            return wish()
        except ClusterError as error:
            return error

    if not wishes:
        return {}
    with ThreadPoolExecutor(min(threads, len(wishes))) as pool:
        return dict(zip(wishes, pool.map(kept, wishes.values()), strict=True))
