"""Reading objects that nobody has checked: what has the wrong type counts as absent (the schema complains of it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid.validation.finding import Pointer

Object = dict[str, Any]


def at(value: Any, *path: str | int) -> Any:
    """What stands at the path, None where there is nothing."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
            value = value[part]
        else:
            return None
    return value


def mapping(value: Any, *path: str | int) -> Object:
    """The mapping at the path, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def text(value: Any, *path: str | int) -> str:
    """The string at the path, or ""."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def number(value: Any, *path: str | int) -> int | None:
    """The integer at the path, or None."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def strings(value: Any, *path: str | int) -> dict[str, str]:
    """The members of the mapping at the path that are strings."""
    return {key: item for key, item in mapping(value, *path).items() if isinstance(item, str)}


def entries(value: Any, *path: str | int) -> list[tuple[int, Object]]:
    """The mappings of the list at the path, each with its index."""
    found = at(value, *path)
    return [(index, item) for index, item in enumerate(found) if isinstance(item, dict)] if _is_list(found) else []


def option_names(value: Any, *path: str | int) -> set[str]:
    """The names of the encrypt options at the path."""
    return {text(option, "name") for _, option in entries(value, *path)}


def texts(value: Any, *path: str | int) -> list[str]:
    """The strings of the list at the path."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def places(value: Any, path: str) -> Iterator[Pointer]:
    """Where something stands at a path; `[]` stands for every item of a list and `[1:]` for all but the first.

    Null, false and what is empty does not count.
    """
    found: list[tuple[Pointer, Any]] = [((), value)]
    for segment in path.split("."):
        key, _, items = segment.partition("[")
        found = [((*pointer, key), mapping(holder).get(key)) for pointer, holder in found]
        if items:
            first = 1 if items == "1:]" else 0
            found = [
                ((*pointer, index), item)
                for pointer, holder in found
                if isinstance(holder, list)
                for index, item in enumerate(holder[first:], first)
            ]
    return (pointer for pointer, item in found if item not in (None, "", False, [], {}))


def index_of(value: Any, name: str, *path: str | int) -> Pointer:
    """The path and the index of the list's item of this name; only the path where it has none."""
    return next(((*path, index) for index, item in entries(value, *path) if item.get("name") == name), path)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
