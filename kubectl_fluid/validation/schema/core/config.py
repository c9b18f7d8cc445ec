"""Secrets, ConfigMaps."""

from __future__ import annotations

import base64
import binascii
import json

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At

_MAX_SIZE = 1024 * 1024
_ACCOUNT = "kubernetes.io/service-account.name"
#: Type → keys of `data`, all of which (or "any": one of which) must be there.
_KEYS: dict[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_BASIC = ("username", "password")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def check_secret(at: At) -> None:
    """A Secret; `stringData` is laid over `data`."""
    data = {key: _decoded(value) for key, value in at.get("data", {}).items()}
    data |= {key: value.encode() for key, value in at.get("stringData", {}).items()}
    _check_keys(at, ("data", "stringData"))
    if sum(map(len, data.values())) > _MAX_SIZE:
        at.say("data", f"must be at most {_MAX_SIZE} bytes together", "FieldValueTooLong")
    kind = at.text("type")
    if kind == "kubernetes.io/service-account-token" and not at.child("metadata").get("annotations", {}).get(_ACCOUNT):
        at.child("metadata").child("annotations").required(_ACCOUNT, f"for type {kind}")
    if kind == "kubernetes.io/basic-auth" and not any(key in data for key in _BASIC):
        for key in _BASIC:
            at.child("data").required(key, f"for type {kind}")
    for key in _KEYS.get(kind, ()):
        if key not in data or (kind.endswith("ssh-auth") and not data[key]):
            at.child("data").required(key, f"for type {kind}")
        elif key.startswith(".docker") and not _is_json_object(data[key]):
            at.say_item("data", key, "must be a JSON object")


def _is_json_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | type(None))
    except (ValueError, RecursionError):
        return False


def check_config_map(at: At) -> None:
    """A ConfigMap."""
    _check_keys(at, ("data", "binaryData"))
    data, binary = at.get("data", {}), at.get("binaryData", {})
    for key in data.keys() & binary.keys():
        at.say_item("data", key, "is in binaryData too")
    if sum(len(it.encode()) for it in data.values()) + sum(len(_decoded(it)) for it in binary.values()) > _MAX_SIZE:
        at.say("data", f"must be at most {_MAX_SIZE} bytes together", "FieldValueTooLong")


def _check_keys(at: At, fields: tuple[str, ...]) -> None:
    for field in fields:
        for key in at.get(field, {}):
            if wrong := names.config_key(key):
                at.say_item(field, key, f'"{key}": {wrong}')
