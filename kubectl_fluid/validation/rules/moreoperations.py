"""DataProcess, DataMigrate and DataBackup (Fluid a826600a, pkg/controllers/v1alpha1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.operations import target
from kubectl_fluid.validation.rules.read import at, entries, number, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject

_PROCESSOR = ("spec", "processor")
_INTEGERS = ("sshPort", "sshReadyTimeoutSeconds")
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)


def _namespace(subject: Subject) -> Iterator[Hit]:
    at_dataset = target(subject)
    if at_dataset is None:
        return
    place = (*at_dataset.pointer[:-1], "namespace")
    if subject.kind == "DataProcess" and not text(subject.value, "spec", "dataset", "namespace"):
        message = f"TargetDatasetNotFound: DataProcess {subject.name} names no namespace of its dataset"
        yield Hit("FL0420", place[:-1], message)
    elif at_dataset.namespace != subject.namespace:
        kind = subject.kind[0].lower() + subject.kind[1:]
        yield Hit("FL0420", place, f"{kind}({subject.name}) namespace is not same as dataset")


def _processor(subject: Subject) -> Iterator[Hit]:
    processor = at(subject.value, *_PROCESSOR)
    if not isinstance(processor, dict):
        return
    job, script = processor.get("job"), processor.get("script")
    if job is None and script is None:
        yield Hit("FL0421", _PROCESSOR, "ProcessorNotSpecified: the processor has neither job nor script")
    elif job is not None and script is not None:
        yield Hit(
            "FL0421", (*_PROCESSOR, "script"), "MultipleProcessorSpecified: the processor has both job and script"
        )
    if isinstance(job, dict) and not isinstance(job.get("podSpec"), dict):
        yield Hit("FL0422", (*_PROCESSOR, "job"), "the processor's job has no podSpec")


def _mount_path(subject: Subject) -> Iterator[Hit]:
    path = text(subject.value, "spec", "dataset", "mountPath")
    holders: list[tuple[str | int, ...]] = [(*_PROCESSOR, "script")]
    for field in ("containers", "initContainers"):
        pod = (*_PROCESSOR, "job", "podSpec", field)
        holders += [(*pod, index) for index, _ in entries(subject.value, *pod)]
    for holder in holders:
        for index, mount in entries(subject.value, *holder, "volumeMounts"):
            if path and text(mount, "mountPath") == path:
                message = f"ConflictMountPath: {path} is where the Dataset is mounted"
                yield Hit("FL0423", (*holder, "volumeMounts", index, "mountPath"), message)


def _ssh(subject: Subject) -> Iterator[Hit]:
    options = strings(subject.value, "spec", "parallelOptions")
    if (number(subject.value, "spec", "parallelism") or 1) > 1 and not options.get("sshSecretName"):
        message = "TargetSSHSecretNameNotSet: parallelism above 1 needs parallelOptions.sshSecretName"
        yield Hit("FL0424", ("spec", "parallelism"), message)
    for name in _INTEGERS:
        if name in options and not _INTEGER.fullmatch(options[name]):
            message = f"parallelOptions.{name} is {options[name]!r}, which is no integer"
            yield Hit("FL0425", ("spec", "parallelOptions", name), message)


def _sides(subject: Subject) -> Iterator[Hit]:
    if isinstance(subject.value.get("spec"), dict) and target(subject) is None:
        message = "invalid spec: either spec.to.dataset or spec.from.dataset must be set"
        yield Hit("FL0426", ("spec",), message)


def _runtime_type(subject: Subject) -> Iterator[Hit]:
    wanted, dataset = text(subject.value, "spec", "runtimeType"), target(subject)
    runtime = subject.world.runtime(dataset.namespace, dataset.name) if wanted and dataset else None
    if dataset is not None and runtime is not None:
        kind = runtime[0].removesuffix("Runtime").lower()
        if kind != wanted:
            message = f"runtimeType is {wanted}, and the runtime of {dataset.name} is {kind}"
            yield Hit("FL0427", ("spec", "runtimeType"), message)


def _backup_path(subject: Subject) -> Iterator[Hit]:
    spec = at(subject.value, "spec")
    if isinstance(spec, dict) and not text(spec, "backupPath").startswith(("local://", "pvc://")):
        place = ("spec", "backupPath") if "backupPath" in spec else ("spec",)
        yield Hit("FL0428", place, "PathNotSupported: Only support pvc and local path now")


def _named(side: str) -> str:
    """CEL: this side of a DataMigrate is a Dataset."""
    place = f"object.spec.{side}"
    return f"(has({place}) && has({place}.dataset) && has({place}.dataset.name) && {place}.dataset.name != '')"


def _beside(side: str) -> str:
    """CEL: the Dataset of this side is in the namespace of the DataMigrate."""
    namespace = f"object.spec.{side}.dataset.namespace"
    return f"(!has({namespace}) || {namespace} == '' || {namespace} == object.metadata.namespace)"


_ERROR = Severity.ERROR
_PROCESS, _MIGRATE = ("DataProcess",), ("DataMigrate",)
_HAS_PROCESSOR = "!has(object.spec) || !has(object.spec.processor) || "

RULES = (
    Rule(
        "FL0420",
        _ERROR,
        "A DataProcess or DataMigrate and its Dataset are in different namespaces",
        "Its phase becomes Failed; a DataProcess must also name the namespace.",
        "make it in the namespace of the Dataset, and name that",
        ("DataProcess", "DataMigrate"),
        _namespace,
        says="TargetDatasetNamespaceNotSame",
        cel="!has(object.spec) || (object.kind == 'DataProcess' ? (!has(object.spec.dataset) || "
        "object.spec.dataset.name == '' || (has(object.spec.dataset.namespace) && "
        f"object.spec.dataset.namespace == object.metadata.namespace)) : ({_named('to')} ? {_beside('to')} : "
        f"(!{_named('from')} || {_beside('from')})))",
    ),
    Rule(
        "FL0421",
        _ERROR,
        "A DataProcess has not one processor",
        "It runs a job or a script.",
        "give processor.job or processor.script",
        _PROCESS,
        _processor,
        says="ProcessorNotSpecified, MultipleProcessorSpecified",
        cel=f"{_HAS_PROCESSOR}has(object.spec.processor.job) != has(object.spec.processor.script)",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0422",
        _ERROR,
        "The job of a DataProcess has no podSpec",
        "Fluid's controller panics on it and restarts, again and again.",
        "set processor.job.podSpec",
        _PROCESS,
        _processor,
        cel=f"{_HAS_PROCESSOR}!has(object.spec.processor.job) || has(object.spec.processor.job.podSpec)",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0423",
        _ERROR,
        "The processor mounts something where the Dataset is mounted",
        "Its phase becomes Failed.",
        "mount it elsewhere, or change spec.dataset.mountPath",
        _PROCESS,
        _mount_path,
        says="ConflictMountPath",
        cel=f"{_HAS_PROCESSOR}!has(object.spec.processor.script) || !has(object.spec.processor.script.volumeMounts) || "
        "object.spec.processor.script.volumeMounts.all(m, m.mountPath != object.spec.dataset.mountPath)",
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0424",
        _ERROR,
        "A DataMigrate in parallel has no SSH key",
        "Its workers are reached by SSH; its phase becomes Failed.",
        "set parallelOptions.sshSecretName, or parallelism to 1",
        _MIGRATE,
        _ssh,
        says="TargetSSHSecretNameNotSet",
        cel="!has(object.spec) || !has(object.spec.parallelism) || object.spec.parallelism <= 1 || (has("
        "object.spec.parallelOptions) && 'sshSecretName' in object.spec.parallelOptions)",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0425",
        _ERROR,
        "A number among parallelOptions is none",
        "sshPort (22) and sshReadyTimeoutSeconds (180) are integers.",
        "write a whole number in quotes",
        _MIGRATE,
        _ssh,
        cel="!has(object.spec) || !has(object.spec.parallelOptions) || ['sshPort', 'sshReadyTimeoutSeconds'].all(k, "
        "!(k in object.spec.parallelOptions) || object.spec.parallelOptions[k].matches('^[+-]?[0-9]+$'))",
    ),
    Rule(
        "FL0426",
        _ERROR,
        "A DataMigrate has no Dataset",
        "One side has to be a Dataset.",
        "set spec.to.dataset or spec.from.dataset",
        _MIGRATE,
        _sides,
        says="invalid spec: either spec.to.dataset or spec.from.dataset must be set",
        cel=f"!has(object.spec) || {_named('to')} || {_named('from')}",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0427",
        _ERROR,
        "The runtimeType of a DataMigrate is not that of the Dataset",
        "It must be a runtime that the Dataset is bound to.",
        "leave runtimeType out",
        _MIGRATE,
        _runtime_type,
        together=True,
    ),
    Rule(
        "FL0428",
        _ERROR,
        "A DataBackup's path is neither local nor a claim",
        "Its phase becomes Failed.",
        "write local:///folder or pvc://claim/folder",
        ("DataBackup",),
        _backup_path,
        says="Only support pvc and local path now",
        cel="!has(object.spec) || (has(object.spec.backupPath) && (object.spec.backupPath.startsWith('local://') || "
        "object.spec.backupPath.startsWith('pvc://')))",
        reason="FieldValueNotSupported",
    ),
)
