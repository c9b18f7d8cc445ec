"""Position nodes: which characters of a document's text hold which value.

`start` and `end` are character offsets into `RawDocument.text` (half open). `start` includes an anchor or a tag; `end`
of a block collection is the end of its last child, so trailing comments and blank lines lie outside. `height` counts
nested collections, `weight` characters and nodes, aliases written out.
"""

from __future__ import annotations

from typing import Any, TypeAlias


class Scalar:
    """A string, number, boolean or null. `style` is "" (plain), a quote, "|" or ">"."""

    __slots__ = ("anchor", "end", "start", "style", "value", "weight")
    height = 0

    def __init__(self, start: int, end: int, value: Any, style: str, anchor: str | None, weight: int) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.style = style
        self.anchor = anchor
        self.weight = weight


class Mapping:
    """`keys[i]` belongs to `values[i]`, in the text's order; a merge key (`<<`) is a key whose `value` is `MERGE`."""

    __slots__ = ("anchor", "end", "flow", "height", "keys", "merges", "start", "value", "values", "weight")

    def __init__(self, start: int, *, flow: bool, anchor: str | None = None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.anchor = anchor
        self.value: dict[str, Any] = {}
        self.keys: list[Scalar] = []
        self.values: list[Node] = []
        self.merges = False
        self.height = 1
        self.weight = 0


class Sequence:
    """A list; `items` in order."""

    __slots__ = ("anchor", "end", "flow", "height", "items", "start", "value", "weight")

    def __init__(self, start: int, *, flow: bool, anchor: str | None = None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.anchor = anchor
        self.value: list[Any] = []
        self.items: list[Node] = []
        self.height = 1
        self.weight = 0


class Alias:
    """`*name`: its `value` is the very object of `target`, not a copy."""

    __slots__ = ("end", "start", "target", "value")
    anchor = None

    def __init__(self, start: int, end: int, target: Scalar | Mapping | Sequence) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.value: Any = target.value

    @property
    def height(self) -> int:
        """The height of what it points at."""
        return self.target.height

    @property
    def weight(self) -> int:
        """The weight of what it points at."""
        return self.target.weight


Node: TypeAlias = "Scalar | Mapping | Sequence | Alias"


class _Merge:
    """Stands as the value of a `<<` key."""

    def __repr__(self) -> str:
        return "<<"


MERGE = _Merge()


def resolve(node: Node) -> Scalar | Mapping | Sequence:
    """The node itself, or what an alias points at."""
    return node.target if type(node) is Alias else node  # type: ignore[return-value]
