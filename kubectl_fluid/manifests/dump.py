"""JSON-like data as YAML (block style) and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .textscalar import is_literal, json_scalar, key, scalar

__all__ = ["Style", "Writer", "flow", "to_json", "to_yaml"]


@dataclass(frozen=True)
class Style:
    """`step`: columns that a mapping stands to the right of its key; `dash`: the same for the dashes of a list.

    `clip`: strings that end with a line break may be blocks (`|`). Not so in a text whose last line has no line break.
    """

    step: int = 2
    dash: int = 0
    clip: bool = True


PLAIN_STYLE = Style()


def to_yaml(value: Any, style: Style = PLAIN_STYLE) -> str:
    """One document as block YAML, without `---`; ends with a newline. Raises ValueError for what JSON cannot hold."""
    writer = Writer(style)
    writer.document(value)
    return "\n".join(writer.lines) + "\n"


def to_json(value: Any, indent: int | None = 2) -> str:
    """One value as JSON, without a newline at the end; `indent=None` gives one line without spaces."""
    if indent is None:
        return flow(value, json=True, compact=True)
    return pretty(value, "\n", " " * indent)


class Writer:
    """Collects lines, without line ends. `pad` indents a construct, `lead` is what precedes its first line."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.lines: list[str] = []

    def document(self, value: Any) -> None:
        """A whole document."""
        if type(value) is dict and value:
            self.mapping(value, "", "")
        elif type(value) is list and value:
            self.sequence(value, "", "")
        else:
            self._value(value, "", "")
            self.lines[0] = self.lines[0][1:]

    def mapping(self, value: dict[str, Any], pad: str, lead: str) -> None:
        """The entries of a mapping that is not empty."""
        for name, inner in value.items():
            self.entry(name, inner, pad, lead)
            lead = pad

    def entry(self, name: str, value: Any, pad: str, lead: str) -> None:
        """One `key: value`."""
        *before, last = key(name).split("\n")
        for line in before:
            self.lines.append(lead + line)
            lead = pad
        self._value(value, pad, lead + last)

    def value(self, value: Any, pad: str) -> None:
        """What follows `key:` of a key at `pad`: the first line is the rest of the key's line."""
        self._value(value, pad, "")

    def sequence(self, value: list[Any], pad: str, lead: str) -> None:
        """The items of a list that is not empty."""
        for inner in value:
            self.item(inner, pad, lead)
            lead = pad

    def item(self, value: Any, pad: str, lead: str) -> None:
        """One `- item` whose dash stands at `pad`."""
        if type(value) is dict and value:
            self.mapping(value, pad + "  ", lead + "- ")
        elif type(value) is list and value:
            self.sequence(value, pad + "  ", lead + "- ")
        else:
            self._value(value, pad, lead + "-")

    def _value(self, value: Any, pad: str, lead: str) -> None:
        kind = type(value)
        if kind is dict and value:
            self.lines.append(lead)
            inner = pad + " " * self.style.step
            self.mapping(value, inner, inner)
        elif kind is list and value:
            self.lines.append(lead)
            inner = pad + " " * self.style.dash
            self.sequence(value, inner, inner)
        elif kind is str and self.in_block(value):
            self._literal(value, pad + " " * self.style.step, lead)
        else:
            text = "{}" if kind is dict else "[]" if kind is list else scalar(value)
            self.lines.append(f"{lead} {text}")

    def in_block(self, text: str) -> bool:
        """Whether a string is written as a literal block."""
        return is_literal(text) and (self.style.clip or not text.endswith("\n"))

    def _literal(self, text: str, pad: str, lead: str) -> None:
        header = "|" if text.endswith("\n") else "|-"
        self.lines.append(f"{lead} {header}")
        for line in text.removesuffix("\n").split("\n"):
            self.lines.append(pad + line if line else "")


def flow(value: Any, *, json: bool = False, compact: bool = False) -> str:
    """One line in flow style: `{a: [1, b]}`, or JSON; `compact` leaves out the spaces."""
    write = json_scalar if json else scalar
    comma, colon = (",", ":") if compact else (", ", ": ")

    def render(inner: Any) -> str:
        if type(inner) is dict:
            return "{" + comma.join([f"{write(name)}{colon}{render(part)}" for name, part in inner.items()]) + "}"
        if type(inner) is list:
            return "[" + comma.join([render(part) for part in inner]) + "]"
        return write(inner)

    return render(value)


def pretty(value: Any, break_: str, step: str) -> str:
    """JSON over several lines; `break_` is a line end with the indentation that the value stands at."""
    inner = break_ + step
    if type(value) is dict and value:
        parts = [f"{json_scalar(name)}: {pretty(part, inner, step)}" for name, part in value.items()]
        return "{" + inner + ("," + inner).join(parts) + break_ + "}"
    if type(value) is list and value:
        return "[" + inner + ("," + inner).join([pretty(part, inner, step) for part in value]) + break_ + "]"
    return flow(value, json=True)
