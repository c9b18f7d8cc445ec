"""Files that lie beside manifests and are none: values of charts, kustomizations, settings of tools."""

from __future__ import annotations

from typing import Any

#: API groups of files that tools read and no API server does.
_OF_TOOLS = ("kustomize.config.k8s.io/", "skaffold/", "kind.x-k8s.io/", "audit.k8s.io/", "kubeadm.k8s.io/")
#: Keys at the top that only an object has.
_OF_OBJECTS = ("metadata", "spec", "apiVersion", "kind")


def not_a_manifest(value: Any) -> str:
    """Why a document is no manifest, "" for one that is meant as one, however wrong it may be."""
    if not isinstance(value, dict):
        return "" if isinstance(value, list) and any(map(_is_object, value)) else "it is not a mapping"
    version, kind = value.get("apiVersion"), value.get("kind")
    if isinstance(version, str) and version.startswith(_OF_TOOLS):
        return f"{version} is read by a tool, not by an API server"
    if kind is None and version in ("v1", "v2") and "name" in value and "version" in value:
        return "it describes a Helm chart"
    if not any(key in value for key in _OF_OBJECTS):
        return "it has neither apiVersion nor kind"
    return ""


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and "apiVersion" in value and "kind" in value
