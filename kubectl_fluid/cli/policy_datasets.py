"""Which Datasets `policy compile` is about: those among documents, or those of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.catalog.objects import FLUID_GROUP
from kubectl_fluid.claims import Name
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.passes import collect_objects
from kubectl_fluid.workloads import objects

#: Kind → whether each of them has a template; of claims, those that are Fluid's.
_KINDS = {"PersistentVolumeClaim": False, "Dataset": True}


@dataclass
class _Named:
    """Names of claims and Datasets; True for a Dataset."""

    namespace: str
    names: dict[Name, bool] = field(default_factory=dict)

    def wanted(self, kind: str) -> bool:
        return kind in _KINDS

    def add(self, value: Any) -> None:
        for _, item in objects(value):
            kind, metadata = item.get("kind"), item.get("metadata")
            if kind not in _KINDS or not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
                continue
            name = Name(str(metadata.get("namespace") or self.namespace), metadata["name"])
            self.names[name] = self.names.get(name, False) or _KINDS[kind]


def in_files(inputs: Iterable[Input], namespace: str) -> dict[Name, bool]:
    """Claims and Datasets in the files, in their order; True for a Dataset. `namespace` is for those that name none."""
    named = _Named(namespace)
    collect_objects(inputs, named, lenient=False)
    return named.names


def in_cluster(options: Mapping[str, Any], namespace: str | None, environment: Environment) -> dict[Name, bool]:
    """The Datasets of a namespace of the cluster, or of all where it is None. Raises ClusterError."""
    from kubectl_fluid.cluster.connect import connect  # 0.3 s, for `kubernetes`
    from kubectl_fluid.cluster.listing import Resource, collect

    connection = connect(
        options["kubeconfig"],
        options["context"],
        options["as_user"],
        options["as_groups"],
        variables=environment.variables,
    )
    datasets = Resource("Dataset", FLUID_GROUP, "v1alpha1", "datasets")
    try:
        found, _ = collect(connection.api, datasets, namespace, lambda item: item.get("metadata"))
    finally:
        connection.api.pool.clear()
    return {Name(str(it["namespace"]), str(it["name"])): True for it in found if "namespace" in it and "name" in it}
