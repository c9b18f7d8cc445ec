"""Where objects stand, by their names: exact while they are few, 16 bytes a name when they are many."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable

#: So many names are kept as they are.
FEW = 4096
_FREE = 2**64 - 1
_MASK = 2**64 - 1


class Index:
    """From keys to places (numbers). `is_at` says whether the object at a place has this key: two may share a hash."""

    def __init__(self, is_at: Callable[[Hashable, int], bool]) -> None:
        self._is_at = is_at
        self._few: dict[Hashable, int] | None = {}
        self._hashes = array("Q")
        self._places = array("Q")
        self._used = 0

    def get(self, key: Hashable) -> int | None:
        """The place that was put last for a key."""
        if self._few is not None:
            return self._few.get(key)
        slot = self._slot(key)
        return None if self._places[slot] == _FREE else self._places[slot]

    def put(self, key: Hashable, place: int) -> None:
        """Remember a place; the object must stand there already."""
        if self._few is not None:
            self._few[key] = place
            if len(self._few) > FEW:
                self._spread(self._few)
            return
        slot = self._slot(key)
        if self._places[slot] == _FREE:
            self._used += 1
        self._hashes[slot], self._places[slot] = hash(key) & _MASK, place
        if 2 * self._used > len(self._places):
            self._grow()

    def _slot(self, key: Hashable) -> int:
        """Where a key is, or would be."""
        wanted, last = hash(key) & _MASK, len(self._places) - 1
        slot = wanted & last
        while (place := self._places[slot]) != _FREE:
            if self._hashes[slot] == wanted and self._is_at(key, place):
                break
            slot = (slot + 1) & last
        return slot

    def _spread(self, few: dict[Hashable, int]) -> None:
        self._few = None
        self._resize(4 * FEW)
        for key, place in few.items():
            self._insert(hash(key) & _MASK, place)
        self._used = len(few)

    def _grow(self) -> None:
        hashes, places = self._hashes, self._places
        self._resize(2 * len(places))
        for wanted, place in zip(hashes, places, strict=True):
            if place != _FREE:
                self._insert(wanted, place)

    def _resize(self, size: int) -> None:
        self._hashes, self._places = array("Q", bytes(8 * size)), array("Q", b"\xff" * (8 * size))

    def _insert(self, wanted: int, place: int) -> None:
        last = len(self._places) - 1
        slot = wanted & last
        while self._places[slot] != _FREE:
            slot = (slot + 1) & last
        self._hashes[slot], self._places[slot] = wanted, place
