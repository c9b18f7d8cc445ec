"""Schemas of kinds, and how they are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from kubectl_fluid.validation.finding import Pointer

Object = dict[str, Any]
T = TypeVar("T")


class Gvk(NamedTuple):
    """Group ("" for the core group), version and kind."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """What stands in a document's `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @classmethod
    def of(cls, value: object) -> Gvk | None:
        """That of a document; None when it does not say it (in strings that are not empty)."""
        if not isinstance(value, dict):
            return None
        api_version, kind = value.get("apiVersion"), value.get("kind")
        if not (isinstance(api_version, str) and isinstance(kind, str) and api_version and kind):
            return None
        group, _, version = api_version.rpartition("/")
        return cls(group, version, kind)

    def __str__(self) -> str:
        return f"{self.api_version} {self.kind}"


@dataclass(frozen=True)
class Schema:
    """What is known of one kind.

    `root` is a JSON Schema (draft 2020-12) whose `$ref`s are `#/$defs/NAME` into `definitions`; `origin` says where
    it comes from, for people. `minor` is that of Kubernetes 1.`minor`, whose built-in kind it is; None for all others.
    """

    gvk: Gvk
    root: Object = field(repr=False, hash=False, compare=False)
    definitions: Object = field(repr=False, hash=False, compare=False)
    origin: str
    minor: int | None = None

    @property
    def builtin(self) -> bool:
        """Whether the API server decodes it into types of its own, instead of by this schema."""
        return self.minor is not None

    def describes(self, gvk: Gvk) -> bool:
        """Whether it is the schema of that kind; one that is known from a file's name has its kind in lower case."""
        return gvk in (self.gvk, self.gvk._replace(kind=gvk.kind if gvk.kind.lower() == self.gvk.kind else ""))

    @property
    def namespaced(self) -> bool | None:
        """Whether its objects live in namespaces; None when that is not known."""
        scope = self.root.get("x-kubernetes-resource", {}).get("scope")
        return None if scope is None else scope == "Namespaced"

    @property
    def subresources(self) -> Object:
        """`status`, `scale`, as in a CustomResourceDefinition."""
        found: Object = self.root.get("x-kubernetes-resource", {}).get("subresources", {})
        return found

    def resolved(self, schema: Object) -> Object:
        """The schema with its `$ref`, if it has one, followed. Raises KeyError when that leads nowhere."""
        while "$ref" in schema:
            more = {key: value for key, value in schema.items() if key != "$ref"}
            schema = self.definitions[schema["$ref"].rpartition("/")[2]] | more
        return schema

    def below(self, pointer: Pointer) -> Object | None:
        """The schema of what stands at a place, whichever item of a list it is in; None where it has no such place."""
        at = self.root
        for key in pointer:
            found = self.resolved(at)
            if isinstance(key, int):
                inner = found.get("items")
            else:
                inner = found.get("properties", {}).get(key, found.get("additionalProperties"))
            if not isinstance(inner, dict):
                return None
            at = inner
        return self.resolved(at)


class Schemas:
    """Schemas by kind. Where two describe one kind, the later one counts."""

    def __init__(self, schemas: Iterable[Schema]) -> None:
        self._by_gvk = {schema.gvk: schema for schema in schemas}
        self._checkers: dict[Gvk, Any] = {}

    def checker(self, schema: Schema, make: Callable[[Schema, Schemas], T]) -> T:
        """What `make` gives for a schema; made once."""
        if schema.gvk not in self._checkers:
            self._checkers[schema.gvk] = make(schema, self)
        made: T = self._checkers[schema.gvk]
        return made

    @property
    def metadata_source(self) -> Schema | None:
        """A schema whose definitions hold that of `metadata`."""
        return next((schema for schema in self if schema.builtin), None)

    def __iter__(self) -> Iterator[Schema]:
        return iter(self._by_gvk.values())

    def __len__(self) -> int:
        return len(self._by_gvk)

    def get(self, gvk: Gvk) -> Schema | None:
        """The schema of that kind."""
        return self._by_gvk.get(gvk) or self._by_gvk.get(gvk._replace(kind=gvk.kind.lower()))

    def for_object(self, value: object) -> Schema | None:
        """The schema of a document; None when its kind is not known, or it does not say its kind.

        A built-in kind is found without `apiVersion` where there is but one of its name.
        """
        gvk = Gvk.of(value)
        if gvk is not None:
            return self.get(gvk)
        if isinstance(value, dict) and value.get("apiVersion") in (None, "") and isinstance(value.get("kind"), str):
            return self._builtin_by_kind.get(value["kind"])
        return None

    @cached_property
    def _builtin_by_kind(self) -> dict[str, Schema]:
        return {schema.gvk.kind: schema for schema in self if schema.builtin}

    def kinds(self, api_version: str | None = None) -> list[str]:
        """Names of the known kinds, of one group and version or of all."""
        return sorted({it.kind for it in self._by_gvk if api_version in (None, it.api_version)})
