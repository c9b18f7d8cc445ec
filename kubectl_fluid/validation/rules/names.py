"""Names: what Fluid and Helm take, and what a Dataset and its runtime must share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.render.inputs import Metadata
from kubectl_fluid.render.labels import Identity, check_names
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import OPERATIONS, RUNTIMES, Subject

_NAME = ("metadata", "name")
#: A name of which nobody complains; for others rendering has the sentence.
_PLAIN = re.compile(r"[a-z]([-a-z0-9]{0,51}[a-z0-9])?")
#: Suffix that Fluid gives the Helm release of an operation.
SUFFIXES = {"DataLoad": "-loader", "DataMigrate": "-migrate", "DataProcess": "-processor", "DataBackup": "-charts"}
_RELEASE = 53


def _problems(subject: Subject) -> list[Problem]:
    metadata = Metadata(Name(subject.namespace, subject.name), "", {})
    return check_names(metadata, metadata, subject.kind)


def _label(subject: Subject) -> Iterator[Hit]:
    start = f"Failed to create {'dataset' if subject.kind == 'Dataset' else 'ddc engine'}"
    for problem in () if not subject.name or _PLAIN.fullmatch(subject.name) else _problems(subject):
        if problem.message.startswith(start):
            yield Hit("FL0101", _NAME, problem.message, problem.hint)


def _release(subject: Subject) -> Iterator[Hit]:
    if len(subject.name) > _RELEASE:
        for problem in _problems(subject):
            if "is longer than" in problem.message:
                yield Hit("FL0102", _NAME, problem.message)


def _operation(subject: Subject) -> Iterator[Hit]:
    limit = _RELEASE - len(SUFFIXES[subject.kind])
    if len(subject.name) > limit:
        message = f"the name of {subject.kind} {subject.name} is longer than {limit} characters"
        yield Hit("FL0103", _NAME, message)


def _long(subject: Subject) -> Iterator[Hit]:
    if subject.name and Identity(subject.namespace, subject.name, "").needs_uid:
        message = f"{subject.namespace}-{subject.name} is too long for labels: Fluid writes the Dataset's UID there"
        yield Hit("FL0104", _NAME, message)


def _twice(subject: Subject) -> Iterator[Hit]:
    if subject.doubled:
        message = f"{subject.kind} {subject.namespace}/{subject.name} stands twice in this input"
        yield Hit("FL0105", _NAME, message)


def _option(subject: Subject) -> Iterator[Hit]:
    if "-o" in subject.namespace or "-o" in subject.name:
        message = f"{subject.namespace}/{subject.name} holds -o, at which Fluid looks for the mount options"
        yield Hit("FL0106", _NAME, message)


_DNS_LABEL = "object.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')"

RULES = (
    Rule(
        "FL0101",
        Severity.ERROR,
        "The name of a Dataset or runtime is not a DNS-1035 label",
        "Fluid makes names and label values of it; the controller refuses the object with an event and tries again.",
        "at most 63 lower case letters, digits and -, a letter first",
        ("Dataset", *RUNTIMES),
        _label,
        says="Failed to create dataset because err …; Failed to create ddc engine due to error …",
        cel=_DNS_LABEL,
    ),
    Rule(
        "FL0102",
        Severity.ERROR,
        "The name of a runtime is too long for a Helm release",
        "The runtime becomes a Helm release of the same name, and those have 53 characters at most.",
        "shorten the names of Dataset and runtime to 53 characters",
        RUNTIMES,
        _release,
        cel="object.metadata.name.size() <= 53",
        reason="FieldValueTooLong",
    ),
    Rule(
        "FL0103",
        Severity.ERROR,
        "The name of a data operation is too long for a Helm release",
        "The release is called `<name>-loader` (DataLoad), `-migrate`, `-processor` or `-charts` (DataBackup), and has "
        "53 characters at most.",
        "shorten the name: DataLoad and DataBackup take 46 characters, DataMigrate 45, DataProcess 43",
        OPERATIONS,
        _operation,
        cel="object.metadata.name.size() <= 53 - {'DataLoad': 7, 'DataMigrate': 8, 'DataProcess': 10, "
        "'DataBackup': 7}[object.kind]",
        reason="FieldValueTooLong",
    ),
    Rule(
        "FL0104",
        Severity.INFO,
        "Namespace and name are too long for Fluid's labels",
        f"Labels such as `{keys.STORAGE_PREFIX}<namespace>-<name>` hold the Dataset's UID instead, which only the "
        "cluster knows: node selectors and affinities cannot be written ahead.",
        "shorten the name if you select nodes by these labels",
        ("Dataset",),
        _long,
    ),
    Rule(
        "FL0105",
        Severity.WARNING,
        "An object stands twice in one input",
        "Applied in this order, the last one overwrites those before it.",
        "remove one of the two, or rename it",
        ("Dataset", *RUNTIMES, *OPERATIONS, "ThinRuntimeProfile", "CacheRuntimeClass", "Secret"),
        _twice,
        together=True,
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0106",
        Severity.INFO,
        "A name that Fluid takes for a mount option",
        "Both names stand in JuiceFS' mount command, which Fluid parts at `-o` to see whether options have changed: it "
        "overlooks such changes, and FUSE goes on with the old options.",
        "use names without -o, or restart FUSE by hand after a change",
        ("JuiceFSRuntime",),
        _option,
        cel="!object.metadata.name.contains('-o') && (!has(object.metadata.namespace) || "
        "!object.metadata.namespace.contains('-o'))",
    ),
)
