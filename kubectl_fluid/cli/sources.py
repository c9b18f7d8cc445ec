"""Where claims come from: the input itself, `--objects`, and behind those the cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import NAMED_ONLY, Get, ObjectStore, first_of, wanted
from kubectl_fluid.catalog.rendered import Rendering
from kubectl_fluid.claims import Claims
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.passes import collect_objects
from kubectl_fluid.cluster.errors import ClusterError, NoCluster
from kubectl_fluid.injection.reason import Reason
from kubectl_fluid.workloads import WorkloadError, objects

if TYPE_CHECKING:
    from kubectl_fluid import render
    from kubectl_fluid.catalog.live import LiveObjects

Object = dict[str, Any]

#: Refusals because an object does not exist.
MISSING = ("ClaimNotFound", "DatasetNotFound", "RuntimeNotFound", "VolumeNotFound", "FuseNotFound")


class ClusterOptions(NamedTuple):
    """The options of `cluster_options` as click gives them."""

    objects: tuple[str, ...]
    local: bool
    kubeconfig: str | None
    context: str | None
    namespace: str | None
    as_user: str | None
    as_groups: tuple[str, ...]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> ClusterOptions:
        """The members of this class among click's options."""
        return cls(**{name: options[name] for name in cls._fields})


@dataclass
class Found:
    """What the first pass keeps: objects that claims are made from, and which Secrets and ConfigMaps there are."""

    store: ObjectStore
    with_config_maps: bool = False
    config_maps: set[tuple[str, str]] = field(default_factory=set)

    def wanted(self, kind: str) -> bool:
        """Whether objects of this kind are kept."""
        return wanted(kind) or kind == NAMED_ONLY or (self.with_config_maps and kind == "ConfigMap")

    def add(self, value: Any) -> None:
        """Take a document's objects."""
        self.store.add(value)
        if not self.with_config_maps:
            return
        with contextlib.suppress(WorkloadError):  # the second pass says what is wrong with it
            for _, item in objects(value):
                if item.get("kind") == "ConfigMap":
                    self.config_maps.add(object_key(item, self.store.namespace))


def object_key(value: Object, namespace: str) -> tuple[str, str]:
    """Namespace and name; `namespace` for an object that names none."""
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return str(metadata.get("namespace") or namespace), str(metadata.get("name") or "")


class Sources:
    """Looks objects up in the input, then in `--objects`, then in the cluster.

    The cluster is connected to when it is asked for the first time, which may be never. `namespace` is that of
    documents which name none.
    """

    def __init__(self, options: ClusterOptions, environment: Environment, *, with_config_maps: bool = False) -> None:
        self.options = options
        self.environment = environment
        self.namespace = options.namespace or self._namespace_of_context() or "default"
        self.found = Found(ObjectStore(self.namespace), with_config_maps=with_config_maps)
        self._live: LiveObjects | None = None
        self._has_objects = False

    def claims(self, inputs: list[Input], *, rendering: Callable[[], render.Environment] | None = None) -> Claims:
        """Read the input and `--objects` for what claims are made of, and make a lookup of it.

        With `rendering`, what Fluid's controllers would make of a Dataset and a runtime in these files is rendered
        where it is missing there; `rendering` is then asked for the controllers' environment.
        """
        dumped = Found(ObjectStore(self.namespace))
        dumps = collect(self.options.objects, recursive=False, kustomize=None, environment=self.environment)
        collect_objects(dumps, dumped, lenient=False)
        collect_objects(inputs, self.found, lenient=True)
        files = first_of(self.found.store.get, dumped.store.get)
        self._has_objects = bool(len(self.found.store) or len(dumped.store))
        sources: list[Get] = [files] if self.options.local else [files, self._ask_if_there_is_one]
        if rendering is not None:
            sources[0] = Rendering(files, first_of(*sources), rendering).get
        return claims_from(first_of(*sources), self.found.store.secrets | dumped.store.secrets)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._live is not None:
            self._live.close()

    @property
    def advice(self) -> str:
        """A sentence on why the cluster had nothing to say, where there is one."""
        return self._live.advice if self._live is not None else ""

    def cure(self, reason: Reason) -> Reason:
        """The reason with the hint to look for what is missing among the files, where these are all there is."""
        if reason.code not in MISSING or self._live is not None:
            return reason
        other = "leave --local out" if self.options.local else "name a cluster with --kubeconfig or --context"
        return reason._replace(hint=f"the object is not among the files: add it with --objects, or {other}")

    def _ask(self, kind: str, namespace: str, name: str) -> Object | None:
        if self._live is None:
            from kubectl_fluid.catalog.live import connect  # 0.3 s, for `kubernetes`

            self._live = connect(
                self.options.kubeconfig,
                self.options.context,
                self.options.as_user,
                self.options.as_groups,
                variables=self.environment.variables,
            )
        return self._live.get(kind, namespace, name)

    def _ask_if_there_is_one(self, kind: str, namespace: str, name: str) -> Object | None:
        """What the cluster says; nothing where none is configured and the files hold objects to go by."""
        try:
            return self._ask(kind, namespace, name)
        except NoCluster:
            if not self._has_objects:
                raise
            return None

    def _namespace_of_context(self) -> str | None:
        if self.options.local:
            return None
        from kubectl_fluid.cluster.kubeconfig import choose

        try:
            choice = choose(self.options.kubeconfig, self.options.context, self.environment.variables)
        except ClusterError:  # told by `connect`, if anybody has to ask the cluster at all
            return None
        return choice.namespace if choice is not None else None
