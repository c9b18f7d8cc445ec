"""A Dataset that mounts another Dataset (Fluid a826600a, pkg/ddc/thin/referencedataset, pkg/ddc/base/dataset.go).

Nothing runs for it: its FUSE DaemonSet is a copy that no node fulfils, from which Pods of its namespace get their
sidecar. Secrets are not copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Object, Problem
from kubectl_fluid.render.fields import Fields, copied
from kubectl_fluid.render.inputs import READ_ONLY_MANY, Dataset, read_dataset
from kubectl_fluid.render.labels import Identity, check_names, owner_references
from kubectl_fluid.render.physical import Physical, Target, targets
from kubectl_fluid.render.result import Rendered, failed

#: The DaemonSet of FUSE and the ConfigMaps that its Pods need, by type of runtime; optional ones in brackets.
_DAEMON_SETS = {"jindo": "{}-jindofs-fuse"}
_CONFIG_MAPS: dict[str, tuple[str, ...]] = {
    "juicefs": ("{}-fuse-script",),
    "alluxio": ("{}-config",),
    "goosefs": ("{}-config",),
    "jindo": ("{}-jindofs-client-config", "{}-jindofs-config"),
    "thin": ("({}-runtimeset)", "({}-fuse-conf)"),
    "efc": (),
}


def render_reference(dataset: Object, physical: Physical | None) -> Rendered:
    """DaemonSet, ConfigMaps, PV and PVC of a Dataset that mounts one, or all that is wrong with it."""
    errors: list[Problem] = []
    subject = read_dataset(dataset, errors)
    errors += check_names(subject.metadata, subject.metadata, "ThinRuntime")
    errors += _mount_problems(subject)
    mounted = _mounted(subject)
    if physical is None:
        message = f"failed to create reference dataset due to: there is no Dataset {mounted[0].name}"
        errors.append(Problem("NoPhysicalDataset", message, "give that Dataset and its runtime as well"))
        return failed(errors)
    target = mounted[0]
    errors += _target_problems(target, physical)
    if any(problem.code == "NestedReference" for problem in errors):
        return failed(errors)  # what it is made of does not matter then
    found = {kind: _physical_object(kind, target.name, physical, errors) for kind in _SHAPES}
    config_maps = _config_maps(target.name, physical, errors)
    if errors:
        return failed(errors)
    modes = _access_modes(subject, found["PersistentVolume"])
    return Rendered(
        namespace=subject.metadata.name.namespace,
        objects=(
            _daemon_set(subject, found["DaemonSet"]),
            *(_config_map(subject, value) for value in config_maps),
            _volume(subject, target, found["PersistentVolume"], modes),
            _claim(subject, target, found["PersistentVolumeClaim"], modes),
        ),
        warnings=tuple(_warnings(subject, target, found["DaemonSet"])),
    )


#: What is copied, and the field without which it cannot be.
_SHAPES = {
    "DaemonSet": ("spec", "template", "spec"),
    "PersistentVolume": ("spec", "csi", "volumeAttributes"),
    "PersistentVolumeClaim": ("spec",),
}


def _mounted(dataset: Dataset) -> list[Target]:
    return targets(mount.mount_point for mount in dataset.mounts)


def _mount_problems(dataset: Dataset) -> Iterable[Problem]:
    mounted = _mounted(dataset)
    hint = "mount one dataset:// and nothing else"
    if len(mounted) > 1:
        message = f"the dataset is not validated, since it has {len(mounted)} dataset mounts which only expects 1"
        yield Problem("References", message, hint)
    elif len(dataset.mounts) > 1:
        message = "the dataset is not validated, since it has 1 dataset mounts but also contains other types of mounts"
        yield Problem("References", message, hint)


def _target_problems(target: Target, physical: Physical) -> Iterable[Problem]:
    mounted = read_dataset(physical.dataset, [])
    if mounted.metadata.name != target.name:
        yield Problem("NoPhysicalDataset", f"the Dataset given is {mounted.metadata.name}, not {target.name}")
    if _mounted(mounted):
        message = "ThinRuntime with no profile name can only handle dataset only mounting one dataset"
        yield Problem("NestedReference", message, f"{target.name} is a reference itself: mount what it mounts")
    if ".." in target.sub_path.split("/"):
        message = f"the sub path {target.sub_path} leads out of {target.name}"
        yield Problem("SubPath", message, "leave .. out of it")


def _physical_object(kind: str, name: Name, physical: Physical, errors: list[Problem]) -> Object:
    wanted = {
        "DaemonSet": _DAEMON_SETS.get(physical.runtime_type, "{}-fuse").format(name.name),
        "PersistentVolume": f"{name.namespace}-{name.name}",
        "PersistentVolumeClaim": name.name,
    }[kind]
    value = physical.find(kind, wanted, name.namespace)
    if value is None:
        message = f"mounting dataset is not bound to a runtime yet: {name} has no {kind} {wanted}"
        errors.append(Problem("NotBound", message, "wait until the mounted dataset is Bound"))
        return {}
    if not _has_shape(value, _SHAPES[kind]):
        errors.append(Problem("Shape", f"{kind} {wanted} of {name} has no {'.'.join(_SHAPES[kind])}"))
    return dict(copied(value))


def _has_shape(value: Object, path: tuple[str, ...]) -> bool:
    at: Any = value
    for key in path:
        at = at.get(key) if isinstance(at, dict) else None
    return isinstance(at, dict)


def _config_maps(name: Name, physical: Physical, errors: list[Problem]) -> list[Object]:
    patterns = _CONFIG_MAPS.get(physical.runtime_type)
    if patterns is None:
        message = f"fail to get configmap for runtime type: {physical.runtime_type}"
        errors.append(Problem("RuntimeType", message))
        return []
    found = []
    for pattern in patterns:
        wanted = pattern.strip("()").format(name.name)
        value = physical.find("ConfigMap", wanted, name.namespace)
        if value is not None:
            found.append(copied(value))
        elif not pattern.startswith("("):
            errors.append(Problem("NoConfigMap", f"runtime configmap {wanted} do not exist", f"of {name}"))
    return found


def _access_modes(dataset: Dataset, volume: Object) -> list[str]:
    physical = Fields(volume, "PersistentVolume").child("spec").texts("accessModes")
    if READ_ONLY_MANY in physical or not dataset.declared_access_modes:
        return [READ_ONLY_MANY]
    return list(dataset.declared_access_modes)


def _daemon_set(dataset: Dataset, physical: Object) -> Object:
    name = dataset.metadata.name
    pod = physical["spec"]["template"]["spec"]
    selector = Fields(pod, "DaemonSet.spec.template.spec").strings("nodeSelector")
    pod["nodeSelector"] = {**selector, keys.FUSE_BALLOON: "true"}
    metadata = {
        "name": f"{name.name}-fuse",
        "namespace": name.namespace,
        "ownerReferences": owner_references("Dataset", dataset.metadata, controller=False),
    }
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": physical["spec"]}


def _config_map(dataset: Dataset, physical: Object) -> Object:
    metadata: Object = {
        "name": physical["metadata"]["name"],
        "namespace": dataset.metadata.name.namespace,
        "ownerReferences": owner_references("Dataset", dataset.metadata, controller=False),
    }
    fields = Fields(physical, "ConfigMap")
    for key in ("labels", "annotations"):
        if copy := fields.child("metadata").strings(key):
            metadata[key] = copy
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": fields.strings("data")}


def _volume(dataset: Dataset, target: Target, physical: Object, modes: list[str]) -> Object:
    identity = Identity.of(dataset.metadata)
    spec = physical["spec"]
    if target.sub_path:
        spec["csi"]["volumeAttributes"]["fluid_sub_path"] = target.sub_path
    spec["accessModes"] = modes
    spec["claimRef"] = {"namespace": identity.namespace, "name": identity.name}
    metadata = {
        "name": f"{identity.namespace}-{identity.name}",
        "labels": {identity.storage_label: "true", keys.DATASET_ID: identity.dataset_id},
        "annotations": Fields(physical, "PersistentVolume").child("metadata").strings("annotations"),
    }
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}


def _claim(dataset: Dataset, target: Target, physical: Object, modes: list[str]) -> Object:
    identity = Identity.of(dataset.metadata)
    labels = {
        identity.storage_label: "true",
        keys.DATASET_ID: identity.dataset_id,
        keys.REFERRING_NAME: target.name.name,
        keys.REFERRING_NAMESPACE: target.name.namespace,
    }
    metadata = {
        "name": identity.name,
        "namespace": identity.namespace,
        "labels": labels,
        "annotations": {keys.CREATED_BY: "fluid"},
    }
    spec = {
        "accessModes": modes,
        "resources": Fields(physical, "PersistentVolumeClaim").child("spec").mapping("resources"),
        "storageClassName": "fluid",
        "volumeName": f"{identity.namespace}-{identity.name}",
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def _warnings(dataset: Dataset, target: Target, daemon_set: Object) -> Iterable[Problem]:
    if target.name.namespace == dataset.metadata.name.namespace:
        return
    pod = Fields(daemon_set, "DaemonSet").child("spec").child("template").child("spec")
    secrets = sorted(set(_secret_names(pod)) - {""})
    if secrets:
        message = (
            f"Secrets are not copied: {', '.join(secrets)} must exist in namespace {dataset.metadata.name.namespace}"
        )
        yield Problem("SecretsNotCopied", message, f"copy them from {target.name.namespace}")


def _secret_names(pod: Fields) -> Iterable[str]:
    for container in pod.children("containers"):
        for entry in container.children("env"):
            yield entry.child("valueFrom").child("secretKeyRef").text("name")
    for volume in pod.children("volumes"):
        yield volume.child("secret").text("secretName")
