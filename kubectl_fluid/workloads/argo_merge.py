"""How Argo lays a template over `templateDefaults`, and how this is undone.

Argo Workflows 3.7.0 (workflow/controller/operator.go, mergedTemplateDefaultsInto) uses Kubernetes' strategic merge:
maps member by member, lists with a merge key item by item, every other list as a whole; what is empty in the template
is left out of its JSON and so does not override.
"""

from __future__ import annotations

import json
from typing import Any

from kubectl_fluid.workloads.path import Object

#: Merge keys of lists (patchMergeKey in Argo's Template and in core/v1 Container).
MERGE_KEYS = {
    "env": "name",
    "hostAliases": "ip",
    "initContainers": "name",
    "ports": "containerPort",
    "sidecars": "name",
    "tolerations": "key",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}

_ABSENT = object()


def merged(defaults: Any, template: Any, field: str = "") -> Any:
    """`template` over `defaults`; neither is changed. `field` is the member's name, which decides about lists."""
    if template is None or template in ({}, [], ""):
        return template if defaults is None else defaults
    if isinstance(defaults, dict) and isinstance(template, dict):
        if field == "containerSet":  # its lists have no merge keys
            return {**defaults, **template}
        result = dict(defaults)
        for key, value in template.items():
            result[key] = merged(defaults.get(key), value, key)
        return result
    key_of_items = MERGE_KEYS.get(field)
    if key_of_items and isinstance(defaults, list) and isinstance(template, list):
        return overlaid(defaults, template, key_of_items, deep=True)
    return template


def overlaid(below: list[Object], above: list[Object], key: str, *, deep: bool = False) -> list[Object]:
    """Items of `below`, each replaced (`deep`: merged) by that of `above` with the same `key`, then the others."""
    by_key = {_key(item, key): item for item in reversed(above)}
    by_key.pop(None, None)
    result, used = [], set()
    for item in below:
        same = by_key.pop(_key(item, key), None)
        if same is None:
            result.append(item)
            continue
        used.add(id(same))
        result.append(merged(item, same) if deep else same)
    return result + [item for item in above if id(item) not in used]


def _key(item: Object, key: str) -> str | int | None:
    """The merge key's value; None for what cannot be one (a stranger may write a list for a name)."""
    value = item.get(key)
    return value if isinstance(value, (str, int)) else None


def own_items(new: list[Object], inherited: list[Object], local: list[Object]) -> list[Object]:
    """Those of `new` that a template has to name itself: it did before, or its defaults have none just like it."""
    own, below = set(map(canonical, local)), set(map(canonical, inherited))
    return [item for item in new if (text := canonical(item)) in own or text not in below]


def canonical(item: Object) -> str:
    """One text for all equal objects."""
    return json.dumps(item, sort_keys=True)


def own_members(local: Object, inherited: Object, old: Object, new: Object) -> Object:
    """The template's own map after `old` (what it amounted to before, defaults and all) has become `new`.

    Members that did not change are left alone; one that is now just as its default is no longer the template's own.
    """
    result = dict(local)
    for key in [*old, *(key for key in new if key not in old)]:
        if key in new and key in old and old[key] == new[key]:
            continue
        if key not in new or inherited.get(key, _ABSENT) == new[key]:
            result.pop(key, None)
        else:
            result[key] = new[key]
    return result
