"""What Pods of workers and FUSE have in common (charts/juicefs 0.2.16)."""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.claims import Object
from kubectl_fluid.render.cachedirs import Volumes
from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.images import ResolvedImage
from kubectl_fluid.render.inputs import Component
from kubectl_fluid.render.labels import Chart
from kubectl_fluid.render.scripts import FOLDER, SCRIPT

_ALL_MAY_RUN = 0o755


def container(name: str, image: ResolvedImage, env: list[Object], resources: Object, mount_path: str) -> Object:
    """A container that runs the script, without volumeMounts and ports."""
    result: Object = {
        "name": name,
        "image": image.reference,
        "imagePullPolicy": image.pull_policy,
        "command": ["sh", f"{FOLDER}/{SCRIPT}"],
        "securityContext": {"runAsUser": 0, "privileged": True},
        "env": env,
        "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", f"umount {mount_path}"]}}},
    }
    return {**result, "resources": resources} if resources else result


def metrics_port(port: int | None) -> list[Object]:
    """The ports of a container that serves metrics."""
    return [] if port is None else [{"containerPort": port, "name": "metrics", "protocol": "TCP"}]


def script_volume(config_map: str) -> Volumes:
    """The script from its ConfigMap."""
    volume = {"name": "script", "configMap": {"name": config_map, "defaultMode": _ALL_MAY_RUN}}
    return Volumes((volume,), ({"name": "script", "mountPath": FOLDER},))


def pod_spec(containers: list[Object], volumes: Volumes, *, host_network: bool) -> Object:
    """A Pod's spec without what differs between workers and FUSE."""
    spec: Object = {
        "restartPolicy": "Always",
        "enableServiceLinks": False,
        "containers": containers,
        "volumes": list(volumes.volumes),
    }
    if host_network:
        spec.update(hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet")
    return spec


def pull_secrets(environment: Environment) -> list[Object]:
    """Image pull secrets: a user cannot set any for JuiceFS."""
    return [{"name": name} for name in environment.image_pull_secrets]


def pod_metadata(chart: Chart, role: str, component: Component, extra: dict[str, str]) -> Object:
    """Labels and annotations of a Pod template; a user's own win."""
    return {
        "annotations": {keys.ISTIO_INJECT: "false", **component.annotations},
        "labels": {**chart.labels(role), keys.ISTIO_INJECT: "false", **extra, **component.labels},
    }
