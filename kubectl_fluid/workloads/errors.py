"""The one error of this room."""

from __future__ import annotations

#: A place in a document: keys of maps and indices of lists, from the root.
Pointer = tuple[str | int, ...]


class WorkloadError(Exception):
    """A workload of a known kind has the wrong shape, or cannot hold the Pod that it was given.

    `str()` is one sentence. `pointer` says which member of the document is meant, so that a caller who knows the text
    can say file and line.
    """

    def __init__(self, message: str, pointer: Pointer = ()) -> None:
        super().__init__(message)
        self.pointer = pointer


def shown(text: object, default: str = "") -> str:
    """A text as it can stand in a sentence: what a stranger wrote with line breaks or worse comes quoted.

    `default` stands for an empty text and for what is none.
    """
    if not isinstance(text, str) or not text:
        return default
    return text if text.isprintable() else ascii(text)


_TYPES = {dict: "a map", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


def wrong_type(value: object, wanted: type, pointer: Pointer) -> WorkloadError:
    """The error for a member that is not of the type `wanted`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in pointer).lstrip(".")
    is_now = "null" if value is None else _TYPES.get(type(value), type(value).__name__)
    return WorkloadError(f"{path or 'the document'} must be {_TYPES[wanted]}, not {is_now}", pointer)
