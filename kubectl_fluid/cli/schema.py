"""`kubectl fluid schema`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import filename_option, kubernetes_version_option, talk_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kubectl_fluid.validation.schema import Schemas
    from kubectl_fluid.validation.schema.explain import Field

EXAMPLES = """
# The kinds that validate knows
kubectl fluid schema

# What a JuiceFSRuntime has, and what a field of it takes
kubectl fluid schema juicefsruntime.spec
kubectl fluid schema JuiceFSRuntime.spec.tieredstore.levels.mediumtype

# As an older cluster has it
kubectl fluid schema pod.spec --kubernetes-version 1.31

# For a program
kubectl fluid schema dataset.spec.mounts -o json
"""


def _complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from kubectl_fluid.validation.schema.explain import continuations

    return [CompletionItem(it) for it in continuations(_load(None, ()), incomplete)]


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Explain a kind or a field of it, offline")
@click.argument("name", required=False, metavar="[KIND[.PATH]]", shell_complete=_complete)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="What to print")
@filename_option(
    "--schema-location",
    "schema_locations",
    "File or folder with CRDs or JSON Schemas of more kinds; may be given more than once",
    multiple=True,
)
@kubernetes_version_option
@talk_options
@click.pass_context
def schema(ctx: click.Context, /, name: str | None, output: str, **options: Any) -> ExitStatus:
    """Explain a kind or a field of it: type, values, default, limits, the fields below it.

    Works offline and says what validate goes by. For fields of Dataset, JuiceFSRuntime, ThinRuntime and DataLoad it
    says what comes of them, or that they have no effect; for fields of built-in kinds, which versions of Kubernetes
    know them, unless all of 1.30 and newer do. Without an argument it lists the kinds.
    """
    from kubectl_fluid.validation.schema.explain import UnknownPath, explain

    schemas = _load(options["kubernetes_minor"], options["schema_locations"])
    if name is None:
        text = _json(_kinds(schemas)) if output == "json" else _table(map(tuple, map(dict.values, _kinds(schemas))))
    else:
        try:
            field = explain(schemas, name)
        except UnknownPath as error:
            raise CommandError(printable(error.where), printable(str(error)), error.hint, ExitStatus.USAGE) from error
        text = _json(_plain(field)) if output == "json" else "".join(f"{line}\n" for line in _lines(field))
    environment_of(ctx).stdout.write(text.encode("utf-8", "backslashreplace"))
    return ExitStatus.OK


def _load(minor: int | None, locations: tuple[str, ...]) -> Schemas:
    from kubectl_fluid.validation.schema import load

    try:
        return load(minor, locations)
    except ValueError as error:
        raise CommandError("schemas", str(error), getattr(error, "hint", ""), ExitStatus.USAGE) from error


def _kinds(schemas: Schemas) -> list[dict[str, str]]:
    """Custom kinds first, as they are what people look for here."""
    from kubectl_fluid.validation.schema.explain import names

    ordered = sorted(schemas, key=lambda it: (it.builtin, it.gvk.api_version, it.gvk.kind))
    return [{"kind": it.gvk.kind, "apiVersion": it.gvk.api_version, "names": ",".join(names(it))} for it in ordered]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _plain(field: Field) -> dict[str, Any]:
    from dataclasses import asdict

    made = asdict(field)
    return {
        "kind": made.pop("kind"),
        "apiVersion": made.pop("api_version"),
        **made,
        "limits": dict(made["limits"]),
    }


def _lines(field: Field) -> Iterator[str]:
    rows: list[tuple[str, str]] = [("kind", field.kind), ("version", field.api_version)]
    if field.versions:
        rows.append(("known", field.versions))
    if field.path:
        rows += [("field", field.path), ("type", field.type), ("required", "yes" if field.required else "no")]
    if field.enum:
        rows.append(("values", ", ".join(map(_shown, field.enum))))
    if field.default is not None:
        rows.append(("default", _shown(field.default)))
    if field.pattern:
        rows.append(("pattern", field.pattern))
    rows += [(said, _shown(value)) for said, value in field.limits]
    for remark in field.effects:
        runtime, _, sentence = remark.partition(": ")
        rows.append((runtime, sentence))
    width = max(len(said) for said, _ in rows) + 2
    yield from (printable(f"{said + ':':<{width}}{value}") for said, value in rows)
    if field.children:
        yield "fields:"
        children = [(it.name, it.type, "required" if it.required else "", it.remark) for it in field.children]
        yield from (f"  {line}" for line in _table(children).splitlines())


def _shown(value: object) -> str:
    """A value as one would write it; the empty string and what holds a space are in quotes."""
    if isinstance(value, str) and value and " " not in value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    held = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in held]
    return "".join(f"{line}\n" for line in lines)
