"""What happens between the entries of a collection that stay: removals, additions, and replacements in place.

Mappings and lists, in block and in flow style, are edited by the same plan; only the text that carries it out differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .nodes import MERGE, Mapping


@dataclass
class Gap:
    """The place behind the entry `before` that stays (None: the front) and before `after` (None: the end).

    `removed` are old entries by index, `added` new entries: an index of a list or a key of a mapping.
    """

    before: int | None
    after: int | None = None
    removed: list[int] = field(default_factory=list)
    added: list[Any] = field(default_factory=list)


def list_gaps(pairs: list[tuple[int, int]], old_length: int, new_length: int) -> list[Gap]:
    """One gap behind the front and one behind each kept item; `pairs` as patch.align gives them."""
    gaps: list[Gap] = []
    before: int | None = None
    left = right = 0
    for next_left, next_right in [*pairs, (old_length, new_length)]:
        after = next_left if next_left < old_length else None
        gaps.append(Gap(before, after, list(range(left, next_left)), list(range(right, next_right))))
        before, left, right = next_left, next_left + 1, next_right + 1
    return gaps


def mapping_gaps(node: Mapping, kept: Iterable[int], new_keys: Iterable[str]) -> list[Gap]:
    """The same for a mapping: an added key belongs behind the kept key that precedes it in the new order.

    It also belongs behind every merge key, which would override it.
    """
    staying = set(kept)
    gaps = [Gap(None)]
    owner: dict[str, int] = {}
    current = 0
    for index, key in enumerate(node.keys):
        if index in staying:
            gaps[-1].after = index
            gaps.append(Gap(index))
            if key.value is MERGE:
                current = len(gaps) - 1
            else:
                owner[key.value] = len(gaps) - 1
        else:
            gaps[-1].removed.append(index)
    first = current
    for name in new_keys:
        current = max(owner.get(name, current), first)
        if name not in owner:
            gaps[current].added.append(name)
    return gaps
