"""Everything that `render` reads, and what Fluid's controllers make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kubectl_fluid import render as core
from kubectl_fluid.catalog.objects import FLUID_GROUP, ObjectStore
from kubectl_fluid.catalog.rendered import Rendering
from kubectl_fluid.catalog.runtimes import KINDS
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.cli.documents import document_error
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.failure import say_error
from kubectl_fluid.cli.result import object_name, text_of
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.render.fields import Fields
from kubectl_fluid.workloads import WorkloadError, objects

Object = dict[str, Any]

_SUBJECTS = frozenset(("Dataset", "DataLoad", *KINDS))


@dataclass(frozen=True, slots=True)
class Subject:
    """A Dataset, a runtime or a DataLoad with its name, or what is wrong with its metadata."""

    kind: str
    name: Name
    value: Object
    faults: tuple[Problem, ...]

    @classmethod
    def of(cls, value: Object, namespace: str) -> Subject:
        """The object; `namespace` for one that names none."""
        faults: list[Problem] = []
        metadata = Fields(value, value["kind"], faults).child("metadata")
        name = Name(metadata.text("namespace") or namespace, metadata.text("name"))
        if not (name.name or faults):
            faults.append(Problem("Name", "metadata.name: Required value: name or generateName is required"))
        placed = value if faults else {**value, "metadata": {**value["metadata"], "namespace": name.namespace}}
        return cls(value["kind"], name, placed, tuple(faults))


class Renderer:
    """Takes all documents first, since a Dataset may stand behind its runtime, then renders in their order."""

    def __init__(
        self,
        environment: Environment,
        controllers: core.Environment,
        ports: core.Ports,
        namespace: str,
        *,
        quiet: bool = False,
        settled: bool = False,
    ) -> None:
        self.failed = False
        self._environment = environment
        self._quiet = quiet
        self._settled = settled
        self._controllers = controllers
        self._store = ObjectStore(namespace)
        self._source = Rendering(self._store.get, self._store.get, lambda: controllers, ports)
        self._subjects: list[Subject] = []

    def add(self, document: Document) -> None:
        """Takes one document. Raises ManifestError for a List that is none."""
        self._store.add(document.value)
        try:
            for _, item in objects(document.value):
                kind, group = text_of(item.get("kind")), text_of(item.get("apiVersion")).partition("/")[0]
                if kind in _SUBJECTS and group == FLUID_GROUP:
                    self._subjects.append(Subject.of(item, self._store.namespace))
        except WorkloadError as error:
            raise document_error(document, error) from error

    def all(self) -> list[Object] | None:
        """Every object; None where there is nothing to render. What goes wrong is said and remembered in `failed`."""
        made: list[Object] = []
        order = {"Dataset": 0, "DataLoad": 1}
        given = Counter((it.kind, it.name) for it in self._subjects if not it.faults)
        for subject in sorted(self._subjects, key=lambda it: order.get(it.kind, len(order))):
            twice = given.pop((subject.kind, subject.name), None) if not subject.faults else 1
            if twice is not None:  # else it was given before, which was said
                made += self._take(subject, self._twice(subject) if twice > 1 else self._render(subject))
        return made if any(it.kind in order for it in self._subjects) else None

    def _twice(self, subject: Subject) -> core.Rendered:
        message = f"{subject.kind} {subject.name} is given twice"
        return core.Rendered(errors=(Problem("GivenTwice", message, "keep one of them"),))

    def _render(self, subject: Subject) -> core.Rendered:
        if subject.faults:
            return core.Rendered(errors=subject.faults)
        if subject.kind == "Dataset":
            return self._source.render(*subject.name)
        return self._load(subject) if subject.kind == "DataLoad" else self._runtime(subject)

    def _runtime(self, subject: Subject) -> core.Rendered:
        """Runtimes are rendered with their Datasets; one that has none waits."""
        if any(it.kind == "Dataset" and it.name == subject.name for it in self._subjects):
            return core.Rendered()
        message = "No dataset can be bound to the runtime, waiting."
        hint = f"give the Dataset {subject.name} too: it has the name of its runtime"
        return core.Rendered(warnings=(Problem("NoDataset", message, hint),))

    def _load(self, subject: Subject) -> core.Rendered:
        target = Fields(subject.value, "DataLoad").child("spec").child("dataset")
        namespace, name = target.text("namespace") or subject.name.namespace, target.text("name")
        dataset = self._store.get("Dataset", namespace, name)
        runtime = next(self._runtimes(namespace, name), None)
        return core.dataload(subject.value, dataset, runtime, environment=self._controllers)

    def _runtimes(self, namespace: str, name: str) -> Iterator[Object]:
        yield from filter(None, (self._store.get(kind, namespace, name) for kind in KINDS))

    def _take(self, subject: Subject, made: core.Rendered) -> tuple[Object, ...]:
        name = printable(object_name(subject.value))
        for problem in made.errors:
            self.failed = True
            say_error(self._environment, f"{name}: {problem.message}", problem.hint)
        for problem in () if self._quiet else made.warnings:
            mark = self._environment.style("warning:", "yellow")
            self._environment.say(f"{mark} {name}: {printable(problem.message)}")
            if problem.hint:
                self._environment.say(f"{self._environment.style('hint:', 'cyan')} {printable(problem.hint)}")
        return made.placed() if self._settled else made.objects
