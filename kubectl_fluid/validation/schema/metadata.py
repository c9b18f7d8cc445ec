"""`metadata`: the same rules for all kinds (apimachinery v0.37, pkg/api/validation/objectmeta.go)."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.model import Object
from kubectl_fluid.validation.schema.report import Place, Problem, Report

#: As long as what is added to `generateName`.
_SUFFIX = "aaaaa"
MAX_ANNOTATIONS = 256 * 1024
#: Finalizers without a domain that API servers know.
_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_OWNER_FIELDS = ("apiVersion", "kind", "name", "uid")


def check_metadata(
    metadata: Object,
    place: Place,
    report: Report,
    name_rule: names.Rule,
    *,
    builtin: bool = False,
    counts_generation: bool = False,
) -> None:
    """Report what is wrong with an object's metadata, which was decoded already. `place` is that of `metadata`.

    `counts_generation`: its `generation` is taken over from a request, as it is for kinds that have none.
    """

    def invalid(key: str, message: str, code: str = "FL0011") -> None:
        report.invalid.append(Problem(place, key, code, message))

    name, prefix = metadata.get("name") or "", metadata.get("generateName") or ""
    made = name or prefix[: names.LABEL_LENGTH - len(_SUFFIX)] + _SUFFIX
    if prefix and (wrong := names.prefix_of(name_rule)(prefix) or (None if name else name_rule(made))):
        invalid("generateName", f'"{prefix}": {wrong}')
    if name:
        if wrong := name_rule(name):
            invalid("name", f'"{name}": {wrong}')
    elif not prefix:
        report.invalid.append(
            Problem(place, "name", "FL0005", "name or generateName is required", "FieldValueRequired")
        )
    namespace = metadata.get("namespace") or ""
    if namespace and (wrong := names.dns_label(namespace)):
        invalid("namespace", f'"{namespace}": {wrong}')
    if (metadata.get("generation") or 0) < 0 and counts_generation:
        invalid("generation", "must be greater than or equal to 0")
    check_labels(metadata, place, report)
    check_annotations(metadata, place, report)
    _check_owners(metadata.get("ownerReferences") or [], (place, "ownerReferences"), report)
    for index, finalizer in enumerate(metadata.get("finalizers") or ()):
        if wrong := (finalizer_rule if builtin else names.qualified_name)(finalizer):
            report.invalid.append(Problem((place, "finalizers"), index, "FL0011", f'"{finalizer}": {wrong}'))


def finalizer_rule(text: str) -> str | None:
    """A finalizer of a built-in kind."""
    wrong = names.qualified_name(text)
    if wrong is None and "/" not in text and text not in _FINALIZERS:
        return "is neither a standard finalizer name nor fully qualified (example.com/name)"
    return wrong


def check_labels(metadata: Object, place: Place, report: Report, field: str = "labels") -> None:
    """Keys and values of a map of labels."""
    for key, value in (metadata.get(field) or {}).items():
        for wrong in filter(None, (names.qualified_name(key), names.label_value(value))):
            report.invalid.append(Problem((place, field), key, "FL0011", f'"{key}: {value}": {wrong}'))


def check_annotations(metadata: Object, place: Place, report: Report) -> None:
    """Keys of annotations, in which case does not matter, and their size."""
    annotations = metadata.get("annotations") or {}
    for key in annotations:
        if wrong := names.qualified_name(key.lower()):
            report.invalid.append(Problem((place, "annotations"), key, "FL0011", f'"{key}": {wrong}'))
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > MAX_ANNOTATIONS:
        message = f"annotations may have {MAX_ANNOTATIONS} bytes together, these have {size}"
        report.invalid.append(Problem(place, "annotations", "FL0011", message, "FieldValueTooLong"))


def _check_owners(owners: list[Object], place: Place, report: Report) -> None:
    controllers = 0
    for index, owner in enumerate(owners):
        at = (place, index)
        for field in _OWNER_FIELDS:
            if not owner.get(field):
                report.invalid.append(
                    Problem(at, field, "FL0005", f"`{field}` is required: it must not be empty", "FieldValueRequired")
                )
        version = owner.get("apiVersion") or "v1"
        if version.count("/") > 1 or version.endswith("/"):
            report.invalid.append(
                Problem(at, "apiVersion", "FL0011", f'"{version}": must be <group>/<version> or <version>')
            )
        if (owner.get("apiVersion"), owner.get("kind")) == ("v1", "Event"):
            report.invalid.append(Problem(place, index, "FL0011", "an Event cannot be an owner"))
        controllers += bool(owner.get("controller"))
    if controllers > 1:
        parent, key = place or (None, "")
        report.invalid.append(Problem(parent, key, "FL0011", "only one owner can be the controller"))
