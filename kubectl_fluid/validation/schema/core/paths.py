"""Rules for paths; each says what is wrong with a text, None when it is right."""

from __future__ import annotations


def backsteps(text: str) -> str | None:
    """A path without `..`."""
    return "must not contain '..'" if ".." in text.split("/") else None


def relative(text: str) -> str | None:
    """A path below some folder."""
    return "must be a relative path" if text.startswith("/") else backsteps(text)


def relative_unreserved(text: str) -> str | None:
    """A path below some folder, whose first name does not start with `..`."""
    wrong = relative(text)
    if wrong is None and text.startswith(".."):
        return "must not start with '..'"
    return wrong


def absolute(text: str) -> str | None:
    """A path from the root."""
    return None if text.startswith("/") else "must be an absolute path"
