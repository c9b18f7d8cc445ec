"""Answers for Pods that differ only in what no plan looks at, kept ready as bytes.

An answer is found by the Pod's whole `essence`, so it is the answer that planning would give; it holds as long as each
claim that its plan asked for is the same object as it was then. Bounded in number and bytes, the oldest go first.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from kubectl_fluid.claims import Claim, Claims

MAX_ENTRIES = 1024
MAX_BYTES = 8 * 1024 * 1024


class Ready(NamedTuple):
    """An answer: `tail` is what follows the uid in a serialised AdmissionResponse.

    `asked` holds the claims that the plan asked for, as (namespace, name, what it got).
    """

    tail: bytes
    outcome: str
    reason: str
    asked: tuple[tuple[str, str, Claim | None], ...]


class Memo:
    """Answers by fingerprint."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self.hits = 0
        self.misses = 0
        self.bytes = 0
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._ready: OrderedDict[bytes, Ready] = OrderedDict()

    def __len__(self) -> int:
        return len(self._ready)

    def get(self, key: bytes, claims: Claims) -> Ready | None:
        """The answer kept under this key, if all of its claims are still what they were."""
        ready = self._ready.get(key)
        if ready is not None:
            for namespace, name, claim in ready.asked:
                if claims(namespace, name) is not claim:
                    self._drop(key)
                    break
            else:
                self.hits += 1
                self._ready.move_to_end(key)
                return ready
        self.misses += 1
        return None

    def put(self, key: bytes, ready: Ready) -> None:
        """Keep an answer. One that would take an eighth of all room is not worth it."""
        size = len(key) + len(ready.tail)
        if size > self._max_bytes // 8:
            return
        self._drop(key)
        self._ready[key] = ready
        self.bytes += size
        while self.bytes > self._max_bytes or len(self._ready) > self._max_entries:
            self._drop(next(iter(self._ready)))

    def clear(self) -> None:
        """Forget all answers."""
        self._ready.clear()
        self.bytes = 0

    def _drop(self, key: bytes) -> None:
        ready = self._ready.pop(key, None)
        if ready is not None:
            self.bytes -= len(key) + len(ready.tail)
