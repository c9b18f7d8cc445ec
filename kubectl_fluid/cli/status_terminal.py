"""A report on a terminal, drawn by `rich`: tables no wider than it is, trees, bars, and what is redrawn in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, cast

from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.status_cells import percent
from kubectl_fluid.cli.status_request import Request
from kubectl_fluid.cli.status_show import look_of
from kubectl_fluid.cli.status_table import table
from kubectl_fluid.cli.status_tree import Node, bar, tree
from kubectl_fluid.status.model import Report

_BAR = 20


class _Out:
    """The environment's stdout, with what rich uses of a text stream; it looks at `encoding` to choose its lines."""

    def __init__(self, environment: Environment) -> None:
        self.encoding = environment.encoding
        self._stream = environment.stdout

    def write(self, text: str) -> int:
        """Encode, and write through."""
        self._stream.write(text.encode(self.encoding, "backslashreplace"))
        return len(text)

    def flush(self) -> None:
        """Show it."""
        self._stream.flush()


class Terminal:
    """Draws reports."""

    def __init__(self, environment: Environment, width: int | None = None) -> None:
        self._environment = environment
        colours = environment.colours_on(environment.stdout_is_terminal)
        self._console = Console(
            file=cast("IO[str]", _Out(environment)),
            force_terminal=True,
            color_system="standard" if colours else None,
            no_color=not colours,
            highlight=False,
            emoji=False,
            markup=False,
            width=width,
            _environ=environment.variables,
        )

    def show(self, report: Report, request: Request, now: datetime) -> None:
        """Draw once."""
        self._console.print(self.drawing(report, request, now))

    @contextmanager
    def live(self) -> Iterator[Live]:
        """Something that is redrawn in place by `update(drawing, refresh=True)`."""
        with Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
            yield live

    def drawing(self, report: Report, request: Request, now: datetime, notes: Sequence[str] = ()) -> RenderableType:
        """What rich prints; `notes` come below."""
        below = [Text(note, style="yellow") for note in notes]
        if request.trees and request.output != "wide":
            return Group(*(self._tree(tree(it, now)) for it in report.datasets), *below)
        return Group(self._table(report, request, now), *below)

    def _table(self, report: Report, request: Request, now: datetime) -> RenderableType:
        wide = request.output == "wide"
        look = look_of(request, self._environment)._replace(width=None if wide else self._console.width)
        made = table(report.datasets, look, now)
        drawn = Table.grid()
        drawn.add_column(no_wrap=True, overflow="ignore" if wide else "ellipsis")
        for line in made.lines:
            drawn.add_row(Text.from_ansi(line))
        if not made.left_out:
            return drawn
        return Group(drawn, Text(f"(no room for {', '.join(made.left_out)}: see -o wide)", style="dim"))

    def _tree(self, node: Node) -> Tree:
        drawn = Tree(self._label(node), guide_style="dim")
        self._branches(drawn, node)
        return drawn

    def _branches(self, drawn: Tree, node: Node) -> None:
        for child in node.children:
            self._branches(drawn.add(self._label(child)), child)

    def _label(self, node: Node) -> RenderableType:
        text = Text(node.text, style=node.colour)
        if node.share is None:
            return text
        share = min(max(node.share, 0), 1)
        simple = self._console.no_color or not self._console.encoding.startswith("utf")  # or its end is not to be seen
        drawn = bar(share, _BAR) if simple else Bar(1, 0, share, width=_BAR, color="green", bgcolor="bright_black")
        line = Table.grid(padding=(0, 1))
        line.add_row(text, drawn, percent(node.share))
        return line
