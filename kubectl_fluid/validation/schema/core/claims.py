"""PersistentVolumeClaims and their templates."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.resources import amount
from kubectl_fluid.validation.schema.core.selectors import check_label_selector
from kubectl_fluid.validation.schema.metadata import check_annotations, check_labels

_SOLE = "ReadWriteOncePod"


def check_claim_template(at: At) -> None:
    """A `core.PersistentVolumeClaimTemplate`."""
    metadata = at.child("metadata")
    check_annotations(metadata.value, metadata.place, metadata.report)
    check_labels(metadata.value, metadata.place, metadata.report)
    for key, value in metadata.value.items():
        if key not in ("labels", "annotations") and value:
            metadata.forbidden(key, "cannot be set: the claim's name is made from the Pod's and the volume's")
    check_claim_spec(at.child("spec"))


def check_claim(at: At) -> None:
    """A PersistentVolumeClaim."""
    check_claim_spec(at.child("spec"))


def check_claim_spec(spec: At) -> None:
    """The spec of a claim."""
    check_label_selector(spec.child("selector"))
    check_access_modes(spec)
    requests = spec.child("resources").get("requests", {})
    if "storage" not in requests:
        spec.child("resources").child("requests").required("storage")
    else:
        size = amount(requests["storage"])
        if size is not None and size <= 0:
            spec.child("resources").say_item("requests", "storage", "must be greater than zero")
    if spec.text("storageClassName"):
        spec.name("storageClassName", names.dns_subdomain)
    spec.name("volumeAttributesClassName", names.dns_subdomain)
    source = spec.child("dataSourceRef")
    if spec.has("dataSourceRef") and not source.has("namespace"):  # with a namespace it is dropped
        _check_source(source)
    if spec.get("volumeMode") == "":
        spec.say("volumeMode", "is not supported: use Block or Filesystem", "FieldValueNotSupported", "FL0006")


def _check_source(source: At) -> None:
    group = source.text("apiGroup")
    if not group and source.text("kind") not in ("", "PersistentVolumeClaim"):
        source.say("kind", "must be PersistentVolumeClaim when apiGroup is empty")
    source.name("apiGroup", names.dns_subdomain)


def check_access_modes(spec: At) -> None:
    """`accessModes` of a claim or volume."""
    modes = spec.get("accessModes", [])
    if not modes:
        spec.required("accessModes")
    elif _SOLE in modes and len(modes) > 1:
        spec.forbidden("accessModes", f"{_SOLE} may not be used with other access modes")
