"""Schemas of other kinds, from files and folders: CustomResourceDefinitions (YAML or JSON) and JSON Schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND, closed, schemas_of
from kubectl_fluid.validation.schema.model import Gvk, Object, Schema
from kubectl_fluid.validation.schema.values import in_json_schema

MAX_BYTES = 64 * 1024 * 1024
_SUFFIXES = (".json", ".yaml", ".yml")
#: `example.com/widget_v1.json` (folders of CRD catalogs) and `widget-example.com-v1.json`: all lower case.
_IN_FOLDER = re.compile(r"(?P<kind>[a-z0-9]+)_(?P<version>v[a-z0-9]+)")
_FLAT = re.compile(r"(?P<kind>[a-z0-9]+)-(?P<group>[a-z0-9.-]+)-(?P<version>v[0-9][a-z0-9]*)")


class LocationError(ValueError):
    """A place of schemas that cannot be used: `where: why`."""


def read(places: Iterable[Path | str]) -> Iterator[Schema]:
    """The schemas of files, and of all files below folders. Raises LocationError."""
    for place in map(Path, places):
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.suffix in _SUFFIXES and path.is_file():
                    yield from _of_file(path, named=False)
        elif place.is_file():
            yield from _of_file(place, named=True)
        else:
            raise LocationError(f"{place}: there is no such file or folder")


def _of_file(path: Path, *, named: bool) -> Iterator[Schema]:
    """`named`: the file was asked for, so that it has to hold a schema."""
    found = False
    for document in _documents(path):
        for schema in _of_document(document, path):
            found = True
            _check(schema)
            yield schema
    if named and not found:
        raise LocationError(f"{path}: holds neither a CustomResourceDefinition nor the JSON Schema of a kind")


def _check(schema: Schema) -> None:
    """Raise LocationError for a schema that is none."""
    whole = in_json_schema({**schema.root, "$defs": schema.definitions})
    try:
        import_module("jsonschema").Draft202012Validator.check_schema(whole)
        _follow(whole, schema)
    except Exception as problem:  # jsonschema.SchemaError, whose class is known only once it is imported
        reason = getattr(problem, "message", None) or str(problem)
        raise LocationError(f"{schema.origin}: the schema of {schema.gvk} is wrong: {reason}") from problem


def _follow(schema: Any, within: Schema) -> None:
    """Raise ValueError for a reference that leads nowhere."""
    if isinstance(schema, list):
        for member in schema:
            _follow(member, within)
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.rpartition("/")[2] not in within.definitions:
            raise ValueError(f"{reference} leads nowhere")
        for member in schema.values():
            _follow(member, within)


def _documents(path: Path) -> list[Any]:
    if path.stat().st_size > MAX_BYTES:
        raise LocationError(f"{path}: larger than {MAX_BYTES} bytes")
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            return [json.loads(text)]
        import yaml

        return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except Exception as problem:  # among them yaml.YAMLError, whose class is known only once yaml is imported
        raise LocationError(f"{path}: {problem}") from problem


def _of_document(document: Any, path: Path) -> Iterator[Schema]:
    if not isinstance(document, dict):
        return
    kind = document.get("kind")
    if kind == "CustomResourceDefinition":
        yield from schemas_of(document, str(path))
    elif kind in ("List", "CustomResourceDefinitionList"):
        for item in document.get("items") or ():
            yield from _of_document(item, path)
    elif "$defs" in document and not document.get("properties"):
        yield from _of_definitions(document["$defs"], path)
    elif "properties" in document:
        gvk = _identity(document) or _from_name(path)
        if gvk is not None:
            definitions = document.get("$defs") or document.get("definitions") or {}
            yield Schema(gvk, closed(document), definitions, str(path))


def _of_definitions(definitions: Object, path: Path) -> Iterator[Schema]:
    for described in definitions.values():
        gvk = _identity(described)
        if gvk is not None:
            yield Schema(gvk, described, definitions, str(path))


def _identity(schema: Any) -> Gvk | None:
    listed = schema.get(GROUP_VERSION_KIND) if isinstance(schema, dict) else None
    match listed:
        case [{"group": str(group), "version": str(version), "kind": str(kind)}, *_]:
            return Gvk(group, version, kind)
    return None


def _from_name(path: Path) -> Gvk | None:
    """From the file's name, as collections of CRD schemas name them; the kind is found without regard to case."""
    match = _IN_FOLDER.fullmatch(path.stem)
    if match:
        return Gvk(path.parent.name, match["version"], match["kind"])
    match = _FLAT.fullmatch(path.stem)
    return Gvk(match["group"], match["version"], match["kind"]) if match else None
