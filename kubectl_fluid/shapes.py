"""Reading objects of unknown shape: a dump is as hostile as any other input."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def mapping(value: Any) -> Object:
    """The value if it is a mapping, else an empty one: objects of a dump are as hostile as any input."""
    return value if isinstance(value, dict) else {}


def without_empties(value: Any) -> Any:
    """The value without null members and empty lists, as the API server's typed objects leave them out."""
    if isinstance(value, dict):
        kept = ((key, without_empties(member)) for key, member in value.items())
        return {key: member for key, member in kept if member is not None and member != []}
    return [without_empties(member) for member in value] if isinstance(value, list) else value


def items(value: Any) -> list[Object]:
    """The mappings of a list; [] for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
