"""Scalars as YAML text that every reader of YAML 1.1 and 1.2 understands the same way, and as JSON."""

from __future__ import annotations

import math
import re
from json.encoder import encode_basestring
from typing import Any

from .scalars import WORDS

# Letters, digits and punctuation that means nothing to YAML within a plain scalar; spaces are looked at apart.
_PLAIN = re.compile(r"[A-Za-z_/\-+.0-9$(<~^][A-Za-z0-9_./\-+=@$%^~()<>|;?!*&'\"\\ :#]*\Z")
_EASY = re.compile(r"[A-Za-z_/][A-Za-z0-9_./\-]*\Z")  # what most strings are; nothing here can mean something
# "- " is an item, "? " a key, the markers end a document, "<<" merges.
_BEGINS_BADLY = re.compile(r"[-?](?: |\Z)|---|\.\.\.|<<\Z|~")
# ": " begins a value, " #" a comment; ":?" is an error to libyaml within flow collections.
_INSIDE_BADLY = re.compile(r":(?:[ ?]|\Z)| #| \Z")
# Numbers of any base and era, base 60, times, dates, versions: whatever is built of these characters is quoted.
_NUMBER_LIKE = re.compile(
    r"(?=[^0-9]*[0-9])[-+.0-9][0-9a-fA-FxXoObB_.:,+\-TtZz ]*\Z|[-+]?\.(?:inf|nan)\Z", re.IGNORECASE
)
# Lines that begin with white space first, end with a blank line, or hold only spaces need care in a literal block.
_NOT_LITERAL = re.compile(r"\A[ \t\n]|\n\n\Z|\n[ \t]+(?=\n|\Z)|\n\t")
# Patterns of wide characters take long to compile, and few documents need them: compiled at their first use.
_INVISIBLE = r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
_INVISIBLE_OR_WIDE = r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff\U00010000-\U0010ffff]"
_FIRST_WIDE = "\U00010000"
_LONGEST_IMPLICIT_KEY = 1000  # libyaml takes 1,024 characters, escapes included, before it wants "? key"


def scalar(value: Any) -> str:
    """One line of YAML for a scalar; strings plain where that is safe, also inside flow collections."""
    if type(value) is str:
        return string(value)
    return _other(value, "null")


def string(text: str) -> str:
    """A string, plain or quoted: never something that a reader could take for a number, a boolean, a date or null."""
    if is_plain(text):
        return text
    if ('"' in text or "\\" in text) and _visible(text):
        return "'" + text.replace("'", "''") + "'"
    return _escaped(text, _INVISIBLE_OR_WIDE)


def is_plain(text: str) -> bool:
    """Whether the string may stand without quotes."""
    if _EASY.match(text):
        return text not in WORDS
    return not (
        text in WORDS
        or not _PLAIN.match(text)
        or _BEGINS_BADLY.match(text)
        or _INSIDE_BADLY.search(text)
        or _NUMBER_LIKE.match(text)
    )


def key(text: str) -> str:
    """A key with what introduces its value: `name:`, or `? <long key>` and `:` on a line of its own (as two lines)."""
    written = string(text)
    return f"{written}:" if len(written) <= _LONGEST_IMPLICIT_KEY else f"? {written}\n:"


def is_literal(text: str) -> bool:
    """Whether a string is written as a literal block (`|`): several lines that such a block holds exactly."""
    return "\n" in text and not _NOT_LITERAL.search(text) and _visible(text.replace("\n", "").replace("\t", ""))


def json_scalar(value: Any) -> str:
    """A scalar as JSON that YAML readers take as well (no raw DEL, no line separators)."""
    if type(value) is str:
        return _escaped(value, _INVISIBLE)
    return _other(value, "null")


def _other(value: Any, null: str) -> str:
    if value is None:
        return null
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return _float(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"JSON has no {value}")
    text = repr(value)
    if "e" in text and "." not in text:
        return text.replace("e", ".0e")  # YAML 1.1 sees a float only where there is a point
    return text


def _visible(text: str) -> bool:
    """Whether the text can be shown as it is: no escapes, nothing that a reader could drop or take for a line break."""
    return text.isprintable() and (text.isascii() or max(text) < _FIRST_WIDE)


def _escaped(text: str, beyond: str) -> str:
    """In double quotes; JSON's escapes are YAML's too. `beyond` is what JSON leaves alone and is escaped here."""
    written: str = encode_basestring(text)
    if written.isascii() and "\x7f" not in written:
        return written
    return re.sub(beyond, _escape, written)


def _escape(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\u{number:04x}" if number < ord(_FIRST_WIDE) else f"\\U{number:08x}"
