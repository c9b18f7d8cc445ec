"""libyaml's (and pure PyYAML's, and Python's JSON reader's) complaints as sentences for people who write manifests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Wording:
    """`pattern` is looked for in the parser's problem; `at_context`: the place to show is where the construct began."""

    pattern: str
    message: str
    hint: str = ""
    at_context: bool = False


_INDENTATION = "check the indentation of this line against the lines above"
_WORDINGS = (
    Wording(
        r"mapping values are not allowed",
        "a ':' stands where no key can end",
        "put a value that contains ': ' in quotes, or " + _INDENTATION,
    ),
    Wording(
        r"did not find expected key|expected <block end>, but found (?!'-')",
        "a key is expected here, at the indentation of the keys above it",
        _INDENTATION,
    ),
    Wording(
        r"did not find expected '-' indicator|expected <block end>, but found '-'"
        r"|block sequence entries are not allowed",
        "a list and its surroundings do not fit together here",
        "list items ('- ') of one list stand at one indentation; " + _INDENTATION,
    ),
    Wording(
        r"could not find expected ':'",
        "this line is no 'key: value' pair, its ':' is missing",
        "write 'key: value', with a space after the ':'",
        at_context=True,
    ),
    Wording(
        r"expected ',' or '[\]}]'",
        "a bracket is not closed: a ',' or the closing bracket is expected here",
        "look at the bracket that was opened last",
    ),
    Wording(
        r"found unexpected (end of stream|document (indicator|separator))",
        "the quoted text that begins here has no closing quote",
        at_context=True,
    ),
    Wording(
        r"block mapping entries are not allowed|mapping keys are not allowed",
        "a key cannot begin here",
        _INDENTATION,
    ),
    Wording(
        r"did not find expected node content|expected the node content",
        "a value is expected here",
        "put a value that begins with a special character in quotes",
    ),
    Wording(
        r"unknown escape character|expected hexdecimal number|expected escape sequence"
        r"|invalid Unicode character escape",
        "the double-quoted text has an escape that YAML does not know",
        "write '\\\\' for a backslash, or use single quotes",
    ),
    Wording(r"found a tab character", "a tab is used for indentation, which YAML does not allow", "indent with spaces"),
    Wording(r"undefined tag handle", "the tag has no meaning in a manifest", "remove the tag"),
    Wording(
        r"expected <?document start|expected '<document start>'",
        "something follows after the end of the document",
        "begin a new document with '---' on a line of its own",
    ),
    Wording(r"expected comment or line break", "only a comment may follow here on the line"),
    Wording(
        r"expected whitespace or line break|expected alphabetic or numeric", "a name ends here with a bad character"
    ),
    Wording(r"incompatible YAML document|unsupported YAML version", "the document asks for another version of YAML"),
)
_GENERIC = Wording("", "the text is not valid YAML here")
_CANNOT_START = re.compile("found character .* that cannot start any token|found character that cannot start any token")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that YAML texts may not hold (YAML 1.1, 5.1: printable characters)."""


def wording(problem: str, character: str) -> Wording:
    """The sentence for a parser's problem; `character` is what stands at the place it shows."""
    if _CANNOT_START.search(problem):
        if character == "\t":
            return Wording("", "a tab stands where YAML allows spaces only", "indent with spaces")
        return Wording("", f"a value cannot begin with '{character}'", "put the value in quotes")
    for known in _WORDINGS:
        if re.search(known.pattern, problem):
            return known
    return Wording("", f"{_GENERIC.message} ({problem})") if problem else _GENERIC


class Fault(NamedTuple):
    """What is wrong with a text that is meant as JSON, and where."""

    message: str
    offset: int
    hint: str = ""


_JSON = re.compile(r"[ \t\r\n]*\{[ \t\r\n]*(?:\"|\Z)")
#: By the beginning of the complaint of Python's JSON reader.
_JSON_WORDINGS = {
    "Expecting property name": ("a key in double quotes is expected here", "no ',' stands behind the last member"),
    "Expecting ':'": ("a ':' is expected here, behind the key", ""),
    "Expecting ','": ("a ',' or a closing bracket is expected here", "look at the end of the value before it"),
    "Expecting value": (
        "a value is expected here",
        'JSON has strings in double quotes, numbers, true, false, null, {"a": …} and […]',
    ),
    "Extra data": ("something follows after the end of the JSON value", "only another { may follow"),
    "Unterminated string": ("the string that begins here has no closing quote", ""),
    "Invalid \\": ("the string has an escape that JSON does not know", "write '\\\\' for a backslash"),
    "Invalid control character": (
        "the string holds a character that has to be an escape",
        "write '\\n' for a line break",
    ),
}


def json_fault(text: str) -> Fault | None:
    """What is wrong with a text that begins as JSON does, `{"`; None for any other text, and where nothing is."""
    if not _JSON.match(text):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() and error.msg.startswith("Expecting"):
            return Fault("the JSON ends before its brackets are closed", error.pos, "is the file cut off?")
        for beginning, (message, hint) in _JSON_WORDINGS.items():
            if error.msg.startswith(beginning):
                return Fault(message, error.pos, hint)
    except RecursionError:
        pass
    return None
