"""A DataLoad: what Fluid's controller refuses and what JuiceFS makes of its targets."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.claims import Problem
from kubectl_fluid.render import dataload
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.bridge import Row, hits
from kubectl_fluid.validation.rules.read import Object, entries, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import GROUP, Subject


def _path(message: str, value: Object) -> Pointer:
    """The target whose path a message quotes."""
    for index, target in entries(value, "spec", "target"):
        if repr(text(target, "path").strip()) in message:
            return ("spec", "target", index, "path")
    for key, option in strings(value, "spec", "options").items():
        if repr(key) in message or repr(option) in message:
            return ("spec", "options", key)
    return ("spec", "target")


_ALWAYS = {
    "TargetDatasetNotFound": Row("FL0401", "DataLoad", ("spec", "dataset")),
    "TargetDatasetNamespaceNotSame": Row("FL0402", "DataLoad", ("spec", "dataset", "namespace")),
}
_JUICEFS = {
    "ShellCharacter": Row("FL0403", "DataLoad", _path),
    "RelativePath": Row("FL0413", "DataLoad", _path),
    "PathWithSpaces": Row("FL0414", "DataLoad", _path),
}


def _problems(subject: Subject) -> list[Problem]:
    """The problems of the DataLoad itself: its Dataset is taken to be there and right."""
    name, namespace = (
        text(subject.value, "spec", "dataset", "name"),
        text(subject.value, "spec", "dataset", "namespace"),
    )
    head = {"apiVersion": f"{GROUP}/v1alpha1", "metadata": {"name": name, "namespace": namespace or subject.namespace}}
    mounts = [{"mountPoint": "juicefs:///", "name": "volume"}]
    dataset, runtime = {**head, "kind": "Dataset", "spec": {"mounts": mounts}}, {**head, "kind": "JuiceFSRuntime"}
    rendered = dataload(subject.placed, dataset, {**runtime, "spec": {"replicas": 1}})
    return [*rendered.errors, *rendered.warnings]


def _namespace(subject: Subject) -> Iterator[Hit]:
    if text(subject.value, "spec", "dataset", "name"):
        yield from hits(_ALWAYS, _problems(subject), subject.value)


def _targets(subject: Subject) -> Iterator[Hit]:
    """Targets of a DataLoad for JuiceFS, or for a Dataset that is not known."""
    namespace, name = subject.namespace, text(subject.value, "spec", "dataset", "name")
    runtime = subject.world.runtime(namespace, name) if name else None
    if runtime is None or runtime[0] == "JuiceFSRuntime":
        yield from hits(_JUICEFS, _problems(subject), subject.value)


_ERROR = Severity.ERROR
_KIND = ("DataLoad",)
_DATASET = "!has(object.spec) || !has(object.spec.dataset) || "
_TARGETS = "!has(object.spec) || !has(object.spec.target) || object.spec.target.all(t, "

RULES = (
    Rule(
        "FL0401",
        _ERROR,
        "A DataLoad names no namespace of its Dataset",
        "An empty namespace is not taken as the DataLoad's own: the controller finds no Dataset and tries again "
        "every 20 seconds.",
        "set spec.dataset.namespace to the namespace of the DataLoad",
        _KIND,
        _namespace,
        says="TargetDatasetNotFound",
        cel=f"{_DATASET}(has(object.spec.dataset.namespace) && object.spec.dataset.namespace != '')",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0402",
        _ERROR,
        "A DataLoad and its Dataset are in different namespaces",
        "Its phase becomes Failed.",
        "make the DataLoad in the namespace of the Dataset",
        _KIND,
        _namespace,
        says="dataLoad(<name>) namespace is not same as dataset",
        cel=f"{_DATASET}!has(object.spec.dataset.namespace) || object.spec.dataset.namespace == ''"
        " || object.spec.dataset.namespace == object.metadata.namespace",
    ),
    Rule(
        "FL0403",
        _ERROR,
        "A path or option of a DataLoad holds a character that its script cannot take",
        "It comes into a shell script as it is.",
        "leave control characters, < and # out",
        _KIND,
        _targets,
        together=True,
        cel=f"{_TARGETS}!t.path.matches('[\\\\x00-\\\\x1f<]'))",
    ),
    Rule(
        "FL0413",
        Severity.WARNING,
        "A target of a DataLoad does not begin with /",
        "It is put behind the mount point as it is, and names something else.",
        "begin each path with /",
        _KIND,
        _targets,
        together=True,
        cel=f"{_TARGETS}t.path.startsWith('/'))",
    ),
    Rule(
        "FL0414",
        Severity.WARNING,
        "A target of a DataLoad holds spaces",
        "It is taken for several paths.",
        "name the folder above it",
        _KIND,
        _targets,
        together=True,
        cel=f"{_TARGETS}!t.path.matches('[^ ] +[^ ]'))",
    ),
)
