"""The text of docs/commands.md: what `--help` says of every verb."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kubectl_fluid.cli.main import root

PROGRAM = "kubectl fluid"
#: Columns: help is laid out for the terminal, and this page for one of the usual width.
WIDTH = 80

_HEAD = f"""\
# Commands

Generated from what `--help` prints at {WIDTH} columns. Called without kubectl the program is `kubectl-fluid`.
"""


def document() -> str:
    """The help of the root command and of every verb below it that is not hidden, in the order of `--help`."""
    # click leaves two columns of a terminal free.
    context = click.Context(root, info_name=PROGRAM, terminal_width=WIDTH - 2)
    return "\n".join([_HEAD, *_sections(context)])


def _sections(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from _sections(click.Context(below, parent=context, info_name=name))
