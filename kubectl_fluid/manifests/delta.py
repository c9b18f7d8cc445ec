"""What undoing an edit does not bring back by itself, kept as a short text: a comment, an odd spacing, a quote."""

from __future__ import annotations

import json
from typing import Any

from .scalars import is_text

MAX_DELTA = 128 * 1024
"""Characters; all annotations of an object together may have 256 KiB (Kubernetes, TotalAnnotationSizeLimitB)."""

_MAX_LINES = 2000  # of the differing part: aligning lines is quadratic at worst


def make_delta(approximate: str, exact: str) -> str:
    """A text (compact JSON) from which apply_delta makes `exact` out of `approximate`.

    It holds a hash of `approximate` and then a start, a length and the new text for each differing place.
    """
    parts: list[Any] = [_hash(approximate)]
    for start, end, text in _splices(approximate, exact):
        parts += (start, end - start, text)
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":"))


def apply_delta(approximate: str, delta: str) -> str | None:
    """The exact text; None when the delta belongs to another text, is malformed or too large.

    A delta is read from an annotation that anybody may have changed: the caller must compare the value of what
    comes out.
    """
    if len(delta) > MAX_DELTA:
        return None
    try:
        parts = json.loads(delta)
    except (ValueError, RecursionError):
        return None
    if type(parts) is not list or len(parts) % 3 != 1 or parts[0] != _hash(approximate):
        return None
    result: list[str] = []
    position = 0
    for start, length, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if type(start) is not int or type(length) is not int or type(text) is not str:
            return None
        if not position <= start <= start + length <= len(approximate):
            return None
        result += (approximate[position:start], text)
        position = start + length
    result.append(approximate[position:])
    exact = "".join(result)
    return exact if is_text(exact) else None


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _splices(old: str, new: str) -> list[tuple[int, int, str]]:
    """Places of `old` to replace, from front to back."""
    head, tail = _common(old, new)
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if not middle_old and not middle_new:
        return []
    lines_old, lines_new = middle_old.splitlines(keepends=True), middle_new.splitlines(keepends=True)
    if max(len(lines_old), len(lines_new)) > _MAX_LINES:
        return [(head, len(old) - tail, middle_new)]
    return _line_splices(lines_old, lines_new, head)


def _line_splices(old: list[str], new: list[str], offset: int) -> list[tuple[int, int, str]]:
    from difflib import SequenceMatcher

    places = [offset]
    for line in old:
        places.append(places[-1] + len(line))
    splices: list[tuple[int, int, str]] = []
    for what, left, right, start, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        before, after = "".join(old[left:right]), "".join(new[start:stop])
        head, tail = _common(before, after)
        splices.append((places[left] + head, places[right] - tail, after[head : len(after) - tail]))
    return splices


def _common(one: str, other: str) -> tuple[int, int]:
    """Lengths of the common beginning and of the common end that does not overlap with it."""
    shorter = min(len(one), len(other))
    head = _common_head(one, other, shorter)
    tail = _common_head(one[::-1], other[::-1], shorter - head)
    return head, tail


def _common_head(one: str, other: str, limit: int) -> int:
    """By halving: comparing slices is fast, comparing characters in Python is not."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
