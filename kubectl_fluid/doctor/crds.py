"""Checks of Fluid's kinds in the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor import bundle
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, listed, unread
from kubectl_fluid.doctor.shape import Difference, Kind, compare
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

VERSION = "v1alpha1"
_INSTALL = "install Fluid's CRDs: they come with its chart"
_UPDATE = "bring Fluid and this program to versions that fit"
#: Differences of one kind that are listed, and those that the sentence itself names.
MAX_LISTED, MAX_NAMED = 50, 2
#: Nothing works without these two.
_NEEDED = ("Dataset", "JuiceFSRuntime")


def checks(
    served: frozenset[str] | ClusterError, schemas: Mapping[str, Object | ClusterError | None]
) -> Iterator[Check]:
    """All of them. `served` are the plurals of the group's version, `schemas` by kind; None: there is none."""
    yield _served(served)
    yield from _fields(schemas)


def schema_of(definition: Object | None) -> Object | None:
    """The schema of a CustomResourceDefinition's v1alpha1, if that is served."""
    versions = items(mapping(mapping(definition).get("spec")).get("versions"))
    found = next((it for it in versions if it.get("name") == VERSION and it.get("served")), None)
    return None if found is None else mapping(mapping(found.get("schema")).get("openAPIV3Schema"))


def _served(served: frozenset[str] | ClusterError) -> Check:
    name, plurals = "crds-served", bundle.plurals()
    if isinstance(served, ClusterError):
        return unread(name, served)
    absent = [kind for kind, plural in plurals.items() if plural not in served]
    if len(absent) == len(plurals):
        return Check(name, Verdict.FAILED, f"the cluster serves no data.fluid.io/{VERSION}", _INSTALL)
    if any(kind in absent for kind in _NEEDED):
        said = f"the cluster serves no {listed(absent)} of data.fluid.io/{VERSION}"
        return Check(name, Verdict.FAILED, said, _INSTALL, details=tuple(absent))
    if absent:
        said = f"the cluster does not serve {counted(len(absent), 'kind')} of {bundle.source()}: {listed(absent)}"
        return Check(name, Verdict.WARNING, said, "its Fluid is older: other kinds work", details=tuple(absent))
    return Check(name, Verdict.OK, f"all {len(plurals)} kinds of data.fluid.io/{VERSION} are served")


def _fields(schemas: Mapping[str, Object | ClusterError | None]) -> Iterator[Check]:
    name, ours = "crds-fields", bundle.schemas()
    errors = [it for it in schemas.values() if isinstance(it, ClusterError)]
    if errors:
        yield unread(name, errors[0])
        return
    found = {kind: it for kind, it in schemas.items() if isinstance(it, dict)}
    if not found:
        yield Check(name, Verdict.SKIPPED, "there is no definition of Fluid's kinds to compare")
        return
    differences = {kind: compare(ours[kind], schema) for kind, schema in found.items()}
    for kind, each in differences.items():
        if each:
            yield _differs(kind, each)
    equal = [kind for kind, each in differences.items() if not each]
    if equal:
        said = f"{counted(len(equal), 'kind has', 'kinds have')} the fields of the bundled schemas ({bundle.source()})"
        yield Check(name, Verdict.OK, said, details=tuple(equal) if len(equal) < len(found) else ())


_WORDS = {
    Kind.LACKS: "the cluster lacks {}, whose values it drops without a word",
    Kind.UNKNOWN: "the cluster has {} that this program does not know",
    Kind.TYPE: "the cluster has {} of another type",
}


def _differs(kind: str, found: list[Difference]) -> Check:
    parts = []
    for each, words in _WORDS.items():
        paths = [it.path for it in found if it.kind is each]
        if paths:
            named = f" ({listed(paths)})" if len(found) <= MAX_NAMED else ""
            parts.append(words.format(counted(len(paths), "field") + named))
    verdict = Verdict.FAILED if any(it.kind is Kind.TYPE for it in found) else Verdict.WARNING
    details = [clipped(it.text()) for it in found[:MAX_LISTED]]
    if len(found) > MAX_LISTED:
        details.append(f"and {len(found) - MAX_LISTED} more")
    said = f"its fields are not those of {bundle.source()}: {'; '.join(parts)}"
    return Check("crds-fields", verdict, said, _UPDATE, kind, tuple(details))
