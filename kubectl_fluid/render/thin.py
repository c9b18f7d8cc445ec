"""A ThinRuntime, its profile and its Dataset become objects (Fluid a826600a, pkg/ddc/thin and charts/thin)."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid import keys
from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render import checks, ignored, thin_config
from kubectl_fluid.render.cachedirs import Volumes
from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.fields import Fields, go_bool
from kubectl_fluid.render.inputs import Dataset, read_dataset
from kubectl_fluid.render.labels import Chart, Identity, check_names, owner_references
from kubectl_fluid.render.result import Rendered, failed
from kubectl_fluid.render.thin_inputs import Part, ThinRuntime, read_thin
from kubectl_fluid.render.volumes import Backing, persistent_volume, persistent_volume_claim

KIND = "ThinRuntime"
CHART_VERSION = "0.1.5"
_FUSE_ROLE, _WORKER_ROLE = "thin-fuse", "thin-worker"
_READABLE = 0o444


@dataclass(frozen=True, slots=True)
class Release:
    """What all objects of one ThinRuntime share; `target` is the mount point."""

    dataset: Dataset
    runtime: ThinRuntime
    environment: Environment
    chart: Chart
    target: str
    owners: list[Object]

    @property
    def name(self) -> str:
        """The name of the Helm release, which is the runtime's."""
        return self.runtime.metadata.name.name

    @property
    def secrets_as_files(self) -> bool:
        """Whether FUSE reads Secrets as files; otherwise config.json holds their values."""
        return self.environment.fuse_config_storage == "configmap"


def render_thin(dataset: Object, runtime: Object, profile: Object | None, environment: Environment) -> Rendered:
    """All objects of one ThinRuntime, or all that is wrong with it."""
    errors: list[Problem] = []
    warnings = ignored.ignored_fields(ignored.THIN, dataset, runtime)
    release = _release(read_dataset(dataset, errors), read_thin(runtime, profile, errors), environment)
    errors += check_names(release.dataset.metadata, release.runtime.metadata, KIND)
    errors += checks.tiered_store(release.runtime.metadata.name, release.runtime.levels)
    errors += thin_config.mount_problems(release.dataset)
    if not release.runtime.fuse.image.image:
        hint = "set fuse.image in the ThinRuntime or in its profile"
        errors.append(Problem("NoImage", f"fuse {release.name} image is nil", hint))
    own = _own_volumes(release, errors)
    warnings += _warnings(release, profile)
    if errors:
        return failed(errors, warnings)
    return Rendered(
        namespace=release.chart.identity.namespace,
        objects=tuple(_objects(release, own, warnings)),
        warnings=tuple(dict.fromkeys(warnings)),
        worker_replicas=release.runtime.replicas,
    )


def _release(dataset: Dataset, runtime: ThinRuntime, environment: Environment) -> Release:
    identity = Identity.of(dataset.metadata)
    return Release(
        dataset=dataset,
        runtime=runtime,
        environment=environment,
        chart=Chart("thin", CHART_VERSION, identity),
        target=f"{environment.runtime_root('thin')}/{identity.namespace}/{identity.name}/thin-fuse",
        owners=owner_references(KIND, runtime.metadata),
    )


def _own_volumes(release: Release, errors: list[Problem]) -> Volumes:
    fuse = release.runtime.fuse
    taken = {str(mount.get("mountPath")) for mount in fuse.mounts}
    volumes = Volumes(fuse.volumes, fuse.mounts) + thin_config.host_volumes(release.dataset, taken, errors)
    return volumes + thin_config.secret_volumes(release.dataset) if release.secrets_as_files else volumes


def _warnings(release: Release, profile: Object | None) -> list[Problem]:
    found = []
    if not release.secrets_as_files:
        message = f"the Secret {release.name}-fuse-conf holds values of other Secrets, which rendering does not read"
        found.append(Problem("SecretConfig", message, "the controller makes it"))
    if release.dataset.read_only and release.runtime.profile_options:
        message = "the profile's fuse.options take the place of ro: FUSE is not told to mount read-only"
        found.append(Problem("ReadOnlyLost", message, "add ro to the profile's fuse.options"))
    if Fields(profile or {}, "ThinRuntimeProfile").child("spec").child("fuse").has("nodeSelector"):
        message = "ThinRuntimeProfile.spec.fuse.nodeSelector has no effect"
        found.append(Problem("IgnoredField", message, "set it in the ThinRuntime"))
    return found


def _objects(release: Release, own: Volumes, warnings: list[Problem]) -> list[Object]:
    backing = Backing(
        dataset=release.dataset,
        runtime=release.runtime.metadata,
        mount_path=release.target,
        mount_type=release.runtime.file_system,
        fuse_node_selector=release.runtime.fuse.node_selector,
    )
    objects = [_daemon_set(release, own)]
    if release.secrets_as_files:
        objects.append(_config_map(release))
    if release.runtime.worker is not None:
        objects.append(_stateful_set(release, release.runtime.worker))
    return [*objects, persistent_volume(backing, warnings), persistent_volume_claim(backing, warnings)]


