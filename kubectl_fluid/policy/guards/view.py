"""A Pod as it is when all mutation is over, and what a guard may know beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kubectl_fluid.injection import naming
from kubectl_fluid.validation.rules.read import entries, strings, text

Object = dict[str, Any]

#: Sidecars as such, and with the containers that Fluid puts before init containers of the application.
SIDECAR, OURS = f"{naming.PREFIX}-", (f"{naming.PREFIX}-", f"{naming.INIT_PREFIX}-")


@dataclass(frozen=True)
class View:
    """One Pod. `claims` are those of its namespace that belong to a Dataset, `templates` its InjectionTemplates.

    `namespace_labels` are the labels of its namespace. What has a wrong type counts as absent: the API server
    refuses it before any guard sees it.
    """

    pod: Object
    namespace: str = "default"
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()

    @cached_property
    def labels(self) -> dict[str, str]:
        """The Pod's labels."""
        return strings(self.pod, "metadata", "labels")

    @cached_property
    def annotations(self) -> dict[str, str]:
        """The Pod's annotations."""
        return strings(self.pod, "metadata", "annotations")

    @cached_property
    def volumes(self) -> list[Object]:
        """The Pod's volumes."""
        return [it for _, it in entries(self.pod, "spec", "volumes")]

    @cached_property
    def init_containers(self) -> list[Object]:
        """Init containers, native sidecars among them."""
        return [it for _, it in entries(self.pod, "spec", "initContainers")]

    @cached_property
    def containers(self) -> list[Object]:
        """All containers, init containers last."""
        return [*(it for _, it in entries(self.pod, "spec", "containers")), *self.init_containers]


def name_of(item: Object) -> str:
    """The name of a container or a volume."""
    return text(item, "name")


def mounts(container: Object) -> Iterator[Object]:
    """The mounts of a container."""
    return (it for _, it in entries(container, "volumeMounts"))
