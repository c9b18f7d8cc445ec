"""How a document is laid out: what new lines have to look like to fit in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dump import Style
from .nodes import Mapping, Node, Sequence
from .parse import Document

_SPACES = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Layout:
    """`newline` ends lines; `style` is for new block collections; `json`: new flow text has to be JSON.

    `pretty` is one step of indentation of a JSON document that stands over several lines ("" for one line), `compact`
    says that a JSON document has no spaces after its colons and commas.
    """

    newline: str
    style: Style
    json: bool = False
    pretty: str = ""
    compact: bool = False


def detect(document: Document) -> Layout:
    """The layout of a document, from the first places that show it."""
    text = document.raw.text
    first = text.find("\n")
    newline = "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
    root = document.root
    if not document.json or root is None:
        return Layout(newline, _block_style(text, root))
    pretty, compact = _json_style(text, root)
    return Layout(newline, Style(), json=True, pretty=pretty, compact=compact)


def column(text: str, offset: int) -> int:
    """Columns that stand before an offset on its line; a byte order mark is none."""
    begin = text.rfind("\n", 0, offset) + 1
    return offset - begin - (begin == 0 and text.startswith("\ufeff"))


def _json_style(text: str, root: Node) -> tuple[str, bool]:
    inside = _SPACES.match(text, root.start + 1)
    gap = inside.group() if inside else ""
    pretty = ""
    if "\n" in gap:
        outer = column(text, root.start)
        pretty = gap[gap.rfind("\n") + 1 :][outer:] or "  "
    compact = False
    if type(root) is Mapping and root.keys:
        compact = not text[root.keys[0].end : root.values[0].start].endswith((" ", "\n", "\t"))
    elif type(root) is Sequence and len(root.items) > 1:
        compact = not text[root.items[0].end : root.items[1].start].endswith((" ", "\n", "\t"))
    return pretty, compact and not pretty


def _block_style(text: str, root: Node | None) -> Style:
    """Looks for the first block mapping and the first block list that stand below a key."""
    step = dash = -1
    waiting: list[Node] = [] if root is None else [root]
    while waiting and (step < 0 or dash < 0):
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        if not isinstance(node, Mapping) or node.flow:
            continue
        waiting.extend(reversed(node.values))
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(value, Mapping) and not value.flow and value.anchor is None and step < 0:
                step = column(text, value.start) - column(text, key.start)
            elif isinstance(value, Sequence) and not value.flow and value.anchor is None and dash < 0:
                dash = column(text, value.start) - column(text, key.start)
    return Style(step if step > 0 else 2, max(dash, 0), clip=text.endswith("\n") or not text)
