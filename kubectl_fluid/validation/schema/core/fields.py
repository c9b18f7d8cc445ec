"""The downward API: fields and resources of the Pod as values and files."""

from __future__ import annotations

import re

from kubectl_fluid.manifests import quantity
from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At

_SUBSCRIPT = re.compile(r"(metadata\.(?:annotations|labels))\['(.*)'\]")
_IN_VARIABLES = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_IN_VOLUMES = ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")
_RESOURCES = tuple(
    f"{kind}.{name}" for kind in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage")
)
_HUGE = ("requests.hugepages-", "limits.hugepages-")
_SIZES = ("1", *(f"1{unit}" for unit in ("k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")))


def check_field_ref(at: At, *, in_volume: bool) -> None:
    """A `core.ObjectFieldSelector`."""
    path, allowed = at.text("fieldPath"), _IN_VOLUMES if in_volume else _IN_VARIABLES
    if not path:
        return
    if at.text("apiVersion") not in ("", "v1"):
        at.say("fieldPath", f"apiVersion {at.text('apiVersion')} has no fields: leave it out")
        return
    match = _SUBSCRIPT.fullmatch(path)
    if match:
        key = match[2].lower() if match[1].endswith("annotations") else match[2]
        if wrong := names.qualified_name(key):
            at.say("fieldPath", f'"{path}": {wrong}')
    elif path not in allowed:
        at.say("fieldPath", f'"{path}" is not supported: use one of {", ".join(allowed)}', "FieldValueNotSupported")


def check_resource_ref(at: At, *, in_volume: bool) -> None:
    """A `core.ResourceFieldSelector`."""
    resource = at.text("resource")
    if in_volume:
        at.required("containerName")
    if resource and resource not in _RESOURCES and not resource.startswith(_HUGE):
        shown = ", ".join(_RESOURCES)
        at.say("resource", f'"{resource}" is not supported: use one of {shown}', "FieldValueNotSupported")
    divisor = at.get("divisor")
    if divisor is None:
        return
    try:
        canonical = quantity.canonical(divisor)
    except quantity.QuantityError:
        return
    allowed = ("1m", "1") if resource.endswith(".cpu") else _SIZES
    known = resource in _RESOURCES or resource.startswith(_HUGE)
    if canonical != "0" and known and canonical not in allowed:
        at.say("divisor", f"{divisor} is not supported for {resource}: use one of {', '.join(allowed)}")
