r"""Values in shell scripts: how Fluid quotes them, and whether a script then does what it should.

Fluid wraps a value as `$'…'` if it holds one of eight characters, and writes everything else as it is
(Fluid a826600a, pkg/utils/security/escape.go). The container runs the script with `sh`. Where that is dash, `$'…'` is
a dollar sign and a plain quoted string, in which `\'` ends the string: a value can get out of its quotes. A quote in
one value can also turn the quotes around another value inside out. `runs_values` therefore reads the finished
script as both kinds of shell do.
"""

from __future__ import annotations

import re

_SPECIAL = frozenset("$`&;>|()")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_UNQUOTED = re.compile(r"<|(?:^|(?<=\s))#")
_SPLIT = re.compile(r"[\s'\"\\*?\[]")
_OPERATORS = frozenset("&;<>|()`")
_BETWEEN_WORDS = frozenset(" \t\n&;<>|()")


def escape(value: str) -> str:
    """A value as Fluid writes it into a script."""
    if _SPECIAL.isdisjoint(value):
        return value
    return "$'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def refused_character(value: str) -> str:
    """The first character that Fluid would write into a script as it is and that changes its commands, or "".

    Those are control characters (a newline starts a command), `<`, and `#` at the beginning of a word.
    """
    match = _CONTROL.search(value) or (_SPECIAL.isdisjoint(value) and _UNQUOTED.search(value))
    return match[0] if match else ""


def is_one_plain_word(value: str) -> bool:
    """Whether the shell takes what Fluid writes for this value as one word, unchanged.

    Spaces split it, quotes and backslashes vanish, `*`, `?` and `[` may become file names.
    """
    return not _SPECIAL.isdisjoint(value) or not _SPLIT.search(value)


def runs_values(script: str) -> bool:
    """Whether a shell would take operators inside of values as its own, and so run parts of them.

    `script` has one command a line and no operators or quotes of its own. Shells execute a command once its line is
    complete and all quotes are closed; what is left open at the end is a syntax error and runs nothing.
    """
    if _OPERATORS.isdisjoint(script):
        return False  # as it is with most: spares two walks
    return any(_runs_operator(script, ansi_c=ansi_c) for ansi_c in (True, False))


def _runs_operator(script: str, *, ansi_c: bool) -> bool:
    """Walk the script as bash (`ansi_c`: knows `$'…'`) or dash does."""
    pending, in_word, index = False, False, 0
    while index < len(script):
        char, start, was_in_word = script[index], index, in_word
        in_word = char not in _BETWEEN_WORDS
        index += 1
        if char == "\n" and pending:
            return True
        if char == "\\":
            index += 1
        elif char == "#" and not was_in_word:
            end = script.find("\n", start)
            index, in_word = (end, False) if end >= 0 else (len(script), False)
        elif char in "'\"":
            known = ansi_c and char == "'" and _dollars_before(script, start) % 2 == 1
            index, inner = _string_end(script, start, escapes=known or char == '"')
            if index < 0:
                return False
            pending = pending or (char == '"' and _substitutes(inner))
        else:
            pending = pending or char in _OPERATORS
    return pending


def _dollars_before(script: str, index: int) -> int:
    return index - len(script[:index].rstrip("$"))


def _string_end(script: str, start: int, *, escapes: bool) -> tuple[int, str]:
    """Index behind the closing quote of the string that opens at `start` and what is in it; -1 where it never ends."""
    quote, index = script[start], start + 1
    while index < len(script):
        if escapes and script[index] == "\\":
            index += 2
        elif script[index] == quote:
            return index + 1, script[start + 1 : index]
        else:
            index += 1
    return -1, ""


def _substitutes(inner: str) -> bool:
    """Whether a double-quoted string runs a command."""
    return "`" in inner or "$(" in inner
