"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable


def escape(part: str | int) -> str:
    """One reference token: `a/b~c` -> `a~1b~0c`."""
    text = part if isinstance(part, str) else str(part)
    if "~" in text or "/" in text:
        return text.replace("~", "~0").replace("/", "~1")
    return text


def unescape(token: str) -> str:
    """The key that a reference token stands for. Raises ValueError for a `~` that is not followed by 0 or 1."""
    if "~" not in token:
        return token
    if "~" in token.replace("~0", "").replace("~1", ""):
        raise ValueError(f"'{token}' has a '~' that is neither '~0' nor '~1'")
    return token.replace("~1", "/").replace("~0", "~")


def join(parts: Iterable[str | int]) -> str:
    """`("spec", "a/b", 0)` -> `/spec/a~1b/0`; no parts give "", the whole document."""
    return "".join(["/" + escape(part) for part in parts])


def parse(text: str) -> tuple[str, ...]:
    """`/spec/a~1b/0` -> `("spec", "a/b", "0")`; whether a part is an index depends on the value. Raises ValueError."""
    if not text:
        return ()
    if text[0] != "/":
        raise ValueError(f"a JSON pointer begins with '/': '{text}'")
    return tuple(unescape(token) for token in text[1:].split("/"))
