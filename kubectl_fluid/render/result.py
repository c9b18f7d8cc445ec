"""What rendering gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.fields import copied

#: Kinds of rendered objects that belong to no namespace.
_CLUSTER = frozenset(("PersistentVolume",))


@dataclass(frozen=True, slots=True)
class Rendered:
    """Objects as Fluid's controllers make them; with errors there are none.

    Like a Helm chart, Fluid leaves most of its objects without a namespace: they go to `namespace`. `placed` has it
    in all of them. `worker_affinity` and `worker_replicas` are what the controller writes into the StatefulSet once
    it is there (it is installed without affinity and with no replicas).
    """

    namespace: str = ""
    objects: tuple[Object, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    worker_affinity: Object | None = None
    worker_replicas: int = 0

    def find(self, kind: str, name: str) -> Object | None:
        """The object of this kind and name."""
        return next((it for it in self.objects if (it["kind"], it["metadata"]["name"]) == (kind, name)), None)

    def placed(self) -> tuple[Object, ...]:
        """The objects with their namespace, the StatefulSet as it is once its controller is done with it."""
        return tuple(self._placed(copied(value)) for value in self.objects)

    def _placed(self, value: Object) -> Object:
        if value["kind"] not in _CLUSTER:
            value["metadata"].setdefault("namespace", self.namespace)
        if value["kind"] == "StatefulSet":
            value["spec"]["replicas"] = self.worker_replicas
            if self.worker_affinity is not None:
                value["spec"]["template"]["spec"].setdefault("affinity", copied(self.worker_affinity))
        return value


def failed(errors: Iterable[Problem], warnings: Iterable[Problem] = ()) -> Rendered:
    """A rendering that gives nothing."""
    return Rendered(errors=tuple(dict.fromkeys(errors)), warnings=tuple(dict.fromkeys(warnings)))
