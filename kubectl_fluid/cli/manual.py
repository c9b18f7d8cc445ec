"""The text of docs/kubectl-fluid.1: a man page of what `--help` says of every verb."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from kubectl_fluid.cli.command import VerbGroup
from kubectl_fluid.cli.exits import NO_PYTHON, NO_PYTHON_MEANING, ExitStatus
from kubectl_fluid.cli.main import root
from kubectl_fluid.cli.reference import PROGRAM

_HEAD = r"""
.\" Generated from the program's own help (kubectl_fluid/cli/manual.py). Do not edit.
.TH KUBECTL\-FLUID 1
.SH NAME
kubectl\-fluid \- Run Pods with Fluid datasets where no CSI node plugin is
.SH SYNOPSIS
.B kubectl fluid
.I COMMAND
.RI [ flags ]
"""
_TAIL = r"""
.SH ENVIRONMENT
.TP
.B KUBECONFIG
Where the cluster is, as for kubectl(1).
.TP
.BR NO_COLOR ", " FORCE_COLOR ", " CLICOLOR_FORCE
Colours, where \fB\-\-color\fR says nothing.
.TP
.B FILE_PREFETCHER_IMAGE
Image of the file prefetcher, where \fB\-\-prefetcher\-image\fR says nothing.
.TP
.B KUBECTL_FLUID_PYTHON
The Python with which the program of krew's archive starts, in place of python3.
.SH SEE ALSO
kubectl(1)
"""


def document() -> str:
    """The page, in the macros of man(7)."""
    context = click.Context(root, info_name=PROGRAM)
    parts = [_HEAD.strip("\n"), ".SH DESCRIPTION", *_prose(root.help or ""), *_options(context), ".SH COMMANDS"]
    for name in root.list_commands(context):
        parts += _command(context, name)
    parts.append(".SH EXIT STATUS")
    for status in ExitStatus:
        parts += [".TP", rf".B {int(status)}", _escaped(status.meaning)]
    parts += [".TP", rf".B {NO_PYTHON}", _escaped(f"{NO_PYTHON_MEANING}.")]
    return "\n".join([*parts, _TAIL.strip("\n")]) + "\n"


def _command(parent: click.Context, name: str) -> Iterator[str]:
    """A verb and those below it, each with a heading of its own."""
    group = parent.command
    command = group.get_command(parent, name) if isinstance(group, click.Group) else None
    if command is None:
        return
    context = click.Context(command, parent=parent, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_escaped(f'{context.command_path} {usage}')}"
    yield from _prose(command.help or "")
    yield from _options(context)
    yield from _examples(getattr(command, "examples", ""))
    if isinstance(command, VerbGroup):
        for below in command.list_commands(context):
            yield from _command(context, below)


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and parameter.name != "help":
            yield from (".TP", rf".B {_escaped(record[0])}", _escaped(record[1]))


def _prose(text: str) -> Iterator[str]:
    """Paragraphs of a docstring."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text).replace("\b\n", "")):
        yield ".PP"
        yield _escaped(" ".join(paragraph.split()))


def _examples(text: str) -> Iterator[str]:
    if text.strip():
        yield from (".PP", ".nf", *map(_escaped, text.strip().splitlines()), ".fi")


def _escaped(text: str) -> str:
    """Text that roff(7) prints as it is: a full stop or an apostrophe in front would be a macro."""
    plain = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    plain = re.sub(r"[^\x00-\x7f]", lambda it: rf"\[u{ord(it[0]):04X}]", plain)
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain
