"""The one error of this room."""

from __future__ import annotations


class ManifestError(Exception):
    """The input is at fault: it cannot be read as a manifest, and somebody has to change it.

    `message` is one sentence, `line` and `column` count from 1 in the whole source, `hint` says what to do or is empty.
    """

    def __init__(
        self, message: str, *, source: str, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        place = [self.source] + [str(number) for number in (self.line, self.column) if number is not None]
        return f"{':'.join(place)}: {self.message}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.message, self.source, self.line, self.column, self.hint)


def _rebuild(message: str, source: str, line: int | None, column: int | None, hint: str) -> ManifestError:
    return ManifestError(message, source=source, line=line, column=column, hint=hint)
