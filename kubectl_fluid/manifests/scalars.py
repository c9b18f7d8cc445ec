"""What a plain YAML scalar means, by the rules of the library that kubectl reads manifests with.

sigs.k8s.io/yaml uses go-yaml v2 (goyaml.v2/resolve.go, `resolve`): YAML 1.1 booleans (with y and n), YAML 1.1 octals
and underscores in numbers, 0o and 0b; no base 60, and a timestamp stays a string. It then goes through JSON, which has
no infinity.
"""

from __future__ import annotations

import math
import re
from typing import Any

from .limits import LONGEST_NUMBER


class NotJSON(ValueError):
    """The scalar has a value that JSON cannot hold; the text is the reason."""


def _spellings(*words: str) -> list[str]:
    return [spelled for word in words for spelled in (word, word.capitalize(), word.upper())]


WORDS: dict[str, Any] = {
    **dict.fromkeys(_spellings("y", "yes", "true", "on"), True),
    **dict.fromkeys(_spellings("n", "no", "false", "off"), False),
    **dict.fromkeys(_spellings("null")),
    "": None,
    "~": None,
}
#: Numbers that JSON cannot hold, and what they are called where they are keys.
NOT_FINITE = {
    **{sign + word: sign.strip("+") + ".inf" for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys([".nan", ".NaN", ".NAN"], ".nan"),
}
_HINTS = frozenset("+-.0123456789yYnNtTfFoO~")
# A sign may stand before the prefix only; Go's ParseInt(…, base 0) reads a leading 0 as octal.
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
# What begins with a point goes to Go's ParseFloat as it is, which takes underscores between digits only.
_POINT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_BASES = (16, 2, 8, 10)
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_UINT64_MAX = 2**64 - 1  # decimal numbers beyond become floats, others strings
#: So many decimals tell any two 32-bit floats apart.
_MOST_DECIMALS = 8
#: Powers of ten of numbers that Go writes without an exponent.
_WRITTEN_OUT = range(-4, 6)


def resolve_plain(text: str) -> Any:
    """The value of an unquoted scalar without a tag: str, int, float, bool or None; NotJSON for .inf and .nan."""
    if text and text[0] not in _HINTS:
        return text
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if text in NOT_FINITE:
        raise NotJSON(f"{text} is not a number that JSON can hold")
    return _number(text)


def _number(text: str) -> Any:
    if text[0] == "." and not _POINT_FLOAT.match(text):
        return text
    plain = text.replace("_", "")
    if len(plain) > LONGEST_NUMBER:
        if _INTEGER.match(plain) or _FLOAT.match(plain):
            raise NotJSON(f"the number has {len(plain)} digits")
        return text
    integer = _integer(plain)
    if integer is not None and _INT64_MIN <= integer <= _UINT64_MAX:
        return integer
    if _FLOAT.match(plain):
        number = float(plain)
        if math.isfinite(number):
            return number
    return text


def _integer(plain: str) -> int | None:
    found = _INTEGER.match(plain)
    if not found:
        return None
    sign, *digits = found.groups()
    base, part = next((base, part) for base, part in zip(_BASES, digits, strict=True) if part is not None)
    return -int(part, base) if sign == "-" else int(part, base)


def key_text(value: Any) -> str:
    """The string that sigs.k8s.io/yaml makes of a key (yaml.go, convertToJSONableObject); NotJSON if it makes none."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int and value <= _INT64_MAX:
        return str(value)
    if type(value) is float:
        return _single_precision(value)
    raise NotJSON("a key must be a string")


def _single_precision(number: float) -> str:
    """As Go's FormatFloat(number, 'g', -1, 32): the fewest digits that make the same 32-bit float."""
    rounded = _rounded(number)
    if math.isinf(rounded):
        return "-.inf" if number < 0 else ".inf"
    decimals = next(it for it in range(_MOST_DECIMALS + 1) if _rounded(float(f"{rounded:.{it}e}")) == rounded)
    text = f"{rounded:.{decimals}e}"
    power = int(text.partition("e")[2])
    return f"{rounded:.{max(decimals - power, 0)}f}" if power in _WRITTEN_OUT else text


def _rounded(number: float) -> float:
    """The nearest 32-bit float; it may be infinite."""
    import struct

    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return rounded


def resolve_tagged(tag: str, text: str) -> Any:
    """The value of a scalar with an explicit `!!tag`; NotJSON when they do not fit or the tag is foreign."""
    if tag in ("!", _CORE + "str", _CORE + "timestamp"):
        return text
    if tag == _CORE + "binary":
        return _binary(text)
    wanted = _TYPES.get(tag)
    if wanted is None:
        raise NotJSON(f"the tag {show_tag(tag)} has no meaning in a manifest")
    value = resolve_plain(text)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        raise NotJSON(f"the value is not of its type {show_tag(tag)}")
    return value


_CORE = "tag:yaml.org,2002:"
_TYPES: dict[str, type] = {
    _CORE + "int": int, _CORE + "float": float, _CORE + "bool": bool, _CORE + "null": type(None),
}  # fmt: skip
COLLECTION_TAGS = {"map": frozenset(["!", _CORE + "map"]), "seq": frozenset(["!", _CORE + "seq"])}


def is_text(text: str) -> bool:
    """Whether a string consists of characters: half of a surrogate pair is none."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def show_tag(tag: str) -> str:
    """The tag as people write it: `!!int`."""
    return "!!" + tag[len(_CORE) :] if tag.startswith(_CORE) else tag


def _binary(text: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise NotJSON("the !!binary value is not base64 of UTF-8 text") from None
