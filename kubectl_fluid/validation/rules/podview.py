"""What a Pod template says of itself: whether it asks for injection, where it runs, which claims it has."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.read import Object, at, entries, strings, text

LABELS = ("metadata", "labels")
ANNOTATIONS = ("metadata", "annotations")


def pod_labels(pod: Object) -> dict[str, str]:
    """The Pod's labels."""
    return strings(pod, *LABELS)


def pod_annotations(pod: Object) -> dict[str, str]:
    """The Pod's annotations."""
    return strings(pod, *ANNOTATIONS)


def asks(pod: Object) -> bool:
    """Whether the Pod asks for sidecars."""
    given = pod_labels(pod)
    return "true" in (given.get(keys.INJECT), given.get(keys.INJECT_DEPRECATED)) or keys.SIDECAR_TARGET in given


def on_eci(pod: Object) -> bool:
    """Whether the Pod says that it runs on ECI."""
    given = pod_labels(pod)
    return (
        given.get(keys.ECI) == "true"
        or given.get(keys.SIDECAR_TARGET) == "eci"
        or pod_annotations(pod).get(keys.PLATFORM) == "eci"
    )


def claims(pod: Object) -> Iterator[tuple[str, Pointer]]:
    """The names of the claims among the Pod's volumes, and where they stand in the Pod."""
    for index, volume in entries(pod, "spec", "volumes"):
        name = text(volume, "persistentVolumeClaim", "claimName")
        if name:
            yield name, ("spec", "volumes", index, "persistentVolumeClaim", "claimName")


def containers(pod: Object) -> Iterator[tuple[Pointer, Object]]:
    """All containers, init containers first."""
    for field in ("initContainers", "containers"):
        for index, container in entries(pod, "spec", field):
            yield ("spec", field, index), container


def raw(pod: Object, *path: str) -> dict[str, object]:
    """A mapping with values of any type."""
    found = at(pod, *path)
    return found if isinstance(found, dict) else {}
