"""The part of a Pod that a plan can depend on, and bytes that are equal for equal parts.

Pods come from templates: a Job's thousand Pods differ in names, uids and labels of their controllers, and one plan
fits them all. `essence` takes away what no plan looks at, so that `plan(essence(pod))` has the same operations, reasons
and warnings as `plan(pod)`. tests/injection/test_essence.py holds both against each other; whoever lets a plan look at
more of a Pod changes the tables here.
"""

from __future__ import annotations

import marshal
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.injection.sidecar import RANDOM_SUFFIX

Object = dict[str, Any]

#: Members of a container that no plan looks at.
UNREAD = frozenset(
    {
        *("args", "command", "env", "envFrom", "image", "imagePullPolicy", "livenessProbe", "readinessProbe"),
        *("resources", "startupProbe", "terminationMessagePath", "terminationMessagePolicy", "workingDir"),
    }
)
#: Members of a Pod's spec that differ from Pod to Pod of one StatefulSet, and that no plan looks at.
UNREAD_SPEC = frozenset({"hostname"})
#: Labels and annotations that plans look at: these, and whatever has Fluid's or Alibaba's name in it.
KNOWN = frozenset(value for name, value in vars(keys).items() if name.isupper())
#: Each Pod has this volume under a name of its own: the API server appends five random characters.
TOKEN_VOLUME = "kube-api-access-"  # noqa: S105 - the name of a volume
_TOKEN_NAME_LENGTH = len(TOKEN_VOLUME) + 5
_LISTS = ("containers", "initContainers")


def essence(pod: Object, settings: Settings) -> Object | None:
    """A new Pod with what a plan can depend on, sharing structure with `pod`; None where that cannot be told apart.

    None: a Pod of the wrong shape, one that wants names of its own, or one whose containers share a name.
    """
    metadata, spec = pod.get("metadata"), pod.get("spec")
    if type(metadata) is not dict or type(spec) is not dict:
        return None
    about = _about(metadata, settings)
    if about is None:
        return None
    rest = {key: value for key, value in spec.items() if key not in UNREAD_SPEC}
    token = _token_volume(rest.get("volumes"))
    if token:
        rest["volumes"] = [_renamed(volume, token) for volume in rest["volumes"]]
    for field in _LISTS:
        if rest.get(field):
            containers = _stripped(rest[field], token)
            if containers is None:
                return None
            rest[field] = containers
    parts = {"metadata": about, "spec": rest}
    return {field: parts[field] for field in pod if field in parts}  # operations follow the order of members


def _about(metadata: Object, settings: Settings) -> Object | None:
    about: Object = {}
    for field, value in metadata.items():  # in their order, see above
        if field in ("labels", "annotations"):
            about[field] = _known(value, settings.platform_key) if type(value) is dict else value
        elif field == "namespace":
            about[field] = value
    annotations = about.get("annotations")
    if type(annotations) is dict and annotations.get(keys.HOST_PATH_MODE) == RANDOM_SUFFIX:
        return None
    if type(metadata.get("name", "")) is not str or type(metadata.get("generateName", "")) is not str:
        return None
    return about


def fingerprint(value: Any) -> bytes | None:
    """Bytes that are equal only for equal JSON of the same order; None for JSON that is nested too deep."""
    try:
        # Version 2 has no references, which would depend on who else holds a string.
        return marshal.dumps(value, 2)
    except ValueError:
        return None


def _known(values: Object, platform_key: str) -> Object:
    return {
        key: value
        for key, value in values.items()
        if key in KNOWN
        or "fluid" in key
        or "alibabacloud" in key
        or "aliyun" in key
        or key == platform_key
        or type(value) is not str  # which is refused
    }


def _token_volume(volumes: Any) -> str:
    if type(volumes) is list:
        for volume in volumes:
            name = volume.get("name") if type(volume) is dict else None
            if type(name) is str and name.startswith(TOKEN_VOLUME) and len(name) == _TOKEN_NAME_LENGTH:
                return name
    return ""


def _stripped(containers: Any, token: str) -> list[Object] | None:
    if type(containers) is not list:
        return None
    stripped = []
    names = set()
    for container in containers:
        if type(container) is not dict:
            return None
        kept = {key: value for key, value in container.items() if key not in UNREAD}
        name = kept.get("name")
        if type(name) is not str or name in names:
            return None
        names.add(name)
        if token and type(kept.get("volumeMounts")) is list:
            kept["volumeMounts"] = [_renamed(mount, token) for mount in kept["volumeMounts"]]
        stripped.append(kept)
    return stripped


def _renamed(item: Any, token: str) -> Any:
    return {**item, "name": TOKEN_VOLUME} if type(item) is dict and item.get("name") == token else item
