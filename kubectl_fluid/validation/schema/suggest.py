"""What an unknown field was probably meant to be."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.schema.model import Object, Schema

_LIMIT = 5000
_NEVER = re.compile(r"(?!)")
#: Type → how its values look when somebody puts them in quotes.
_WRITTEN = {
    "integer": re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII),
    "number": re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?", re.ASCII),
    "boolean": re.compile(r"true|false"),
}
_PLACES = 3


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is a misspelling of, None when there is no such one."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    import difflib

    plain = {_plain(it): it for it in known}
    found = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.75)
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def places(schema: Schema, name: str) -> list[str]:
    """Where a kind has fields of that name, nearest to the root first: `spec.template.spec.volumes`."""
    found = _index(schema).get(name, [])
    return found if len(found) <= _PLACES else []


@lru_cache(maxsize=8)
def _index(schema: Schema) -> dict[str, list[str]]:
    """Name → the places nearest to the root that have a field of that name."""
    made: dict[str, list[str]] = {}
    depths: dict[str, int] = {}
    for path, properties in _objects(schema):
        depth = path.count(".")
        for name in properties:
            if depth == depths.setdefault(name, depth):
                made.setdefault(name, []).append(f"{path}.{name}" if path else name)
    return made


def _objects(schema: Schema) -> Iterator[tuple[str, Object]]:
    """Path and properties of each object of a kind, breadth first."""
    waiting = deque([("", schema.root)])
    for _ in range(_LIMIT):
        if not waiting:
            return
        path, at = waiting.popleft()
        try:
            at = schema.resolved(at)
        except KeyError:
            continue
        properties = at.get("properties") or {}
        if properties:
            yield path, properties
        for name, member in properties.items():
            if name not in ("metadata", "status") and path.count(".") < 8:  # noqa: PLR2004 - deep enough for a Pod
                waiting.append((f"{path}.{name}" if path else name, member))
        if isinstance(at.get("items"), dict):
            waiting.append((f"{path}[]", at["items"]))


def hint(schema: Schema, pointer: Pointer, known: tuple[str, ...]) -> str:
    """One sentence on an unknown field, "" when there is nothing to say."""
    name = str(pointer[-1])
    meant = nearest(name, known)
    if meant is not None:
        return f"did you mean `{meant}`?"
    elsewhere = places(schema, name)
    if elsewhere:
        return f"`{name}` is a field of another place: " + " or ".join(f"`{it}`" for it in elsewhere)
    return "it has these: " + ", ".join(sorted(known)) if 0 < len(known) <= 12 else ""  # noqa: PLR2004 - a line or two


def beside(schema: Schema, pointer: Pointer) -> str:
    """One sentence on a value of the wrong type that is a field of a level above, put into a mapping there; else ""."""
    holder = schema.below(pointer[:-1]) if pointer else None
    if holder is None or pointer[-1] in holder.get("properties", {}):
        return ""
    above = schema.below(pointer[:-2]) if isinstance(holder.get("additionalProperties"), dict) else None
    if above is None or pointer[-1] not in above.get("properties", {}):
        return ""
    return f"`{pointer[-1]}` stands beside `{pointer[-2]}`, not in it"


def of_type(wanted: str, value: object) -> str:
    """What to do about a value that is not of the type that is wanted; "" where there is nothing to say.

    YAML reads `yes`, `on` and `y` as a boolean too, and 1.10 as 1.1: how it was written cannot be told from the value.
    """
    if wanted == "array" and isinstance(value, (dict, str)):
        return "it is a list: begin each item with `- `"
    if wanted == "object" and isinstance(value, list):
        return "it is a mapping: leave the `- ` out" if len(value) == 1 and isinstance(value[0], dict) else ""
    if "string" in wanted and isinstance(value, (bool, int, float)):
        read = "YAML reads it as a boolean: " if isinstance(value, bool) else ""
        return f"{read}put it in quotes"
    if isinstance(value, str) and _WRITTEN.get(wanted, _NEVER).fullmatch(value):
        return f"write {value} without quotes"
    return ""
