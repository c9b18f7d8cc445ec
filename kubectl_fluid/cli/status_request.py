"""What `kubectl fluid status` was asked for: its options, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from kubectl_fluid.cli.jsonpath import PathError, find, render

if TYPE_CHECKING:
    from kubectl_fluid.status.parts import Wanted

FORMATS = ("wide", "json", "yaml", "name")
JSONPATH = "jsonpath"
#: `dataset.data.fluid.io/x` is what -o name prints.
TYPES = ("dataset", "datasets", "dataset.data.fluid.io", "datasets.data.fluid.io")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "ms": 0.001}
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """`output` is one of FORMATS, JSONPATH or "" for a table; `template` belongs to JSONPATH.

    `trees` asks for a tree for each name, `goal` what to wait for ("": do not), `timeout` (seconds, None: no limit) for
    how long.
    """

    names: tuple[str, ...]
    trees: bool
    all_namespaces: bool
    labels: str
    output: str
    template: str
    sort_by: str
    watch: bool
    goal: str
    timeout: float | None
    headers: bool

    @property
    def detail(self) -> bool:
        """Whether each Dataset is to be looked at closely."""
        return self.trees

    def wanted(self, namespace: str) -> Wanted:
        """What to read; `namespace` is the one to take unless all are wanted."""
        from kubectl_fluid.status.parts import Wanted  # late: completion has no time for it

        where = None if self.all_namespaces else namespace
        return Wanted(where, self.names, self.labels, detail=self.detail)


def request_of(options: Mapping[str, Any], ctx: click.Context) -> Request:
    """The request. Raises click.UsageError for options that do not go together."""
    names, trees = _names(options["datasets"], ctx)
    if names and options["all_namespaces"]:
        raise click.UsageError("a Dataset cannot be named across all namespaces: leave -A out, or the names", ctx)
    if names and options["selector"]:
        raise click.UsageError("names and -l exclude each other", ctx)
    if options["watch"] and options["wait"]:
        raise click.UsageError("-w and --wait exclude each other: the one never ends", ctx)
    given = ctx.get_parameter_source("timeout") is not click.core.ParameterSource.DEFAULT
    if given and not options["wait"]:
        raise click.UsageError("--timeout is how long --wait waits: give that too", ctx)
    output, template = _output(options["output"] or "", ctx)
    if options["watch"] and output in ("json", "yaml", JSONPATH) and trees:
        raise click.UsageError("-w prints changes of rows: give names without `dataset/`, or leave -o out", ctx)
    return Request(
        names=names,
        trees=trees,
        all_namespaces=options["all_namespaces"],
        labels=options["selector"] or "",
        output=output,
        template=template,
        sort_by=_checked_path(options["sort_by"] or "", ctx),
        watch=options["watch"],
        goal=options["wait"] or "",
        timeout=_seconds(options["timeout"], ctx),
        headers=not options["no_headers"],
    )


def _names(given: tuple[str, ...], ctx: click.Context) -> tuple[tuple[str, ...], bool]:
    """Names, each once; and whether they were written as `dataset/name`, which asks for trees.

    Also as kubectl takes them: `dataset x y`.
    """
    if len(given) > 1 and given[0].lower() in TYPES and not any("/" in it for it in given):
        given = tuple(f"{given[0]}/{it}" for it in given[1:])
    typed = [it for it in given if "/" in it]
    if typed and len(typed) < len(given):
        raise click.UsageError("give all Datasets as NAME, for rows, or all as dataset/NAME, for trees", ctx)
    names = []
    for it in given:
        kind, slash, name = it.rpartition("/")
        if slash and kind.lower() not in TYPES:
            raise click.UsageError(f"{it!r}: only Datasets have a status here: dataset/NAME", ctx)
        if not name:
            raise click.UsageError(f"{it!r} names no Dataset", ctx)
        names.append(name)
    return tuple(dict.fromkeys(names)), bool(typed)


def _output(text: str, ctx: click.Context) -> tuple[str, str]:
    kind, equals, template = text.partition("=")
    if not text or (text in FORMATS):
        return text, ""
    if kind == JSONPATH and equals and template:
        try:
            render(template, {})
        except PathError as error:
            raise click.UsageError(f"-o jsonpath: {error}", ctx) from None
        return JSONPATH, template
    raise click.UsageError(f"-o {text}: give one of {', '.join(FORMATS)} or jsonpath=TEMPLATE", ctx)


def _checked_path(path: str, ctx: click.Context) -> str:
    try:
        find(path, {})
    except PathError as error:
        raise click.UsageError(f"--sort-by: {error}", ctx) from None
    return path


def _seconds(text: str, ctx: click.Context) -> float | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise click.UsageError(f"--timeout {text}: give a time like 30s, 5m or 2h", ctx)
    return float(match[1]) * _UNITS[match[2]] or None
