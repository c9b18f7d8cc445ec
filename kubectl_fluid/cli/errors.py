"""The error that verbs raise, and text that is safe to print."""

from __future__ import annotations

from kubectl_fluid.cli.exits import ExitStatus


class CommandError(Exception):
    """A verb cannot go on; the person who called it can do something about it.

    `what` says what was tried (a file's name, say), `why` what went wrong, `hint` what to do.
    """

    def __init__(self, what: str, why: str, hint: str = "", status: ExitStatus = ExitStatus.FAILED) -> None:
        super().__init__(f"{what}: {why}")
        self.hint = hint
        self.status = status


def printable(text: str) -> str:
    r"""The text with everything that could steer a terminal written as an escape (`\x1b`).

    Names of files and objects come from strangers. `str.isprintable` is false for control characters, for the
    characters that reverse the direction of writing, and for the lone surrogates that stand for undecodable bytes.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # an undecodable byte of a file's name (PEP 383)
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def system_reason(error: OSError) -> str:
    """The operating system's sentence, with a small first letter as all of our sentences have."""
    reason = error.strerror or str(error) or type(error).__name__
    return reason[:1].lower() + reason[1:]
