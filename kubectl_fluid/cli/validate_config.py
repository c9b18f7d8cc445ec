"""Settings of `validate` that a repository keeps in a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.validate_check import UNREADABLE
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.validation.rules import BY_CODE
from kubectl_fluid.validation.rules.suppress import codes, matches
from kubectl_fluid.validation.schema.codes import WHY

#: Read in the working folder where no other file is named.
DEFAULT = ".kubectl-fluid.yaml"
_SECTION = "validate"
_KINDS: dict[str, type] = {
    "disable": list,
    "schemaLocations": list,
    "strict": bool,
    "ignoreMissingSchemas": bool,
    "kubernetesVersion": str,
}
_SAID = {list: "a list", bool: "a boolean", str: "a string, in quotes (1.30 without them is the number 1.3)"}


@dataclass(frozen=True)
class Config:
    """The settings; locations of schemas are relative to the file's folder."""

    disable: tuple[str, ...] = ()
    schema_locations: tuple[str, ...] = ()
    strict: bool = False
    ignore_missing_schemas: bool = False
    kubernetes_minor: int | None = None


def read(name: str | None) -> Config:
    """Read the file (default: `.kubectl-fluid.yaml`, which need not be there).

    Raises CommandError with exit code 2.
    """
    if name is None and not os.path.isfile(DEFAULT):  # noqa: PTH113 - paths are text here
        return Config()
    path = name or DEFAULT
    found = [document for document in _documents(path) if document.value is not None]
    if not found:
        return Config()
    document = found[0]
    settings = _section(document)
    folder = os.path.dirname(path)  # noqa: PTH120 - as above
    return Config(
        disable=tuple(code for text in settings.get("disable") or () for code in known(text, document)),
        schema_locations=tuple(os.path.join(folder, it) for it in settings.get("schemaLocations") or ()),  # noqa: PTH118
        strict=settings.get("strict") or False,
        ignore_missing_schemas=settings.get("ignoreMissingSchemas") or False,
        kubernetes_minor=_minor(settings.get("kubernetesVersion"), document),
    )


def _documents(path: str) -> list[Document]:
    try:
        with Input(printable(path), path=path).open() as stream:
            return [parse(raw) for raw in split(stream, printable(path))]
    except CommandError as error:
        error.status = ExitStatus.USAGE
        raise
    except ManifestError as error:
        place = str(error).removesuffix(f": {error.message}")
        raise CommandError(place, error.message, error.hint, ExitStatus.USAGE) from error


def known(text: str, document: Document | None = None) -> tuple[str, ...]:
    """The codes or patterns of a list, all of which must stand for some rule. Raises UsageError, CommandError."""
    everything = [*WHY, *BY_CODE]
    found = codes(text)
    for pattern in found:
        if not any(matches(code, (pattern,)) for code in everything):
            message = f"there is no rule {pattern}{_meant(pattern, everything)}"
            if document is None:
                raise click.UsageError(message, click.get_current_context(silent=True))
            _wrong(document, message, (_SECTION, "disable"))
    return found


def _meant(pattern: str, everything: list[str]) -> str:
    if pattern == UNREADABLE:
        return ": what cannot be read cannot be passed over"
    near = get_close_matches(pattern, everything, n=1)
    return f", did you mean {near[0]}?" if near else ""


def _minor(version: str | None, document: Document) -> int | None:
    if version is None:
        return None
    from kubectl_fluid.validation.schema.load import UnknownMinor, minor_of

    try:
        return minor_of(version)
    except UnknownMinor as error:
        _wrong(document, str(error), (_SECTION, "kubernetesVersion"))


def _section(document: Document) -> dict[str, Any]:
    value = document.value
    section = value.get(_SECTION) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        _wrong(document, f"the settings are a mapping with the one key {_SECTION}", ())
    if not isinstance(section, dict | None):
        _wrong(document, f"{_SECTION} must be a mapping", (_SECTION,))
    for key in value:
        if key != _SECTION:
            _wrong(document, f"there is no setting {key}", (key,))
    for key, item in (section or {}).items():
        kind = _KINDS.get(key)
        if kind is None:
            near = get_close_matches(key, _KINDS, n=1)
            _wrong(
                document, f"there is no setting {key}" + (f", did you mean {near[0]}?" if near else ""), (_SECTION, key)
            )
        if item is not None and not isinstance(item, kind):
            _wrong(document, f"{key} must be {_SAID[kind]}", (_SECTION, key))
        if isinstance(item, list) and not all(isinstance(it, str) for it in item):
            _wrong(document, f"{key} must be a list of strings", (_SECTION, key))
    return section or {}


def _wrong(document: Document, message: str, pointer: tuple[str, ...]) -> NoReturn:
    line, column = document.at(pointer)
    raise CommandError(f"{document.raw.source}:{line}:{column}", message, status=ExitStatus.USAGE)
