"""Files of schemas as JSON values, however hostile: bounded in size, depth and in what their aliases expand to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MAX_BYTES = 64 * 1024 * 1024
#: Levels of objects and lists. A Pod inside a CustomResourceDefinition has about 60.
MAX_DEPTH = 200
#: Values in one document, with aliases written out. The largest published CustomResourceDefinitions have 100,000.
MAX_VALUES = 3_000_000


class LocationError(ValueError):
    """A place of schemas that cannot be used: `where: why`; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def documents(path: Path) -> list[Any]:
    """The documents of a YAML or JSON file. Raises LocationError."""
    try:
        found = _parsed(path)
    except OSError as error:
        raise LocationError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except RecursionError as error:
        raise LocationError(f"{path}: nested more than {MAX_DEPTH} levels deep") from error
    for document in found:
        _bounded(document, path)
    return found


def _parsed(path: Path) -> list[Any]:
    if path.stat().st_size > MAX_BYTES:
        raise LocationError(f"{path}: larger than {MAX_BYTES} bytes")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LocationError(f"{path}: the file is not UTF-8 text", "save the file as UTF-8") from error
    if path.suffix == ".json":
        try:
            return [json.loads(text)]
        except json.JSONDecodeError as error:
            why = error.msg[:1].lower() + error.msg[1:]
            raise LocationError(f"{path}:{error.lineno}:{error.colno}: the text is not valid JSON: {why}") from error
    import yaml

    try:
        return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        mark, why = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "it cannot be read"
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise LocationError(f"{place}: the text is not valid YAML: {why}") from error
    except (ValueError, TypeError) as error:  # a date that is none, a key that is a list
        raise LocationError(f"{path}: the text is not valid YAML: {error}") from error


def _bounded(document: Any, path: Path) -> None:
    """Raise LocationError for a document that is too deep or too large, as it is with aliases written out."""
    waiting, count = [iter((document,))], 0
    while waiting:
        value = next(waiting[-1], waiting)
        if value is waiting:
            waiting.pop()
            continue
        count += 1
        if count > MAX_VALUES:
            raise LocationError(f"{path}: more than {MAX_VALUES:,} values, with aliases written out")
        if isinstance(value, (dict, list)):
            if len(waiting) > MAX_DEPTH:
                raise LocationError(f"{path}: nested more than {MAX_DEPTH} levels deep")
            waiting.append(iter(value.values() if isinstance(value, dict) else value))
