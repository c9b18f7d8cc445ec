"""Volumes of a Pod."""

from __future__ import annotations

import re
from collections.abc import Callable

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.claims import check_claim_template
from kubectl_fluid.validation.schema.core.fields import check_field_ref, check_resource_ref
from kubectl_fluid.validation.schema.core.paths import absolute, backsteps, relative, relative_unreserved
from kubectl_fluid.validation.schema.core.resources import amount
from kubectl_fluid.validation.schema.core.selectors import check_label_selector

#: In the order in which an API server looks at them: the first one is it, each further one is refused.
SOURCES = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi"),
    *("glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc"),
    *("flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk"),
    *("storageos", "projected", "scaleIO", "csi", "ephemeral", "image"),
)
_MAX_MODE = 0o777
_MAX_LUN = 255
_MIN_TOKEN, _MAX_TOKEN = 600, 2**32
_MIN_CERTIFICATE, _MAX_CERTIFICATE = 3600, 91 * 24 * 3600
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
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


def _mode(at: At, key: str) -> None:
    mode = at.get(key)
    if mode is not None and not 0 <= mode <= _MAX_MODE:
        at.say(key, f"{mode}: must be a number between 0 and 0777 (octal), {_MAX_MODE} (decimal)")


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


def _items(at: At) -> None:
    for item in at.items("items"):
        item.name("path", relative_unreserved)
        _mode(item, "mode")


def _secret(at: At) -> None:
    at.required("secretName")
    _files(at)


def _config_map(at: At) -> None:
    at.required("name")
    _files(at)


def _files(at: At) -> None:
    _mode(at, "defaultMode")
    _items(at)


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
    _mode(at, "defaultMode")
    for item in at.items("items"):
        _downward_file(item)


def _downward_file(item: At) -> None:
    item.name("path", relative_unreserved)
    _mode(item, "mode")
    if item.has("fieldRef"):
        check_field_ref(item.child("fieldRef"), in_volume=True)
        if item.has("resourceFieldRef"):
            item.say("resourceFieldRef", "fieldRef and resourceFieldRef can not be specified together")
    elif item.has("resourceFieldRef"):
        check_resource_ref(item.child("resourceFieldRef"), in_volume=True)
    else:
        item.say_here("must have one of fieldRef and resourceFieldRef", "FieldValueRequired", "FL0005")


_PROJECTIONS = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def _projected(at: At) -> None:
    _mode(at, "defaultMode")
    paths = set[str]()
    for source in at.items("sources"):
        there = [kind for kind in _PROJECTIONS if source.has(kind)]
        if len(there) > 1:
            source.say_here(f"may have one type, not {' and '.join(there)}", "FieldValueForbidden")
        for kind in there:
            for place, key, path in _PROJECTED[kind](source.child(kind)):
                if path in paths:
                    place.say(key, f'"{path}": conflicting duplicate paths')
                paths.add(path)


Paths = list[tuple[At, str, str]]


def _projected_keys(at: At) -> Paths:
    at.required("name")
    _items(at)
    return [(item, "path", item.text("path")) for item in at.items("items") if item.text("path")]


def _projected_fields(at: At) -> Paths:
    for item in at.items("items"):
        _downward_file(item)
    return [(item, "path", item.text("path")) for item in at.items("items") if item.text("path")]


def _token(at: At) -> Paths:
    at.between("expirationSeconds", _MIN_TOKEN, _MAX_TOKEN)
    at.name("path", relative_unreserved)
    return []


def _trust_bundle(at: At) -> Paths:
    if at.has("name") == at.has("signerName"):
        at.say_here("must have one of name and signerName", "FieldValueRequired", "FL0005")
    if at.has("name"):
        at.required("name")
        if at.has("labelSelector"):
            at.say("labelSelector", "must be unset if name is specified")
    check_label_selector(at.child("labelSelector"))
    at.name("path", relative_unreserved)
    return [(at, "path", at.text("path"))]


def _certificate(at: At) -> Paths:
    at.between("maxExpirationSeconds", _MIN_CERTIFICATE, _MAX_CERTIFICATE)
    keys = ("credentialBundlePath", "keyPath", "certificateChainPath")
    for key in keys:
        at.name(key, relative_unreserved)
    if at.text("keyType") not in ("", *_KEY_TYPES):
        message = f"is not supported: use one of {', '.join(_KEY_TYPES)}"
        at.say("keyType", message, "FieldValueNotSupported", "FL0006")
    if not any(map(at.text, keys)):
        at.say_here(f"must have one of {', '.join(keys)}", "FieldValueRequired", "FL0005")
    return [(at, key, at.text(key)) for key in keys if at.text(key)]


_PROJECTED: dict[str, Callable[[At], Paths]] = {
    "secret": _projected_keys,
    "configMap": _projected_keys,
    "downwardAPI": _projected_fields,
    "serviceAccountToken": _token,
    "clusterTrustBundle": _trust_bundle,
    "podCertificate": _certificate,
}
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
    "projected": _projected,
    "scaleIO": _scale_io,
    "csi": _csi,
    "ephemeral": _ephemeral,
}
