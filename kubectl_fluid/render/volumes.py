"""PersistentVolume and claim of a dataset (Fluid a826600a, pkg/utils/dataset/volume/create.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubectl_fluid import keys
from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.render.inputs import Dataset, Metadata
from kubectl_fluid.render.labels import Identity

STORAGE_CLASS: Final = "fluid"
_UNLIMITED = "100Pi"


@dataclass(frozen=True, slots=True)
class Backing:
    """What PV and PVC tell of the file system behind them; `runtime` is the runtime's metadata."""

    dataset: Dataset
    runtime: Metadata
    mount_path: str
    mount_type: str
    fuse_node_selector: Mapping[str, str]


def persistent_volume(backing: Backing, warnings: list[Problem]) -> Object:
    """The PersistentVolume `<namespace>-<name>`."""
    identity = Identity.of(backing.dataset.metadata)
    name = f"{identity.namespace}-{identity.name}"
    metadata = _metadata(identity, {}, "PersistentVolume", backing.runtime, warnings)
    spec: Object = {
        "accessModes": list(backing.dataset.access_modes),
        "capacity": {"storage": _storage(backing.dataset, warnings)},
        "storageClassName": STORAGE_CLASS,
        "claimRef": {"namespace": identity.namespace, "name": identity.name},
        "csi": {
            "driver": "fuse.csi.fluid.io",
            "volumeHandle": name,
            "volumeAttributes": _attributes(backing, identity, metadata["labels"]),
        },
    }
    if backing.fuse_node_selector:
        expressions = [
            {"key": key, "operator": "In", "values": [value]}
            for key, value in sorted(backing.fuse_node_selector.items())
        ]
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, **metadata}, "spec": spec}


def persistent_volume_claim(backing: Backing, warnings: list[Problem]) -> Object:
    """The claim with the Dataset's names; its generation is that of a DaemonSet that was never changed."""
    identity = Identity.of(backing.dataset.metadata)
    metadata = _metadata(identity, {keys.FUSE_GENERATION: "1"}, "PersistentVolumeClaim", backing.runtime, warnings)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": identity.name, "namespace": identity.namespace, **metadata},
        "spec": {
            "accessModes": list(backing.dataset.access_modes),
            "resources": {"requests": {"storage": _storage(backing.dataset, warnings)}},
            "storageClassName": STORAGE_CLASS,
            "volumeName": f"{identity.namespace}-{identity.name}",
        },
    }


def _attributes(backing: Backing, identity: Identity, labels: Mapping[str, str]) -> dict[str, str]:
    attributes = {
        "fluid_path": backing.mount_path,
        "mount_type": backing.mount_type,
        "runtime_namespace": identity.namespace,
        "runtime_name": identity.name,
        "mount_pod_node_selector_key": identity.fuse_label,
    }
    if (skipped := backing.runtime.annotations.get(keys.SKIP_MOUNT_READY)) is not None:
        attributes[keys.SKIP_MOUNT_READY] = skipped
    if labels.get(keys.PUBLISH_METHOD) == "symlink":
        attributes["node_publish_method"] = "symlink"
    return attributes


def _storage(dataset: Dataset, warnings: list[Problem]) -> str:
    asked = dataset.metadata.annotations.get(keys.STORAGE_REQUEST)
    if asked is None:
        return _UNLIMITED
    try:
        return quantity.canonical(asked, trim=False)
    except quantity.QuantityError as error:
        message = f"annotation {keys.STORAGE_REQUEST} {asked!r} is ignored: {error}"
        warnings.append(Problem("StorageRequest", message, f"without it the claim asks for {_UNLIMITED}"))
        return _UNLIMITED


def _metadata(
    identity: Identity, extra: dict[str, str], kind: str, runtime: Metadata, warnings: list[Problem]
) -> dict[str, dict[str, str]]:
    labels = {identity.storage_label: "true", keys.DATASET_ID: identity.dataset_id, **extra}
    annotations = {keys.CREATED_BY: "fluid"}
    for entry in metadata_list(runtime, warnings):
        selector = entry.get("selector") or {}
        if selector.get("group", "") == "" and selector.get("kind", "") == kind:
            labels.update(entry.get("labels") or {})
            annotations.update(entry.get("annotations") or {})
    return {"labels": labels, "annotations": annotations}


def metadata_list(runtime: Metadata, warnings: list[Problem]) -> list[Object]:
    """The entries of the runtime's annotation; all are ignored if one of them is wrong, as Fluid does."""
    text = runtime.annotations.get(keys.METADATA_LIST)
    if not text:
        return []
    import json

    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        entries = None
    if isinstance(entries, list) and all(map(_is_entry, entries)):
        return entries
    message = f"annotation {keys.METADATA_LIST} is ignored: it is not a JSON list of selectors, labels and annotations"
    warnings.append(Problem("MetadataList", message))
    return []


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    parts = [entry.get(key) or {} for key in ("selector", "labels", "annotations")]
    return all(isinstance(part, dict) and all(isinstance(text, str) for text in part.values()) for part in parts)
