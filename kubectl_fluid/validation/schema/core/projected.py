"""Projected volumes."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.modes import check_downward_file, check_items, check_mode
from kubectl_fluid.validation.schema.core.paths import relative_unreserved
from kubectl_fluid.validation.schema.core.selectors import check_label_selector

_MIN_TOKEN, _MAX_TOKEN = 600, 2**32
_MIN_CERTIFICATE, _MAX_CERTIFICATE = 3600, 91 * 24 * 3600
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
_PROJECTIONS = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def check_projected(at: At) -> None:
    """A volume of several sources, no two of whose files may have one path."""
    check_mode(at, "defaultMode")
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
    check_items(at)
    return [(item, "path", item.text("path")) for item in at.items("items") if item.text("path")]


def _projected_fields(at: At) -> Paths:
    for item in at.items("items"):
        check_downward_file(item)
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
