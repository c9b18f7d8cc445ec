"""What `referencing` and `jsonschema` need of rpds-py, for an interpreter that no wheel of it fits.

Written for this project, with the names of https://pypi.org/project/rpds-py and none of its speed: each change copies.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any


class HashTrieMap(Mapping[Any, Any]):
    """A mapping that never changes."""

    def __init__(self, value: Any = (), **more: Any) -> None:
        self._held: dict[Any, Any] = dict(value, **more)

    @classmethod
    def convert(cls, value: Any) -> HashTrieMap:
        """The value itself, or one made of it."""
        return value if isinstance(value, cls) else cls(value)

    def __getitem__(self, key: Any) -> Any:
        return self._held[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __hash__(self) -> int:
        return hash(frozenset(self._held.items()))

    def __repr__(self) -> str:
        return f"HashTrieMap({self._held!r})"

    def insert(self, key: Any, value: Any) -> HashTrieMap:
        """One more."""
        return HashTrieMap({**self._held, key: value})

    def update(self, *others: Any, **more: Any) -> HashTrieMap:
        """Many more."""
        held = dict(self._held)
        for other in others:
            held.update(other)
        return HashTrieMap(held, **more)

    def remove(self, key: Any) -> HashTrieMap:
        """One less. KeyError if it is not there."""
        held = dict(self._held)
        del held[key]
        return HashTrieMap(held)

    def discard(self, key: Any) -> HashTrieMap:
        """One less, if it is there."""
        return HashTrieMap({it: value for it, value in self._held.items() if it != key})


class HashTrieSet(frozenset[Any]):
    """A set that never changes."""

    def insert(self, value: Hashable) -> HashTrieSet:
        """One more."""
        return HashTrieSet(self | {value})

    def update(self, *others: Iterable[Any]) -> HashTrieSet:
        """Many more."""
        return HashTrieSet(self.union(*others))

    def remove(self, value: Hashable) -> HashTrieSet:
        """One less. KeyError if it is not there."""
        if value not in self:
            raise KeyError(value)
        return HashTrieSet(self - {value})

    def discard(self, value: Hashable) -> HashTrieSet:
        """One less, if it is there."""
        return HashTrieSet(self - {value})


class List(tuple[Any, ...]):
    """A list that never changes; new values come first."""

    __slots__ = ()

    def __new__(cls, *values: Any) -> List:  # noqa: PYI034 - `Self` comes with Python 3.11
        """Of one iterable, or of the values themselves."""
        held = values[0] if len(values) == 1 and isinstance(values[0], Iterable) else values
        return super().__new__(cls, held)

    @property
    def first(self) -> Any:
        """The newest. IndexError if there is none."""
        return self[0]

    @property
    def rest(self) -> List:
        """All but the newest."""
        return List(self[1:])

    def push_front(self, value: Any) -> List:
        """One more."""
        return List((value, *self))

    def drop_first(self) -> List:
        """One less."""
        return List(self[1:])
