"""Rules that runtimes of every kind must keep: tiers, policies, annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.render.checks import tiered_store
from kubectl_fluid.render.fields import Fields, go_bool
from kubectl_fluid.render.inputs import Metadata, read_levels
from kubectl_fluid.render.volumes import metadata_list
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.read import Object, entries, mapping, strings, text, texts
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import RUNTIMES, Subject

#: Runtimes whose spec.tieredstore has the common shape.
_TIERED = tuple(kind for kind in RUNTIMES if kind != "CacheRuntime")
#: Annotations stand in metadata; so do those that are read as Go booleans.
_ANNOTATIONS = ("metadata", "annotations")
_CLEAN_POLICIES = ("", "OnDemand", "OnRuntimeDeleted", "OnFuseChanged")
_PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
_SKIP_TARGETS = ("", "All", "MountPod", "Sidecar")
#: A quota that nobody can misread.
_QUOTA = re.compile("[0-9]{1,9}[KMGT]i")
_ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def _tiers(subject: Subject) -> Iterator[Hit]:
    for index, level in entries(subject.value, "spec", "tieredstore", "levels"):
        if level.get("quotaList") is None and _QUOTA.fullmatch(text(level, "quota")):
            continue
        pointer = ("spec", "tieredstore", "levels", index)
        levels = read_levels(Fields({"tieredstore": {"levels": [level]}}, ""))
        for problem in tiered_store(Name(subject.namespace, subject.name), levels):
            yield Hit("FL0301", _wrong_part(pointer, problem.message, level), problem.message, problem.hint)


def _wrong_part(pointer: Pointer, message: str, level: Object) -> Pointer:
    if message.endswith("either quota or quotaList must be set"):
        return pointer
    listed = "length of quotaList" in message or (level.get("quotaList") and f'"{level.get("quota")}"' not in message)
    return (*pointer, "quotaList" if listed else "quota")


def _clean_policy(subject: Subject) -> Iterator[Hit]:
    policy = text(subject.value, "spec", "fuse", "cleanPolicy")
    if policy not in _CLEAN_POLICIES:
        message = f"cleanPolicy {policy!r} is none of {', '.join(_CLEAN_POLICIES[1:])}"
        yield Hit("FL0320", ("spec", "fuse", "cleanPolicy"), message)


def _pull_policy(subject: Subject) -> Iterator[Hit]:
    users = ("initUsers",) if subject.kind == "AlluxioRuntime" else ()  # others start no such container
    for path in ("juicefsVersion", "alluxioVersion", "jindoVersion", "fuse", "worker", "master", *users):
        policy = text(subject.value, "spec", path, "imagePullPolicy")
        if policy not in _PULL_POLICIES:
            message = f"imagePullPolicy {policy!r} is none of {', '.join(_PULL_POLICIES[1:])}"
            yield Hit("FL0321", ("spec", path, "imagePullPolicy"), message)


def _annotations(subject: Subject) -> Iterator[Hit]:
    given = strings(subject.value, *_ANNOTATIONS)
    pid = given.get(keys.FUSE_HOST_PID)
    if pid is not None and go_bool(pid) is None:
        message = f"annotation {keys.FUSE_HOST_PID} is {pid!r}, which is no boolean"
        yield Hit("FL0322", (*_ANNOTATIONS, keys.FUSE_HOST_PID), message, 'write "true" or "false"')
    target = given.get(keys.SKIP_MOUNT_READY, "")
    if target not in _SKIP_TARGETS:
        message = f"annotation {keys.SKIP_MOUNT_READY} is {target!r}, none of {', '.join(_SKIP_TARGETS[1:])}"
        yield Hit("FL0322", (*_ANNOTATIONS, keys.SKIP_MOUNT_READY), message)
    problems: list[Problem] = []
    metadata_list(Metadata(Name(subject.namespace, subject.name), "", given), problems)
    for problem in problems:
        yield Hit("FL0322", (*_ANNOTATIONS, keys.METADATA_LIST), problem.message)


def _storage_request(subject: Subject) -> Iterator[Hit]:
    asked = strings(subject.value, *_ANNOTATIONS).get(keys.STORAGE_REQUEST)
    if asked is None:
        return
    try:
        quantity.parse(asked)
    except quantity.QuantityError as error:
        message = f"annotation {keys.STORAGE_REQUEST} {asked!r} is ignored: {error}"
        yield Hit("FL0222", (*_ANNOTATIONS, keys.STORAGE_REQUEST), message)


def _access_modes(subject: Subject) -> Iterator[Hit]:
    for mode in texts(subject.value, "spec", "accessModes"):
        if mode not in _ACCESS_MODES:
            index = mapping(subject.value, "spec")["accessModes"].index(mode)
            message = f'Unsupported value: "{mode}": supported values: {", ".join(_ACCESS_MODES)}'
            yield Hit("FL0223", ("spec", "accessModes", index), message)


_LEVELS = (
    "!has(object.spec) || !has(object.spec.tieredstore) || !has(object.spec.tieredstore.levels) || "
    "object.spec.tieredstore.levels.all(l, "
)


def _quota_cel(text: str) -> str:
    """CEL: a quantity that is not negative and fits into 64 bits."""
    below = f"quantity({text}).isLessThan(quantity('{quantity.LARGEST}'))"
    return f"isQuantity({text}) && quantity({text}).compareTo(quantity('0')) >= 0 && {below}"


RULES = (
    Rule(
        "FL0222",
        Severity.WARNING,
        "The size that an annotation asks for cannot be read",
        "PV and PVC get 100Pi as if it were not there; no controller says so.",
        "write a quantity, e.g. 100Gi",
        ("Dataset",),
        _storage_request,
        cel=f"!has(object.metadata.annotations) || !('{keys.STORAGE_REQUEST}' in object.metadata.annotations) || "
        f"isQuantity(object.metadata.annotations['{keys.STORAGE_REQUEST}'])",
    ),
    Rule(
        "FL0223",
        Severity.ERROR,
        "An access mode that Kubernetes does not know",
        "The schema takes any text; the API server refuses PV and PVC, and the Dataset is never bound.",
        "use ReadOnlyMany, ReadWriteMany or ReadWriteOnce",
        ("Dataset",),
        _access_modes,
        says="spec.accessModes: Unsupported value",
        cel="!has(object.spec) || !has(object.spec.accessModes) || object.spec.accessModes.all(m, m in "
        "['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'])",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0301",
        Severity.ERROR,
        "A cache level's quota is missing, unreadable, or does not fit its paths",
        "The runtime's engine cannot be set up. quotaList has one entry for each path that commas separate.",
        "set tieredstore.levels[].quota",
        _TIERED,
        _tiers,
        says="either quota or quotaList must be set; length of quotaList must be consistent with length of paths; "
        "can't correctly parse quota to a quantity type",
        cel=f"{_LEVELS}(has(l.quotaList) && l.quotaList != '' ? (l.quotaList.split(',').size() == (has(l.path) ? "
        f"l.path.split(',').size() : 1) && l.quotaList.split(',').all(q, {_quota_cel('q')})) : has(l.quota)) && "
        f"(!has(l.quota) || {_quota_cel('string(l.quota)')}))",
    ),
    Rule(
        "FL0320",
        Severity.WARNING,
        "A cleanPolicy that no code knows",
        "The schema takes any text, and only these words mean something.",
        "use OnRuntimeDeleted (the default), OnDemand or OnFuseChanged",
        _TIERED,
        _clean_policy,
        cel="!has(object.spec) || !has(object.spec.fuse) || !has(object.spec.fuse.cleanPolicy) || "
        "object.spec.fuse.cleanPolicy in ['', 'OnDemand', 'OnRuntimeDeleted', 'OnFuseChanged']",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0321",
        Severity.ERROR,
        "An imagePullPolicy that Kubernetes does not know",
        "The schema takes any text; the API server refuses the Pods.",
        "use IfNotPresent, Always or Never",
        RUNTIMES,
        _pull_policy,
        says="imagePullPolicy: Unsupported value",
        cel="!has(object.spec) || !has(object.spec.fuse) || !has(object.spec.fuse.imagePullPolicy) || "
        "object.spec.fuse.imagePullPolicy in ['', 'Always', 'IfNotPresent', 'Never']",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0322",
        Severity.WARNING,
        "An annotation of a runtime cannot be read",
        "It is ignored without a word: a boolean that is none, a target that is not known, JSON that is not a list of "
        "selectors with labels and annotations.",
        "write it as the documentation has it",
        RUNTIMES,
        _annotations,
        # What is JSON cannot be told in CEL.
        cel=f"!has(object.metadata.annotations) || ((!('{keys.FUSE_HOST_PID}' in object.metadata.annotations) || "
        f"object.metadata.annotations['{keys.FUSE_HOST_PID}'] in ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', "
        f"'F', 'FALSE', 'false', 'False']) && (!('{keys.SKIP_MOUNT_READY}' in object.metadata.annotations) || "
        f"object.metadata.annotations['{keys.SKIP_MOUNT_READY}'] in {list(_SKIP_TARGETS)}))",
    ),
)
