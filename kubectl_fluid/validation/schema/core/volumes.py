"""Volumes of a Pod."""

from __future__ import annotations

import re
from collections.abc import Callable

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.claims import check_claim_template
from kubectl_fluid.validation.schema.core.modes import check_downward_file, check_items, check_mode
from kubectl_fluid.validation.schema.core.paths import absolute, backsteps, relative
from kubectl_fluid.validation.schema.core.projected import check_projected
from kubectl_fluid.validation.schema.core.resources import amount

#: In the order in which an API server looks at them: the first one is it, each further one is refused.
SOURCES = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi"),
    *("glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc"),
    *("flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk"),
    *("storageos", "projected", "scaleIO", "csi", "ephemeral", "image"),
)
_MAX_LUN = 255
_IQN = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([a-zA-Z0-9.-]+)(:[^,;*&$|\s]+)", re.ASCII),
    "eui": re.compile(r"eui\.[0-9a-fA-F]{16}", re.ASCII),
    "naa": re.compile(r"naa\.[0-9a-fA-F]{32}", re.ASCII),
}


def check_volumes(spec: At, pod_name: str) -> None:
    """The volumes of a Pod's spec; `pod_name` is "" where the Pod's name is not known (a template)."""
    seen = set[str]()
    created = {f"{pod_name}-{it.text('name')}" for it in spec.items("volumes") if pod_name and it.has("ephemeral")}
    for volume in spec.items("volumes"):
        if volume.has("image") and not volume.on("ImageVolume"):  # the volume is dropped, and what mounts it
            volume.report.dropped.append(((volume.place, "image"), "ImageVolume"))
            continue
        name = volume.text("name")
        source = volume.first(SOURCES)
        if source is not None and source in _CHECKS:
            _CHECKS[source](volume.child(source))
        volume.at_most_one(SOURCES, "a volume may have one type")
        if source == "image" and (pod_name or spec.on("references of image volumes in templates")):
            volume.child("image").required("reference")
        if source == "ephemeral" and pod_name and (wrong := names.dns_subdomain(f"{pod_name}-{name}")):
            volume.say("name", f'"{pod_name}-{name}" is no name of a PersistentVolumeClaim: {wrong}')
        volume.name("name", names.dns_label)
        if name and name in seen:
            volume.duplicate("name", name)
        seen.add(name)
        claim = volume.child("persistentVolumeClaim")
        if claim.text("claimName") in created:
            claim.say("claimName", "is a claim that will be made for an ephemeral volume of this Pod")


def _empty_dir(at: At) -> None:
    size = at.get("sizeLimit")
    if size is not None and (amount(size) or 0) < 0:
        at.forbidden("sizeLimit", f"{size} is not a size")


def _host_path(at: At) -> None:
    at.name("path", backsteps)


def _git_repo(at: At) -> None:
    at.name("directory", relative)


def _disk(at: At) -> None:
    at.between("partition", 0, 255)


def _secret(at: At) -> None:
    at.required("secretName")
    _files(at)


def _config_map(at: At) -> None:
    at.required("name")
    _files(at)


def _files(at: At) -> None:
    check_mode(at, "defaultMode")
    check_items(at)


def _nfs(at: At) -> None:
    at.name("path", absolute)


def _iscsi(at: At) -> None:
    for key in ("iqn", "initiatorName"):
        text = at.text(key)
        form = _IQN.get(text[:3])
        if text and (form is None or not form.fullmatch(text)):
            at.say(key, f'"{text}": must be a valid name that starts with iqn, eui or naa')
    at.between("lun", 0, _MAX_LUN)
    if (at.get("chapAuthDiscovery") or at.get("chapAuthSession")) and not at.has("secretRef"):
        at.required("secretRef", "with chapAuthDiscovery and chapAuthSession")


def _flocker(at: At) -> None:
    there = [key for key in ("datasetName", "datasetUUID") if at.text(key)]
    if len(there) != 1:
        at.say_here(
            "must have one of datasetName and datasetUUID", "FieldValueRequired" if not there else "FieldValueInvalid"
        )
    if "/" in at.text("datasetName"):
        at.say("datasetName", "must not contain '/'")


def _monitors(at: At) -> None:
    at.required("monitors")


_HOST_PORT = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]*")


def _quobyte(at: At) -> None:
    registry = at.text("registry")
    if registry and not all(map(_HOST_PORT.fullmatch, registry.split(","))):
        at.say("registry", "must be a host:port pair or multiple pairs separated by commas")


def _fc(at: At) -> None:
    targets, ids = at.get("targetWWNs", []), at.get("wwids", [])
    if bool(targets) == bool(ids):
        at.say(
            "targetWWNs", "must have either targetWWNs or wwids", "FieldValueInvalid" if ids else "FieldValueRequired"
        )
    if targets:
        if not at.has("lun"):
            at.required("lun", "with targetWWNs")
        at.between("lun", 0, _MAX_LUN)


def _flex(at: At) -> None:
    for key in at.get("options", {}):
        namespace = "." + key.partition("/")[0].lower()
        if namespace.endswith((".kubernetes.io", ".k8s.io")):
            at.say_item("options", key, "kubernetes.io and k8s.io are reserved")


def _azure_disk(at: At) -> None:
    start = "/subscriptions/" if at.get("kind") == "Managed" else "https://"
    if at.has("kind") and not at.text("diskURI").startswith(start):
        at.say("diskURI", f"must start with {start}", "FieldValueNotSupported")


def _scale_io(at: At) -> None:
    at.required("volumeName")


def _storage_os(at: At) -> None:
    if at.required("volumeName"):
        at.name("volumeName", names.dns_label)
    at.name("volumeNamespace", names.dns_label)
    if at.has("secretRef"):
        at.child("secretRef").required("name")


def csi_driver(text: str) -> str | None:
    """The name of a CSI driver."""
    return names.dns_subdomain(text.lower()) if len(text) <= names.LABEL_LENGTH else "must be at most 63 characters"


def _csi(at: At) -> None:
    at.name("driver", csi_driver)
    if at.has("nodePublishSecretRef"):
        secret = at.child("nodePublishSecretRef")
        if secret.required("name"):
            secret.name("name", names.dns_subdomain)


def _ephemeral(at: At) -> None:
    if at.has("volumeClaimTemplate"):
        check_claim_template(at.child("volumeClaimTemplate"))
    else:
        at.required("volumeClaimTemplate")


def _downward(at: At) -> None:
    check_mode(at, "defaultMode")
    for item in at.items("items"):
        check_downward_file(item)


_CHECKS: dict[str, Callable[[At], None]] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "gitRepo": _git_repo,
    "gcePersistentDisk": _disk,
    "awsElasticBlockStore": _disk,
    "secret": _secret,
    "nfs": _nfs,
    "iscsi": _iscsi,
    "flocker": _flocker,
    "rbd": _monitors,
    "cephfs": _monitors,
    "quobyte": _quobyte,
    "downwardAPI": _downward,
    "fc": _fc,
    "flexVolume": _flex,
    "configMap": _config_map,
    "azureDisk": _azure_disk,
    "storageos": _storage_os,
    "projected": check_projected,
    "scaleIO": _scale_io,
    "csi": _csi,
    "ephemeral": _ephemeral,
}
