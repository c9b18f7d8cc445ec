"""The Pod that Argo makes of a template, as far as its author wrote it (see `argo` for the facts)."""

from __future__ import annotations

from kubectl_fluid.workloads.argo_merge import merged, overlaid
from kubectl_fluid.workloads.errors import Pointer
from kubectl_fluid.workloads.path import Object, mapping, maps

MAIN = "main"

#: Pod fields that a template has under the same name, and that the workflow's spec has for all of them.
TEMPLATE_FIELDS = (
    "affinity",
    "automountServiceAccountToken",
    "nodeSelector",
    "priorityClassName",
    "schedulerName",
    "securityContext",
    "serviceAccountName",
    "tolerations",
)

#: Pod fields that only the workflow's spec has.
SPEC_FIELDS = ("dnsConfig", "dnsPolicy", "hostNetwork", "imagePullSecrets")

#: Names that the workflow's spec has for Pod fields, where they differ.
SPEC_NAMES = {"priorityClassName": "podPriorityClassName"}


def check_spec(spec: Object, where: Pointer) -> None:
    """Raises WorkloadError unless those members of a WorkflowSpec that are used here have the right types."""
    _check_metadata(spec, "podMetadata", where)
    for field in ("volumes", "imagePullSecrets"):
        maps(spec, field, where)
    defaults = mapping(spec, "templateDefaults", where)
    if defaults is not None:
        check_template(defaults, (*where, "templateDefaults"))


def check_template(template: Object, where: Pointer) -> None:
    """Raises WorkloadError unless those members of a template that are used here have the right types."""
    _check_metadata(template, "metadata", where)
    for field in ("initContainers", "sidecars"):
        for index, container in enumerate(maps(template, field, where) or ()):
            maps(container, "volumeMounts", (*where, field, index))
    maps(template, "volumes", where)
    for field in ("container", "script", "containerSet"):
        main = mapping(template, field, where) or {}
        maps(main, "volumeMounts", (*where, field))
    containers = mapping(template, "containerSet", where) or {}
    for index, container in enumerate(maps(containers, "containers", (*where, "containerSet")) or ()):
        maps(container, "volumeMounts", (*where, "containerSet", "containers", index))


def _check_metadata(holder: Object, field: str, where: Pointer) -> None:
    metadata = mapping(holder, field, where) or {}
    for part in ("labels", "annotations"):
        mapping(metadata, part, (*where, field))


def main_field(template: Object) -> str | None:
    """Which member holds the main container: `container`, `containerSet` or `script`; None for other templates."""
    order = ("container", "containerSet", "steps", "dag", "script", "resource", "data", "suspend", "http", "plugin")
    field = next((field for field in order if template.get(field) is not None), None)
    return field if field in ("container", "containerSet", "script") else None


def view(spec: Object, template: Object) -> Object:
    """The Pod of a template; shares structure with both.

    Volumes stand in the order of `spec.volumes`, then of the template, wherever each is written; sidecars stand before
    the main containers. So a member keeps its index when a sidecar goes in and its reverse patch comes back.
    """
    whole: Object = merged(spec.get("templateDefaults"), template)
    field = main_field(template)
    pod: Object = {}
    metadata = _metadata(spec.get("podMetadata"), whole.get("metadata"))
    if metadata is not None:
        pod["metadata"] = metadata
    result: Object = {}
    volumes = _volumes(spec, whole, str(field))
    if volumes is not None:
        result["volumes"] = volumes
    if whole.get("initContainers") is not None:
        result["initContainers"] = whole["initContainers"]
    result["containers"] = [*(whole.get("sidecars") or ()), *mains(whole, str(field))]
    for name in (*TEMPLATE_FIELDS, *SPEC_FIELDS):
        value = whole.get(name) if name in TEMPLATE_FIELDS else None
        if value is None or value in ({}, [], ""):
            value = spec.get(SPEC_NAMES.get(name, name))
        if value is not None:
            result[name] = value
    pod["spec"] = result
    return pod


def mains(whole: Object, field: str) -> list[Object]:
    """Main containers of a template: one called `main`, or those of a set, each with the set's mounts at the end."""
    main: Object = whole.get(field) or {}
    if field != "containerSet":
        return [main if main.get("name") == MAIN else {**main, "name": MAIN}]
    shared = main.get("volumeMounts") or []
    return [
        # Each gets mounts of its own: a patch that changes one in a copy must not change them all.
        {**container, "volumeMounts": [*(container.get("volumeMounts") or ()), *map(dict, shared)]}
        if shared
        else container
        for container in main.get("containers") or ()
    ]


def _metadata(below: Object | None, above: Object | None) -> Object | None:
    if below is None and above is None:
        return None
    result: Object = {}
    for part in ("labels", "annotations"):
        parts = [holder[part] for holder in (below, above) if holder and holder.get(part) is not None]
        if parts:
            result[part] = {key: value for found in parts for key, value in found.items()}
    return result


def _volumes(spec: Object, whole: Object, field: str) -> list[Object] | None:
    own = whole.get("volumes")
    mounted = _mounted(whole, field)
    volumes = spec.get("volumes") or ()
    general = [it for it in volumes if isinstance(name := it.get("name"), str) and name in mounted]
    if own is None and not general:
        return None
    return overlaid(general, own or [], "name")


def _mounted(whole: Object, field: str) -> set[str]:
    holders = [whole.get(field) or {}, *(whole.get("initContainers") or ()), *(whole.get("sidecars") or ())]
    names = (mount.get("name") for holder in holders for mount in holder.get("volumeMounts") or ())
    return {name for name in names if isinstance(name, str)}
