"""The FUSE DaemonSet and the worker StatefulSet (charts/juicefs 0.2.16)."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid import keys
from kubectl_fluid.claims import Object
from kubectl_fluid.render import pods
from kubectl_fluid.render.cachedirs import Volumes
from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.fields import go_bool
from kubectl_fluid.render.images import ResolvedImage
from kubectl_fluid.render.inputs import Component, Dataset, Runtime
from kubectl_fluid.render.labels import Chart

FUSE_ROLE = "juicefs-fuse"
WORKER_ROLE = "juicefs-worker"
_FUSE_LABELS = "fuse-labels-downward-api-volume"
_UPDATE = {"type": "OnDelete"}


@dataclass(frozen=True, slots=True)
class Paths:
    """Where FUSE mounts: `mount` is the mount point, `host` the folder of the node that holds it."""

    host: str

    @property
    def mount(self) -> str:
        """The mount point, on the node as in the container."""
        return f"{self.host}/juicefs-fuse"


@dataclass(frozen=True, slots=True)
class Parts:
    """What was worked out for one component."""

    component: Component
    image: ResolvedImage
    env: list[Object]
    resources: Object
    port: int | None
    volumes: Volumes


@dataclass(frozen=True, slots=True)
class Release:
    """What all objects of one runtime share."""

    dataset: Dataset
    runtime: Runtime
    environment: Environment
    chart: Chart
    paths: Paths
    owners: list[Object]

    @property
    def name(self) -> str:
        """The name of the Helm release, which is the runtime's."""
        return self.runtime.metadata.name.name


def daemon_set(release: Release, parts: Parts) -> Object:
    """The DaemonSet `<name>-fuse`, whose Pod template becomes the sidecar."""
    spec = pods.pod_spec([_fuse_container(release, parts)], parts.volumes, host_network=parts.component.host_network)
    spec["hostPID"] = bool(go_bool(release.runtime.metadata.annotations.get(keys.FUSE_HOST_PID, "")))
    spec["tolerations"] = [{"operator": "Exists"}]
    spec["nodeSelector"] = {**parts.component.node_selector, release.chart.identity.fuse_label: "true"}
    if release.environment.critical_fuse_pod:
        spec["priorityClassName"] = "system-node-critical"
    if secrets := pods.pull_secrets(release.environment):
        spec["imagePullSecrets"] = secrets
    metadata = pods.pod_metadata(release.chart, FUSE_ROLE, parts.component, {keys.FUSE_GENERATION: "1"})
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": _metadata(release, f"{release.name}-fuse", release.chart.labels(FUSE_ROLE)),
        "spec": {
            "updateStrategy": dict(_UPDATE),
            "selector": {"matchLabels": release.chart.selector(FUSE_ROLE)},
            "template": {"metadata": metadata, "spec": spec},
        },
    }


def stateful_set(release: Release, parts: Parts) -> Object:
    """The StatefulSet `<name>-worker` as it is installed: no replicas yet, no affinity."""
    placement = worker_labels(release)
    metadata = pods.pod_metadata(release.chart, WORKER_ROLE, parts.component, placement)
    spec: Object = {
        "replicas": 0,
        "serviceName": f"{release.name}-worker",
        "podManagementPolicy": "Parallel",
        "updateStrategy": dict(_UPDATE),
        "selector": {"matchLabels": release.chart.selector(WORKER_ROLE)},
        "template": {"metadata": metadata, "spec": _worker_pod(release, parts)},
    }
    if release.runtime.volume_claim_templates:
        spec["volumeClaimTemplates"] = list(release.runtime.volume_claim_templates)
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _metadata(release, f"{release.name}-worker", {**release.chart.labels(WORKER_ROLE), **placement}),
        "spec": spec,
    }


def worker_labels(release: Release) -> dict[str, str]:
    """Labels by which workers of datasets keep apart."""
    return {
        keys.DATASET: release.chart.identity.dataset_id,
        keys.PLACEMENT: release.dataset.placement or "Exclusive",
    }


def fuse_volumes(release: Release, own: Volumes, cache: Volumes) -> Volumes:
    """All volumes of the FUSE Pod, in the chart's order."""
    host = release.paths.host
    mount = Volumes(
        ({"name": "juicefs-fuse-mount", "hostPath": {"path": host, "type": "DirectoryOrCreate"}},),
        ({"name": "juicefs-fuse-mount", "mountPath": host, "mountPropagation": "Bidirectional"},),
    )
    volumes = mount + pods.script_volume(f"{release.name}-fuse-script") + own + cache
    if release.runtime.fuse.clean_policy != "OnFuseChanged":
        return volumes
    items = [{"path": "labels", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"}}]
    labels = {"name": _FUSE_LABELS, "downwardAPI": {"items": items, "defaultMode": 0o755}}
    return volumes + Volumes((labels,), ({"name": _FUSE_LABELS, "mountPath": f"{host}/.meta/fuse", "readOnly": True},))


def worker_volumes(release: Release, own: Volumes, cache: Volumes) -> Volumes:
    """All volumes of a worker, in the chart's order."""
    return pods.script_volume(f"{release.name}-worker-script") + own + cache


def _fuse_container(release: Release, parts: Parts) -> Object:
    identity = release.chart.identity
    known = {
        "FLUID_RUNTIME_TYPE": "juicefs",
        "FLUID_RUNTIME_NS": identity.namespace,
        "FLUID_RUNTIME_NAME": identity.name,
    }
    env = [*parts.env, *({"name": name, "value": value} for name, value in known.items())]
    container = pods.container("juicefs-fuse", parts.image, env, parts.resources, release.paths.mount)
    return _with_ports_and_mounts(container, parts)


def _worker_pod(release: Release, parts: Parts) -> Object:
    container = pods.container("juicefs-worker", parts.image, parts.env, parts.resources, release.paths.mount)
    containers = [_with_ports_and_mounts(container, parts)]
    spec = pods.pod_spec(containers, parts.volumes, host_network=parts.component.host_network)
    if parts.component.node_selector:
        spec["nodeSelector"] = dict(parts.component.node_selector)
    if tolerations := release.dataset.tolerations:
        spec["tolerations"] = [
            {key: value for key, value in it.items() if key != "tolerationSeconds"} for it in tolerations
        ]
    if secrets := pods.pull_secrets(release.environment):
        spec["imagePullSecrets"] = secrets
    return spec


def _with_ports_and_mounts(container: Object, parts: Parts) -> Object:
    if ports := pods.metrics_port(parts.port):
        container["ports"] = ports
    container["volumeMounts"] = list(parts.volumes.mounts)
    return container


def _metadata(release: Release, name: str, labels: dict[str, str]) -> Object:
    return {"name": name, "labels": labels, "ownerReferences": release.owners}
