"""A DataLoad: what Fluid's controller refuses and what JuiceFS makes of its targets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid.render import dataload_problems
from kubectl_fluid.render.quoting import refused_character
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.bridge import Row, hits
from kubectl_fluid.validation.rules.read import Object, entries, mapping, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject

#: What timeout(1) takes.
_DURATION = re.compile(r"[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?[smhd]?", re.ASCII)


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


def _namespace(subject: Subject) -> Iterator[Hit]:
    dataset = mapping(subject.value, "spec", "dataset")
    if text(dataset, "name") and text(dataset, "namespace") != subject.namespace:
        yield from hits(_ALWAYS, dataload_problems(subject.placed), subject.value)


def _remarkable(value: Object) -> bool:
    """Whether rendering may find anything in paths and options; what has none of this costs no rendering."""
    paths = [text(target, "path").strip() for _, target in entries(value, "spec", "target")]
    if any(not path.startswith("/") or len(path.split()) > 1 for path in paths):
        return True
    options = strings(value, "spec", "options")
    return any(map(refused_character, (*paths, *options, *options.values())))


def _targets(subject: Subject) -> Iterator[Hit]:
    """Targets of a DataLoad for JuiceFS, or for a Dataset that is not known."""
    if not _remarkable(subject.value):
        return
    namespace, name = subject.namespace, text(subject.value, "spec", "dataset", "name")
    runtime = subject.world.runtime(namespace, name) if name else None
    if runtime is None or runtime[0] == "JuiceFSRuntime":
        yield from hits(_JUICEFS, dataload_problems(subject.placed), subject.value)


def _timeout(subject: Subject) -> Iterator[Hit]:
    """The time that `timeout` gives to warming up, in JuiceFS' script."""
    given = strings(subject.value, "spec", "options").get("timeout", "")
    if not given or _DURATION.fullmatch(given):
        return
    name = text(subject.value, "spec", "dataset", "name")
    runtime = subject.world.runtime(subject.namespace, name) if name else None
    if runtime is None or runtime[0] == "JuiceFSRuntime":
        yield Hit("FL0416", ("spec", "options", "timeout"), f"timeout: invalid time interval {given!r}")


_ERROR = Severity.ERROR
_KIND = ("DataLoad",)
_DATASET = "!has(object.spec) || !has(object.spec.dataset) || "


def _plain(text: str) -> str:
    """CEL: nothing that `render.quoting.refused_character` finds."""
    control = r"[\\x00-\\x08\\x0a-\\x1f\\x7f\\x{85}\\x{2028}\\x{2029}]"
    return f"!{text}.matches('{control}') && ({text}.matches('[$`&;>|()]') || !{text}.matches('<|(^|\\\\s)#'))"


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
        cel=f"{_DATASET}object.spec.dataset.name == '' || (has(object.spec.dataset.namespace) && "
        "object.spec.dataset.namespace != '')",
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
        cel=f"!has(object.spec) || ((!has(object.spec.target) || object.spec.target.all(t, {_plain('t.path.trim()')})) "
        f"&& (!has(object.spec.options) || object.spec.options.all(k, {_plain('k')} && "
        f"{_plain('object.spec.options[k]')})))",
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
        cel=f"{_TARGETS}!t.path.matches('[^\\\\s]\\\\s+[^\\\\s]'))",
    ),
    Rule(
        "FL0416",
        _ERROR,
        "The timeout of a DataLoad is no time",
        "JuiceFS' script hands it to timeout(1), which takes one number and one unit: each attempt ends at once.",
        "write a number and s, m, h or d: 90m instead of 1h30m",
        _KIND,
        _timeout,
        says="timeout: invalid time interval 'x'",
        together=True,
        cel="!has(object.spec) || !has(object.spec.options) || !('timeout' in object.spec.options) || "
        f"object.spec.options['timeout'].matches('^({_DURATION.pattern})?$')",
    ),
)
