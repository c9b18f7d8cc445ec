"""CacheRuntime and its class (Fluid a826600a, pkg/ddc/cache)."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.manifests import quantity
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.read import Object, at, entries, mapping, text, texts
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject

_COMPONENTS = ("master", "worker", "client")
_MEDIA = ("hostPath", "emptyDir", "processMemory")


def _levels(subject: Subject) -> Iterator[tuple[Pointer, Object]]:
    for part in _COMPONENTS:
        for index, level in entries(subject.value, "spec", part, "tieredStore", "levels"):
            yield ("spec", part, "tieredStore", "levels", index), level


def _media(subject: Subject) -> Iterator[Hit]:
    memory: dict[str, int] = {}
    for pointer, level in _levels(subject):
        given = [medium for medium in _MEDIA if level.get(medium) is not None]
        if len(given) != 1:
            what = " and ".join(given) or "no medium"
            yield Hit("FL0360", pointer, f"the level has {what}, and must have one of {', '.join(_MEDIA)}")
        part = str(pointer[1])
        memory[part] = memory.get(part, 0) + ("processMemory" in given)
        if memory[part] > 1 and "processMemory" in given:
            yield Hit("FL0360", (*pointer, "processMemory"), f"{part} has more than one level in processMemory")


def _quotas(subject: Subject) -> Iterator[Hit]:
    for pointer, level in _levels(subject):
        paths, quotas = texts(level, "hostPath", "paths"), at(level, "hostPath", "quotas")
        listed = quotas if isinstance(quotas, list) else []
        if len(paths) != len(listed):
            message = f"{len(paths)} paths have {len(listed)} quotas"
            yield Hit("FL0361", (*pointer, "hostPath", "quotas"), message)
        single = [((*pointer, medium, "quota"), at(level, medium, "quota")) for medium in ("emptyDir", "processMemory")]
        for place, quota in [*(((*pointer, "hostPath", "quotas", i), it) for i, it in enumerate(listed)), *single]:
            if _is_zero(quota):
                yield Hit("FL0361", place, "a quota is 0")


def _is_zero(quota: object) -> bool:
    try:
        return isinstance(quota, str | int) and not quantity.parse(quota)
    except quantity.QuantityError:
        return False


def _encrypted(subject: Subject) -> Iterator[Hit]:
    runtime = subject.world.runtime(subject.namespace, subject.name) if subject.name else None
    if runtime is None or runtime[0] != "CacheRuntime":
        return
    paths: list[Pointer] = [("spec", "sharedEncryptOptions")]
    paths += [("spec", "mounts", index, "encryptOptions") for index, _ in entries(subject.value, "spec", "mounts")]
    for path in paths:
        for index, option in entries(subject.value, *path):
            reference = mapping(option, "valueFrom", "secretKeyRef")
            if not (text(reference, "name") and text(reference, "key")):
                yield Hit(
                    "FL0362", (*path, index), f"the encrypt option {text(option, 'name')} names no Secret or no key"
                )


def _volumes(subject: Subject) -> Iterator[Hit]:
    names = {text(volume, "name") for _, volume in entries(subject.value, "spec", "volumes")}
    for part in _COMPONENTS:
        for index, mount in entries(subject.value, "spec", part, "volumeMounts"):
            if text(mount, "name") not in names:
                message = f"volumeMount {text(mount, 'name')} of {part} names no volume"
                yield Hit("FL0363", ("spec", part, "volumeMounts", index), message)


def _class(subject: Subject) -> Iterator[Hit]:
    name, world = text(subject.value, "spec", "runtimeClassName"), subject.world
    if name and world.find("CacheRuntimeClass", "", name) is None:
        severity = Severity.ERROR if world.sure("CacheRuntimeClass") else None
        message = f'cacheruntimeclasses.data.fluid.io "{name}" not found'
        yield Hit("FL0364", ("spec", "runtimeClassName"), message, severity=severity)


def _components(subject: Subject) -> Iterator[Hit]:
    parts = [mapping(subject.value, "topology", part, "template", "spec") for part in _COMPONENTS]
    if not any(entries(spec, "containers") for spec in parts):
        yield Hit("FL0365", ("topology",), "the class has no component with a container")


def _config_maps(subject: Subject) -> Iterator[Hit]:
    defined = {text(item, "name") for _, item in entries(subject.value, "extraResources", "configMaps")}
    for part in _COMPONENTS:
        path = ("topology", part, "dependencies", "extraResources", "configMaps")
        for index, item in entries(subject.value, *path):
            if text(item, "name") not in defined:
                message = f"ConfigMap {text(item, 'name')} of {part} is not among extraResources.configMaps"
                yield Hit("FL0366", (*path, index), message)


def _each(expression: str, *, level: bool = False) -> str:
    """CEL: an expression about `{}` that must hold for each component that has it, or for each of its levels `l`."""
    parts = []
    for part in _COMPONENTS if not level else ("worker", "client"):
        at = f"object.spec.{part}"
        if level:
            absent = f"!has({at}) || !has({at}.tieredStore) || !has({at}.tieredStore.levels)"
            parts.append(f"({absent} || {at}.tieredStore.levels.all(l, {expression}))")
        else:
            parts.append(f"(!has({at}) || {expression.format(at)})")
    return f"!has(object.spec) || ({' && '.join(parts)})"


def _not_zero(quota: str) -> str:
    """CEL: a quota is another number than 0, or none at all."""
    return f"(!isQuantity(string({quota})) || quantity(string({quota})).compareTo(quantity('0')) != 0)"


def _any_container() -> str:
    parts = []
    for part in _COMPONENTS:
        at = f"object.topology.{part}"
        path = f"has({at}) && has({at}.template) && has({at}.template.spec) && has({at}.template.spec.containers)"
        parts.append(f"({path} && {at}.template.spec.containers.size() > 0)")
    return f"has(object.topology) && ({' || '.join(parts)})"


_ERROR = Severity.ERROR
_KIND = ("CacheRuntime",)

RULES = (
    Rule(
        "FL0360",
        _ERROR,
        "A cache level of a CacheRuntime has not one medium",
        "Each level has one of hostPath, emptyDir and processMemory, and a component one level in processMemory at "
        "most.",
        "make a level for each medium",
        _KIND,
        _media,
        cel=_each("[has(l.hostPath), has(l.emptyDir), has(l.processMemory)].filter(x, x).size() == 1", level=True),
    ),
    Rule(
        "FL0361",
        _ERROR,
        "Quotas of a CacheRuntime are zero or of another number than the paths",
        "The engine refuses them.",
        "give each path a quota above 0",
        _KIND,
        _quotas,
        cel=_each(
            "(!has(l.hostPath) || (l.hostPath.paths.size() == l.hostPath.quotas.size() && "
            f"l.hostPath.quotas.all(q, {_not_zero('q')}))) && "
            + " && ".join(
                f"(!has(l.{medium}) || !has(l.{medium}.quota) || {_not_zero(f'l.{medium}.quota')})"
                for medium in ("emptyDir", "processMemory")
            ),
            level=True,
        ),
    ),
    Rule(
        "FL0362",
        _ERROR,
        "An encrypt option of a CacheRuntime's Dataset names no Secret, or no key of it",
        "The schema takes it, the engine does not.",
        "set valueFrom.secretKeyRef.name and .key",
        ("Dataset",),
        _encrypted,
        together=True,
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0363",
        _ERROR,
        "A volumeMount of a CacheRuntime names no volume",
        "The engine refuses it.",
        "define the volume in spec.volumes",
        _KIND,
        _volumes,
        cel=_each(
            "!has({0}.volumeMounts) || {0}.volumeMounts.all(m, has(object.spec.volumes) && "
            "object.spec.volumes.exists(v, v.name == m.name))"
        ),
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0364",
        Severity.INFO,
        "A CacheRuntime names a class that is not there",
        "The runtime is not set up until the CacheRuntimeClass exists. An error with --cluster.",
        "create the CacheRuntimeClass, or mend the name",
        _KIND,
        _class,
        says='cacheruntimeclasses.data.fluid.io "x" not found',
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0365",
        _ERROR,
        "A CacheRuntimeClass has no component with a container",
        "There is nothing to run.",
        "add topology.master, .worker or .client with a template",
        ("CacheRuntimeClass",),
        _components,
        cel=_any_container(),
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0366",
        _ERROR,
        "A component of a CacheRuntimeClass needs a ConfigMap that the class does not define",
        "The engine refuses the class.",
        "add it to extraResources.configMaps",
        ("CacheRuntimeClass",),
        _config_maps,
        reason="FieldValueNotFound",
    ),
)