def _daemon_set(release: Release, own: Volumes) -> Object:
    fuse = release.runtime.fuse
    volumes = _chart_volumes(release) + own
    container = _container("thin-fuse", fuse, _fuse_env(release), volumes)
    container["securityContext"] = {"privileged": True, "runAsUser": 0, "runAsGroup": 0}
    container["lifecycle"] = {"preStop": fuse.pre_stop or {"exec": {"command": ["umount", release.target]}}}
    for key, value in (("command", fuse.command), ("args", fuse.args)):
        if value:
            container[key] = list(value)
    spec = _pod_spec(container, volumes, fuse)
    spec.update(
        dnsPolicy="ClusterFirstWithHostNet",
        hostPID=bool(go_bool(release.runtime.metadata.annotations.get(keys.FUSE_HOST_PID, ""))),
        nodeSelector={**fuse.node_selector, release.chart.identity.fuse_label: "true"},
        tolerations=[{"operator": "Exists"}],
    )
    if release.environment.critical_fuse_pod:
        spec["priorityClassName"] = "system-node-critical"
    return _workload(release, "DaemonSet", "fuse", fuse, {"updateStrategy": {"type": "OnDelete"}}, spec)


def _stateful_set(release: Release, worker: Part) -> Object:
    """The workers as they are installed. The chart forgets the volume of the cache folder: it is here."""
    volumes = _cache(release) + Volumes(worker.volumes, worker.mounts)
    container = _container("thin-worker", worker, list(worker.env), volumes)
    container["securityContext"] = {"privileged": True}
    spec = _pod_spec(container, volumes, worker)
    if worker.node_selector:
        spec["nodeSelector"] = dict(worker.node_selector)
    if tolerations := release.dataset.tolerations:
        spec["tolerations"] = [
            {key: value for key, value in it.items() if key != "tolerationSeconds"} for it in tolerations
        ]
    head = {"replicas": 0, "serviceName": f"{release.name}-worker"}
    return _workload(release, "StatefulSet", "worker", worker, head, spec)


def _workload(release: Release, kind: str, suffix: str, part: Part, head: Object, spec: Object) -> Object:
    role = f"thin-{suffix}"
    labels = release.chart.labels(role)
    if role == _WORKER_ROLE:
        labels[keys.DATASET] = release.chart.identity.dataset_id
        labels[keys.PLACEMENT] = release.dataset.placement or "Exclusive"
    metadata = {
        "annotations": {keys.ISTIO_INJECT: "false", **part.annotations},
        "labels": {**labels, keys.ISTIO_INJECT: "false", **part.labels},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": f"{release.name}-{suffix}", "labels": labels, "ownerReferences": release.owners},
        "spec": {
            **head,
            "selector": {"matchLabels": release.chart.selector(role)},
            "template": {"metadata": metadata, "spec": spec},
        },
    }


def _pod_spec(container: Object, volumes: Volumes, part: Part) -> Object:
    spec: Object = {
        "restartPolicy": "Always",
        "enableServiceLinks": False,
        "hostNetwork": part.host_network,
        "containers": [container],
        "volumes": list(volumes.volumes),
    }
    if part.pull_secrets:
        spec["imagePullSecrets"] = list(part.pull_secrets)
    return spec


def _container(name: str, part: Part, env: list[Object], volumes: Volumes) -> Object:
    image = f"{part.image.image}:{part.image.tag}" if part.image.tag else part.image.image
    optional = {"resources": part.resources, "ports": list(part.ports), "env": env, **part.probes}
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": part.image.pull_policy,
        **{key: value for key, value in optional.items() if value},
        "volumeMounts": list(volumes.mounts),
    }


def _fuse_env(release: Release) -> list[Object]:
    identity = release.chart.identity
    head = {
        "FLUID_RUNTIME_TYPE": "thin",
        "FLUID_RUNTIME_NS": identity.namespace,
        "FLUID_RUNTIME_NAME": identity.name,
    }
    tail = {"MOUNT_POINT": release.target}
    if options := thin_config.mount_options(release.dataset, release.runtime):
        tail["MOUNT_OPTIONS"] = options
    pairs = [[{"name": name, "value": value} for name, value in part.items()] for part in (head, tail)]
    return [*pairs[0], *release.runtime.fuse.env, *pairs[1]]


def _chart_volumes(release: Release) -> Volumes:
    host = release.target.rpartition("/")[0]
    name = f"{release.name}-fuse-conf"
    if release.secrets_as_files:
        items = [{"key": "config.json", "path": "config.json"}]
        source: Object = {"configMap": {"name": name, "items": items, "defaultMode": _READABLE}}
    else:
        source = {"secret": {"secretName": name, "defaultMode": _READABLE}}
    conf = Volumes(
        ({"name": "thin-conf", **source},),
        ({"name": "thin-conf", "mountPath": "/etc/fluid/config", "readOnly": True},),
    )
    mount = Volumes(
        ({"name": "thin-fuse-mount", "hostPath": {"path": host, "type": "DirectoryOrCreate"}},),
        ({"name": "thin-fuse-mount", "mountPath": host, "mountPropagation": "Bidirectional"},),
    )
    cache = _cache(release)
    return Volumes(mount.volumes + cache.volumes + conf.volumes, mount.mounts + conf.mounts + cache.mounts)


def _cache(release: Release) -> Volumes:
    path = release.runtime.levels[0].path if release.runtime.levels else ""
    if not path:
        return Volumes()
    source = {"hostPath": {"path": path, "type": "DirectoryOrCreate"}}
    return Volumes(({"name": "cache-dir", **source},), ({"name": "cache-dir", "mountPath": path},))


def _config_map(release: Release) -> Object:
    text = thin_config.config_json(
        release.dataset, release.runtime, release.target, secrets_as_files=release.secrets_as_files
    )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"{release.name}-fuse-conf",
            "labels": release.chart.labels(_FUSE_ROLE),
            "ownerReferences": release.owners,
        },
        "data": {"config.json": f"{text}\n"},
    }
