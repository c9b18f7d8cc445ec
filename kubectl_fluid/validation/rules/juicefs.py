"""A JuiceFSRuntime and its Dataset: whatever rendering finds, with the place.

Where one of the two is not known, a stand-in takes its part that nothing is wrong with; only problems of the one that
is there are told then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubectl_fluid.claims import Problem
from kubectl_fluid.render import render
from kubectl_fluid.render.checks import SCHEME
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.bridge import hits
from kubectl_fluid.validation.rules.juicefs_places import ROWS
from kubectl_fluid.validation.rules.read import Object, entries, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import GROUP, Subject

KIND = "JuiceFSRuntime"
#: Problems of a runtime that the community edition has only where the enterprise edition has them as well.
EITHER_EDITION = frozenset(
    (
        "QuotaList",
        "CommaPath",
        "NoCachePath",
        "VolumeSource",
        "MemoryLimit",
        "MemoryCache",
        "MissingVolume",
        "UnmountedTemplate",
        "AmbiguousVolume",
        "TemplateNames",
        "TwoTags",
        "SelectorLabel",
        "RuntimeDeprecated",
    )
)


def is_juicefs(dataset: Object) -> bool:
    """Whether a Dataset without a runtime is meant for JuiceFS."""
    return any(text(mount, "mountPoint").startswith(SCHEME[:-1]) for _, mount in entries(dataset, "spec", "mounts"))


def problems(subject: Subject) -> Iterator[Hit]:
    """What is wrong with a Dataset or a JuiceFSRuntime, in the light of the other one."""
    if not subject.name:
        return
    found = _of_dataset(subject) if subject.kind == "Dataset" else _of_runtime(subject)
    yield from hits(ROWS, found, subject.value)


def rules_about(kind: str) -> Callable[..., Rule]:
    """Makes rules about objects of one kind whose breaches `problems` finds; the parameters are those of `make`."""

    def make(
        code: str,
        severity: Severity,
        title: str,
        why: str,
        cure: str,
        says: str = "",
        cel: str = "",
        reason: str = "FieldValueInvalid",
    ) -> Rule:
        return Rule(code, severity, title, why, cure, (kind,), problems, says, together=True, cel=cel, reason=reason)

    return make


def _of_dataset(subject: Subject) -> list[Problem]:
    runtime = subject.world.runtime(subject.namespace, subject.name)
    if runtime is None and is_juicefs(subject.value):
        return _render(subject.placed, _runtime(subject))
    if runtime is None or runtime[0] != KIND:
        return []
    return _render(subject.placed, {**_runtime(subject), "spec": runtime[1].get("spec")})


def _of_runtime(subject: Subject) -> list[Problem]:
    dataset = subject.world.find("Dataset", subject.namespace, subject.name)
    if dataset is not None:
        return _render({**_dataset(subject, ""), "spec": dataset.get("spec")}, subject.placed)
    found = [it for it in _render(_dataset(subject, "metaurl"), subject.placed) if it.code in ROWS]
    if {it.code for it in found} <= EITHER_EDITION:
        return found
    enterprise = _render(_dataset(subject, "token"), subject.placed)
    return [it for it in found if it.code in EITHER_EDITION or it in enterprise]


def _render(dataset: Object, runtime: Object) -> list[Problem]:
    rendered = render(dataset, runtime)
    return [*rendered.errors, *rendered.warnings]


def _metadata(subject: Subject) -> Object:
    return {"name": subject.name, "namespace": subject.namespace}


def _runtime(subject: Subject) -> Object:
    return {"apiVersion": f"{GROUP}/v1alpha1", "kind": KIND, "metadata": _metadata(subject), "spec": {"replicas": 1}}


def _dataset(subject: Subject, credential: str) -> Object:
    reference = {"secretKeyRef": {"name": "secret", "key": "key"}}
    mount = {
        "mountPoint": "juicefs:///",
        "name": "volume",
        "options": {"storage": "s3", "bucket": "b"},
        "encryptOptions": [{"name": credential, "valueFrom": reference}],
    }
    metadata = _metadata(subject)
    return {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Dataset", "metadata": metadata, "spec": {"mounts": [mount]}}
