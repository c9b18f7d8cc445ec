"""PersistentVolumes."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.claims import check_access_modes
from kubectl_fluid.validation.schema.core.paths import absolute, backsteps
from kubectl_fluid.validation.schema.core.resources import amount
from kubectl_fluid.validation.schema.core.selectors import check_node_selector
from kubectl_fluid.validation.schema.core.volumes import csi_driver

_SOURCES = (
    *("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte"),
    *("cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk"),
    *("portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi"),
)
_SECRETS = (
    *("controllerPublishSecretRef", "nodePublishSecretRef"),  # nobody looks at nodeStageSecretRef
    *("controllerExpandSecretRef", "nodeExpandSecretRef"),
)


def check_volume(at: At) -> None:
    """A PersistentVolume."""
    spec = at.child("spec")
    check_access_modes(spec)
    _check_capacity(spec)
    source = spec.first(_SOURCES)
    # flexVolume is not counted where another type stands before it (in this order), and counts for those after it.
    counted = tuple(it for it in _SOURCES if it != "flexVolume" or it == source)
    spec.at_most_one(counted, "a volume may have one type")
    if source is None:
        spec.say_here("must specify a volume type", "FieldValueRequired", "FL0005")
    if spec.has("nodeAffinity"):
        affinity = spec.child("nodeAffinity")
        if affinity.has("required"):
            check_node_selector(affinity.child("required"))
        else:
            affinity.required("required")
    elif source == "local":
        spec.required("nodeAffinity", "a local volume is on one node")
    _check_source(spec, source)
    spec.name("storageClassName", names.dns_subdomain)
    spec.name("volumeAttributesClassName", names.dns_subdomain)
    if spec.get("volumeMode") == "":
        spec.say("volumeMode", "is not supported: use Block or Filesystem", "FieldValueNotSupported", "FL0006")
    path = spec.child("hostPath").text("path")
    if path.rstrip("/") == "" and path and spec.text("persistentVolumeReclaimPolicy") == "Recycle":
        spec.forbidden("persistentVolumeReclaimPolicy", "may not be Recycle for a hostPath mount of /")


def _check_capacity(spec: At) -> None:
    capacity = spec.get("capacity", {})
    if not capacity:
        spec.required("capacity")
    elif set(capacity) != {"storage"}:
        message = "is not supported: capacity has `storage` alone"
        spec.say("capacity", message, "FieldValueNotSupported", "FL0006")
    for name, text in capacity.items():
        size = amount(text)
        if size is not None and size <= 0:
            spec.say_item("capacity", name, "must be greater than zero")


def _check_source(spec: At, source: str | None) -> None:
    if source == "hostPath":
        spec.child("hostPath").name("path", backsteps)
    elif source == "nfs":
        spec.child("nfs").name("path", absolute)
    elif source == "local":
        spec.child("local").name("path", backsteps)
    elif source == "csi":
        csi = spec.child("csi")
        csi.name("driver", csi_driver)
        for field in _SECRETS:
            if csi.has(field):
                for key in ("name", "namespace"):
                    csi.child(field).required(key)
                csi.child(field).name("name", names.dns_subdomain)
                csi.child(field).name("namespace", names.dns_label)
