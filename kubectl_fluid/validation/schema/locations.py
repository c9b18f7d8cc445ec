"""Schemas of other kinds, from files and folders: CustomResourceDefinitions (YAML or JSON) and JSON Schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND, RESOURCE, closed, resource, schemas_of
from kubectl_fluid.validation.schema.model import Gvk, Object, Schema
from kubectl_fluid.validation.schema.reading import LocationError, documents
from kubectl_fluid.validation.schema.report import dotted
from kubectl_fluid.validation.schema.values import in_json_schema
from kubectl_fluid.validation.schema.wellformed import well_formed

__all__ = ["LocationError", "read"]

_SUFFIXES = (".json", ".yaml", ".yml")
#: `example.com/widget_v1.json` (folders of CRD catalogs) and `widget-example.com-v1.json`: all lower case.
_IN_FOLDER = re.compile(r"(?P<kind>[a-z0-9]+)_(?P<version>v[a-z0-9]+)")
_NAMES = "GROUP/KIND_VERSION.json or KIND-GROUP-VERSION.json, in small letters"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/", re.ASCII)
_FLAT = re.compile(r"(?P<kind>[a-z0-9]+)-(?P<group>[a-z0-9.-]+)-(?P<version>v[0-9][a-z0-9]*)")


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
            raise _not_there(place)


def _not_there(place: Path) -> LocationError:
    """The error of a place that is neither a file nor a folder; `Path` makes `http:/` of `http://`."""
    if _URL.match(str(place)):
        return LocationError(f"{place}: is a URL, and those are not fetched", "download it, and name the file")
    if place.exists():
        return LocationError(f"{place}: is neither a file nor a folder")
    return LocationError(f"{place}: there is no such file or folder")


def _of_file(path: Path, *, named: bool) -> Iterator[Schema]:
    """`named`: the file was asked for, so that it has to hold a schema."""
    found = False
    for document in documents(path):
        for schema in _of_document(document, path):
            found = True
            _check(schema)
            yield schema
    if named and not found:
        message = f"{path}: holds neither a CustomResourceDefinition nor the JSON Schema of a kind"
        raise LocationError(message, f"a JSON Schema says its kind in {GROUP_VERSION_KIND} or its name: {_NAMES}")


def _check(schema: Schema) -> None:
    """Raise LocationError for a schema that is none."""
    try:
        if not all(map(well_formed, (schema.root, *schema.definitions.values()))):
            _check_whole(in_json_schema({**schema.root, "$defs": schema.definitions}))
        _follow((schema.root, schema.definitions), schema)
    except Exception as problem:  # jsonschema.SchemaError, whose class is known only once it is imported
        reason = getattr(problem, "message", None) or str(problem)
        place = dotted(tuple(getattr(problem, "absolute_path", ())))
        at = f" at {place}" if place else ""
        raise LocationError(f"{schema.origin}: the schema of {schema.gvk} is wrong{at}: {reason}") from problem


def _check_whole(schema: Any) -> None:
    """Without formats: patterns are RE2's, of which Python does not know all."""
    jsonschema = import_module("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema, format_checker=jsonschema.FormatChecker(formats=()))


def _follow(schema: Any, within: Schema) -> None:
    """Raise ValueError for a reference that leads nowhere."""
    if isinstance(schema, (list, tuple)):
        for member in schema:
            _follow(member, within)
    elif isinstance(schema, dict):
        _follow_chain(schema, within)
        for member in schema.values():
            _follow(member, within)


def _follow_chain(schema: Any, within: Schema) -> None:
    seen = set[str]()
    while isinstance(schema, dict) and isinstance(reference := schema.get("$ref"), str):
        name = reference.rpartition("/")[2]
        if name not in within.definitions:
            raise ValueError(f"{reference} leads nowhere")
        if name in seen:
            raise ValueError(f"{reference} leads to itself")
        seen.add(name)
        schema = within.definitions[name]


def _of_document(document: Any, path: Path) -> Iterator[Schema]:
    if not isinstance(document, dict):
        return
    kind = document.get("kind")
    if kind == "CustomResourceDefinition":
        yield from schemas_of(document, str(path))
    elif kind in ("List", "CustomResourceDefinitionList"):
        items = document.get("items")
        for item in items if isinstance(items, list) else ():
            yield from _of_document(item, path)
    elif isinstance(document.get("$defs"), dict) and not document.get("properties"):
        yield from _of_definitions(document["$defs"], path)
    elif "properties" in document:
        gvk = _identity(document) or _from_name(path)
        if gvk is not None:
            definitions = document.get("$defs") or document.get("definitions")
            yield _described(gvk, closed(document), definitions if isinstance(definitions, dict) else {}, path)


def _of_definitions(definitions: Object, path: Path) -> Iterator[Schema]:
    for described in definitions.values():
        gvk = _identity(described)
        if gvk is not None:
            yield _described(gvk, described, definitions, path)


def _described(gvk: Gvk, root: Object, definitions: Object, path: Path) -> Schema:
    if RESOURCE in root:
        root = root | {RESOURCE: resource(root[RESOURCE])}
    return Schema(gvk, _spelt_out(root), {name: _spelt_out(it) for name, it in definitions.items()}, str(path))


def _spelt_out(schema: Any) -> Any:
    """`true` and `false` that stand for schemas, as objects."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {name: _spelt_out(it) for name, it in schema["properties"].items()}
    if "items" in schema:
        made["items"] = _spelt_out(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = _spelt_out(schema["additionalProperties"])
    return made


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
