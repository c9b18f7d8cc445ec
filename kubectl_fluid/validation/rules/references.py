"""A Dataset that mounts another Dataset."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.claims import Problem
from kubectl_fluid.render import Physical, render
from kubectl_fluid.render.physical import SCHEME, target_of
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.bridge import Row, hits
from kubectl_fluid.validation.rules.read import Object, entries, mapping, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject


def _mount_point(_: str, value: Object) -> Pointer:
    found = (index for index, mount in entries(value, "spec", "mounts") if text(mount, "mountPoint").startswith(SCHEME))
    return ("spec", "mounts", next(found, 0), "mountPoint")


_ROWS = {
    "References": Row("FL0240", "Dataset", ("spec", "mounts")),
    "NestedReference": Row("FL0242", "Dataset", _mount_point),
    "NoPhysicalDataset": Row("FL0243", "Dataset", _mount_point),
    "SubPath": Row("FL0244", "Dataset", _mount_point),
    "SecretsNotCopied": Row("FL0245", "Dataset", _mount_point),
}


def _references(subject: Subject) -> Iterator[Hit]:
    target = target_of(subject.value) if subject.name else None
    if target is None:
        return
    world = subject.world
    dataset = world.find("Dataset", *target.name)
    physical = None if dataset is None else _physical(subject, dataset)
    for hit in hits(_ROWS, render(subject.placed, None, physical=physical).errors, subject.value):
        certain = world.sure("Dataset") and hit.code == "FL0243"
        yield hit._replace(severity=Severity.ERROR) if certain else hit
    if physical is not None:
        yield from hits(_ROWS, _warnings(subject, physical), subject.value)


def _warnings(subject: Subject, physical: Physical) -> list[Problem]:
    """Those whose Secrets the documents do not hold in the namespace of the reference."""
    found = []
    for problem in render(subject.placed, None, physical=physical).warnings:
        names = problem.message.removeprefix("Secrets are not copied: ").partition(" must exist")[0].split(", ")
        if not all(subject.world.has("Secret", subject.namespace, name) for name in names):
            found.append(problem)
    return found


def _physical(subject: Subject, dataset: Object) -> Physical:
    target = target_of(subject.value)
    placed = {
        **dataset,
        "metadata": {**mapping(dataset, "metadata"), "namespace": target.name.namespace if target else ""},
    }
    name = text(dataset, "metadata", "name")
    runtime = subject.world.runtime(text(placed, "metadata", "namespace"), name)
    if runtime is None or target_of(dataset) is not None:
        return Physical(placed, "juicefs", ())
    kind, value = runtime
    profile = subject.world.find("ThinRuntimeProfile", "", text(value, "spec", "profileName"))
    made = render(placed, {**value, "metadata": placed["metadata"]}, profile=profile)
    return Physical(placed, kind.removesuffix("Runtime").lower(), made.placed())


def _runtime(subject: Subject) -> Iterator[Hit]:
    dataset = subject.world.find("Dataset", subject.namespace, subject.name) if subject.name else None
    if dataset is not None and target_of(dataset) is not None:
        for problem in render(dataset, subject.value).errors:
            if problem.code == "ReferenceRuntime":
                yield Hit("FL0241", ("kind",), problem.message, problem.hint)


def _half(subject: Subject) -> Iterator[Hit]:
    for index, mount in entries(subject.value, "spec", "mounts"):
        point = text(mount, "mountPoint")
        namespace, _, name = point.removeprefix(SCHEME).partition("/")
        if point.startswith(SCHEME) and not (namespace and name.partition("/")[0]):
            message = f"{point} names no namespace and Dataset: it is not taken for a reference"
            yield Hit("FL0246", ("spec", "mounts", index, "mountPoint"), message)


_ERROR = Severity.ERROR
_OTHERS = ("JuiceFSRuntime", "AlluxioRuntime", "JindoRuntime", "EFCRuntime", "VineyardRuntime", "CacheRuntime")
_MOUNTS = "!has(object.spec) || !has(object.spec.mounts) || "

RULES = (
    Rule(
        "FL0240",
        _ERROR,
        "A reference dataset has more than its one mount",
        "A Dataset mounts one other Dataset and nothing else.",
        "mount one dataset:// and nothing else",
        ("Dataset",),
        _references,
        says="the dataset is not validated, since it has 1 dataset mounts but also contains other types of mounts",
        together=True,
        cel=f"{_MOUNTS}!object.spec.mounts.exists(m, m.mountPoint.matches('^dataset://[^/]*/')) || "
        "object.spec.mounts.size() == 1",
        reason="FieldValueTooMany",
    ),
    Rule(
        "FL0241",
        _ERROR,
        "A reference dataset has a runtime that is no ThinRuntime",
        "Fluid makes a ThinRuntime for it by itself.",
        "delete the runtime",
        _OTHERS,
        _runtime,
        says="dataset mounting another dataset can only use thin runtime",
        together=True,
    ),
    Rule(
        "FL0242",
        _ERROR,
        "A reference dataset mounts a reference",
        "Only a Dataset with a runtime of its own can be mounted.",
        "mount what the other one mounts",
        ("Dataset",),
        _references,
        says="ThinRuntime with no profile name can only handle dataset only mounting one dataset",
        together=True,
    ),
    Rule(
        "FL0243",
        Severity.INFO,
        "The Dataset that is mounted is not there",
        "The reference stays NotBound until it is. An error with --cluster.",
        "create that Dataset and its runtime, or mend the mount point",
        ("Dataset",),
        _references,
        says="mounting dataset is not bound to a runtime yet",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0244",
        _ERROR,
        "The folder of a reference leads out of the Dataset",
        "`..` would reach other folders of the node.",
        "leave .. out of it",
        ("Dataset",),
        _references,
        together=True,
        cel=f"{_MOUNTS}object.spec.mounts.all(m, !m.mountPoint.startsWith('dataset://') || "
        "!('..' in m.mountPoint.split('/')))",
    ),
    Rule(
        "FL0245",
        Severity.WARNING,
        "A reference dataset needs Secrets of another namespace",
        "The sidecar reads the Secrets of the mounted Dataset in its own Pod's namespace, and Fluid does not copy "
        "them.",
        "create them in the namespace of the reference too",
        ("Dataset",),
        _references,
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0246",
        _ERROR,
        "A reference names no namespace or no Dataset",
        "Only `dataset://<namespace>/<name>[/<folder>]` is taken for a reference.",
        "write dataset://<namespace>/<name>",
        ("Dataset",),
        _half,
        cel=f"{_MOUNTS}object.spec.mounts.all(m, !m.mountPoint.startsWith('dataset://') || "
        "m.mountPoint.matches('^dataset://[^/]+/[^/]+'))",
    ),
)
