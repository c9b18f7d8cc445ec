"""Where objects stand, by their names: as they are while they are few, in some 20 bytes a name when they are many."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable

#: So many names are kept as they are.
FEW = 4096
#: An entry is a part of the key's hash, and behind it the place: up to 64 GiB.
_HASH_BITS, _PLACE_BITS = 28, 36
_HASH, _PLACE = (1 << _HASH_BITS) - 1, (1 << _PLACE_BITS) - 1
_FREE = (1 << _HASH_BITS + _PLACE_BITS) - 1


class Index:
    """From keys to places (numbers). `is_at` says whether the object at a place has this key: two may share a hash."""

    def __init__(self, is_at: Callable[[Hashable, int], bool]) -> None:
        self._is_at = is_at
        self._few: dict[Hashable, int] | None = {}
        self._table = array("Q")
        self._used = 0

    def get(self, key: Hashable) -> int | None:
        """The place that was put last for a key."""
        if self._few is not None:
            return self._few.get(key)
        entry = self._table[self._slot(key)]
        return None if entry == _FREE else entry & _PLACE

    def put(self, key: Hashable, place: int) -> None:
        """Remember a place; the object must stand there already."""
        if self._few is not None:
            self._few[key] = place
            if len(self._few) > FEW:
                entries = [_entry(key, place) for key, place in self._few.items()]
                self._few = None
                self._fill(entries)
            return
        slot = self._slot(key)
        self._used += self._table[slot] == _FREE
        self._table[slot] = _entry(key, place)
        if 3 * self._used > 2 * len(self._table):
            self._fill(self._table)

    def _slot(self, key: Hashable) -> int:
        """Where a key is, or would be."""
        wanted, last = hash(key) & _HASH, len(self._table) - 1
        slot = wanted & last
        while (entry := self._table[slot]) != _FREE:
            if entry >> _PLACE_BITS == wanted and self._is_at(key, entry & _PLACE):
                break
            slot = (slot + 1) & last
        return slot

    def _fill(self, entries: array[int] | list[int]) -> None:
        """A table of twice the size for these entries, whose number is a power of two in the long run."""
        last = (1 << len(entries).bit_length()) - 1
        table = array("Q", b"\xff" * (8 * (last + 1)))
        self._used = 0
        for entry in entries:
            if entry != _FREE:
                slot = (entry >> _PLACE_BITS) & last
                while table[slot] != _FREE:
                    slot = (slot + 1) & last
                table[slot] = entry
                self._used += 1
        self._table = table


def _entry(key: Hashable, place: int) -> int:
    return (hash(key) & _HASH) << _PLACE_BITS | place
