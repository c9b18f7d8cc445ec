"""What the schema of a kind says of one of its fields, for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.schema import suggest, versions
from kubectl_fluid.validation.schema.model import Object, Schema, Schemas
from kubectl_fluid.validation.schema.remarks import ignored_with, remarks

_METADATA: Object = {"$ref": "#/$defs/meta.v1.ObjectMeta"}
_INDEX = re.compile(r"\[\d*\]$", re.ASCII)

#: Keyword → what it is called here.
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
    "minLength": "min. length",
    "maxLength": "max. length",
    "minItems": "min. items",
    "maxItems": "max. items",
}


class UnknownPath(LookupError):
    """There is no such kind or field; `where` is as far as the path leads, `hint` what may have been meant."""

    def __init__(self, where: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.where = where
        self.hint = hint


@dataclass(frozen=True)
class Child:
    """A field below the explained one; `remark` says that it has no effect."""

    name: str
    type: str
    required: bool
    remark: str = ""


@dataclass(frozen=True)
class Field:
    """A field, or a whole kind (its `path` is then empty). `[]` in a path stands for every item of a list.

    `default`: None where there is none. `limits`: pairs of a name and what the schema says. `effects`: sentences of
    what comes of it with JuiceFS (Thin), see docs/juicefs.md. `versions` are those of Kubernetes that know a field of a
    built-in kind (`from Kubernetes 1.34 on`), "" for all.
    """

    kind: str
    api_version: str
    path: str
    type: str
    required: bool
    enum: tuple[object, ...]
    default: object
    pattern: str
    limits: tuple[tuple[str, object], ...]
    effects: tuple[str, ...]
    children: tuple[Child, ...]
    versions: str = ""


@dataclass
class _At:
    """Where a walk has come to."""

    schema: Schema
    at: Object
    path: str = ""
    required: bool = False

    @property
    def inner(self) -> Object:
        """The schema of the value, or where that is a list, of its items."""
        found = self.schema.resolved(self.at)
        while isinstance(found.get("items"), dict):
            found = self.schema.resolved(found["items"])
        return found

    @property
    def properties(self) -> Object:
        properties: Object = self.inner.get("properties") or {}
        return properties


def explain(schemas: Schemas, name: str) -> Field:
    """Explain `KIND` or `KIND.path.to.field`; the kind also by its plural or short name, in any case of letters.

    Indexes (`mounts[0]`, `mounts[]`) may be written, or not. Raises UnknownPath.
    """
    kind, *parts = name.split(".")
    schema = _schema(schemas, kind)
    at = _At(schema, schema.root)
    while parts:
        at, parts = _step(schema, at, parts, schemas)
    return _field(schema, at)


def names(schema: Schema) -> tuple[str, ...]:
    """Other names of a kind: plural, singular, short ones."""
    found = schema.root.get("x-kubernetes-resource", {}).get("names", {})
    given = (found.get("plural"), found.get("singular"), *found.get("shortNames", ()))
    return tuple(dict.fromkeys(it for it in given if isinstance(it, str) and it))


def continuations(schemas: Schemas, text: str) -> Iterator[str]:
    """The paths, one part longer at most, that begin with a text."""
    before, dot, begun = text.rpartition(".")
    if not dot:
        found = sorted(it.gvk.kind for it in schemas)
        yield from (it for it in found if it.lower().startswith(text.lower()))
        return
    try:
        children = explain(schemas, before).children
    except UnknownPath:
        return
    yield from (f"{before}.{it.name}" for it in children if it.name.startswith(begun))


def _schema(schemas: Schemas, name: str) -> Schema:
    wanted = name.lower()
    for schema in schemas:
        if wanted == schema.gvk.kind.lower() or wanted in names(schema):
            return schema
    nearest = suggest.nearest(name, schemas.kinds())
    hint = f"did you mean `{nearest}`?" if nearest else "`kubectl fluid schema` lists the kinds"
    raise UnknownPath("schema", f"no schema is known of a kind `{name}`", hint)


def _step(kind: Schema, at: _At, parts: list[str], schemas: Schemas) -> tuple[_At, list[str]]:
    """One part further, and the parts that are left."""
    inner, name = at.inner, _INDEX.sub("", parts[0])
    path = f"{at.path}{_brackets(at)}"
    if name in at.properties:
        required = name in inner.get("required", ())
        below = f"{path}.{name}" if path else name
        if below == "metadata" and not at.schema.builtin and schemas.metadata_source is not None:
            return _At(schemas.metadata_source, _METADATA, below, required), parts[1:]
        return _At(at.schema, at.properties[name], below, required), parts[1:]
    values = inner.get("additionalProperties")
    if isinstance(values, dict):
        value = _At(at.schema, values, f"{path}.*")
        # The keys of a mapping may have dots; where fields can follow, they are taken to have none.
        return value, parts[1:] if value.properties or "additionalProperties" in value.inner else []
    raise _unknown(kind, at, name)


def _unknown(kind: Schema, at: _At, name: str) -> UnknownPath:
    where = f"{kind.gvk.kind}.{at.path}{_brackets(at)}" if at.path else kind.gvk.kind
    elsewhere = suggest.places(kind, name)
    known = at.properties
    other = versions.elsewhere(kind, _pointer(f"{at.path}{_brackets(at)}.{name}".lstrip(".")))
    if other:
        return UnknownPath(where, f"there is no field `{name}`", other)
    if not known:
        return UnknownPath(where, f"there is no field `{name}`, it is of type {type_of(at.schema, at.at)}", "")
    nearest = suggest.nearest(name, known)
    if nearest is not None:
        hint = f"did you mean `{nearest}`?"
    elif elsewhere:
        hint = f"`{name}` is a field of another place: " + " or ".join(f"`{it}`" for it in elsewhere)
    else:
        hint = "it has these: " + ", ".join(sorted(known))
    return UnknownPath(where, f"there is no field `{name}`", hint)


def _brackets(at: _At) -> str:
    found, brackets = at.schema.resolved(at.at), ""
    while isinstance(found.get("items"), dict):
        found = at.schema.resolved(found["items"])
        brackets += "[]"
    return brackets


def type_of(schema: Schema, at: Object) -> str:
    """A type in words: `string`, `[]object`, `map[string]string`, `integer or string`."""
    found = schema.resolved(at)
    kind = found.get("type")
    if isinstance(found.get("items"), dict):
        return f"[]{type_of(schema, found['items'])}"
    if isinstance(found.get("additionalProperties"), dict):
        return f"map[string]{type_of(schema, found['additionalProperties'])}"
    if found.get("x-kubernetes-int-or-string") or (kind is None and found.get("format") == "int-or-string"):
        return "integer or string"
    if isinstance(kind, list):
        return " or ".join(map(str, kind))
    if kind is None and isinstance(found.get("anyOf"), list):
        return " or ".join(dict.fromkeys(type_of(schema, it) for it in found["anyOf"]))
    return str(kind or "any")


def _field(kind: Schema, at: _At) -> Field:
    found, inner = at.schema.resolved(at.at), at.inner
    path = f"{at.path}{_brackets(at)}"
    enum = found.get("enum", inner.get("enum", ()))
    return Field(
        kind=kind.gvk.kind,
        api_version=kind.gvk.api_version,
        path=at.path,
        type=type_of(at.schema, at.at),
        required=at.required,
        enum=tuple(enum) if isinstance(enum, list) else (),
        default=found.get("default"),
        pattern=str(inner.get("pattern", "")),
        limits=tuple(_limits(found, inner)),
        effects=tuple(remarks(kind.gvk, path)),
        children=tuple(_children(kind, at, path)),
        versions=versions.of_field(kind.gvk, _pointer(path)) if kind.builtin else "",
    )


def _pointer(path: str) -> Pointer:
    """A path as the place of a value: `containers[]` as that of any item."""
    found: list[str | int] = []
    for part in filter(None, path.split(".")):
        found += [part.rstrip("[]"), *[0] * part.count("[]")]
    return tuple(found)


def _limits(found: Object, inner: Object) -> Iterator[tuple[str, object]]:
    if "const" in found:
        yield "always", found["const"]
    if "format" in inner:
        yield "format", inner["format"]
    for holder in (found, inner) if inner is not found else (found,):
        yield from ((said, holder[keyword]) for keyword, said in _LIMITS.items() if keyword in holder)
    if found.get("x-kubernetes-list-type") == "map":
        yield "items differ in", ", ".join(found.get("x-kubernetes-list-map-keys", ()))
    elif found.get("x-kubernetes-list-type") == "set":
        yield "items", "each once"


def _children(kind: Schema, at: _At, path: str) -> Iterator[Child]:
    required = at.inner.get("required", ())
    for name, schema in sorted(at.properties.items()):
        below = f"{path}.{name}" if path else name
        runtime = ignored_with(kind.gvk, below)
        remark = f"no effect with {runtime}" if runtime else ""
        yield Child(name, type_of(at.schema, schema), name in required, remark)
