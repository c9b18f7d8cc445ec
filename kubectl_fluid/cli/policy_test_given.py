"""What the files of `policy test` hold: Pods and objects to try, and what their cluster is like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubectl_fluid.catalog.objects import FLUID_GROUP
from kubectl_fluid.claims import Claims, Name
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.policy_compile import template_of
from kubectl_fluid.policy import names
from kubectl_fluid.policy.check import findings
from kubectl_fluid.validation.rules.read import strings, text
from kubectl_fluid.validation.rules.subject import CLUSTER_WIDE
from kubectl_fluid.workloads import objects, slots
from kubectl_fluid.workloads.label import label
from kubectl_fluid.workloads.label import namespace as namespace_of

Object = dict[str, Any]

_API_VERSIONS = {
    "Dataset": f"{FLUID_GROUP}/v1alpha1",
    "Namespace": "v1",
    names.TEMPLATE.kind: names.TEMPLATE.api_version,
}


@dataclass
class Given:
    """InjectionTemplates, names of Datasets, and labels of Namespaces; `namespace` is for those that name none."""

    namespace: str
    templates: dict[Name, Object] = field(default_factory=dict)
    datasets: set[Name] = field(default_factory=set)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    _made: dict[Name, Object | None] = field(default_factory=dict)

    def wanted(self, kind: str) -> bool:
        """Whether objects of this kind are kept."""
        return kind in _API_VERSIONS

    def add(self, value: Any) -> None:
        """Take a document's objects."""
        for _, item in objects(value):
            kind, name = item.get("kind"), text(item, "metadata", "name")
            if not name or kind not in _API_VERSIONS or item.get("apiVersion") != _API_VERSIONS[kind]:
                continue
            where = Name(namespace_of(item) or self.namespace, name)
            if kind == "Namespace":
                self.labels[name] = strings(item, "metadata", "labels")
            elif kind == "Dataset":
                self.datasets.add(where)
            else:
                self.templates[where] = item

    def check(self) -> None:
        """Raise CommandError for a template that no API server takes; `add` cannot, where reading is lenient."""
        for where, template in self.templates.items():
            _check(template, where)

    def template(self, claims: Claims, namespace: str, name: str) -> Object | None:
        """The template of a claim: the one that is given, else the one that `policy compile` makes."""
        where = Name(namespace, name)
        if where not in self._made:
            given = self.templates.get(where)
            self._made[where] = given or template_of(where, claims, of_dataset=where in self.datasets)
        return self._made[where]


def _check(template: Object, name: Name) -> None:
    if wrong := findings(template):
        place, first = ".".join(map(str, wrong[0].pointer)), wrong[0].message
        raise CommandError(
            printable(f"InjectionTemplate {name}"),
            printable(f"{place}: {first}: the API server would not take it"),
            "leave it out, and it is compiled; or make it by `kubectl fluid policy compile`",
        )


class Subject(NamedTuple):
    """An object to try, by the name of what makes it; `pointer` leads to it from its document."""

    name: str
    value: Object
    namespace: str
    pointer: tuple[str | int, ...]


def subjects(value: Any, namespace: str) -> Iterator[Subject]:
    """Pods, those of Pod templates, and objects of Fluid's. Raises WorkloadError."""
    for pointer, item in objects(value):
        where = namespace_of(item) or namespace
        if str(item.get("apiVersion")).startswith(f"{FLUID_GROUP}/"):
            yield _of_fluid(item, where, pointer)
            continue
        for slot in slots(item):
            yield Subject(slot.name, _pod(item, slot.pod, where), where, (*pointer, *slot.pointer))


def _of_fluid(value: Object, namespace: str, pointer: tuple[str | int, ...]) -> Subject:
    metadata = value.get("metadata")
    if value.get("kind") in CLUSTER_WIDE or not isinstance(metadata, dict):
        return Subject(label(value), value, "", pointer)
    return Subject(label(value), {**value, "metadata": {**metadata, "namespace": namespace}}, namespace, pointer)


def _pod(owner: Object, template: Object, namespace: str) -> Object:
    """The Pod as it is created: a Pod as it is, else what a controller makes of the template.

    A Deployment's Pods belong to its ReplicaSet, and a CronJob's to a Job, whose names nobody knows before: they are
    told by the object itself.
    """
    metadata = template.get("metadata") or {}
    if owner.get("kind") == "Pod":
        return {**template, "metadata": {**metadata, "namespace": namespace}}
    name = text(owner, "metadata", "name")
    reference = {"apiVersion": owner.get("apiVersion"), "kind": owner.get("kind"), "name": name, "controller": True}
    made = {**metadata, "namespace": namespace, "generateName": f"{name}-", "ownerReferences": [reference]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": made, "spec": template["spec"]}
