"""The serverful branch: no sidecar, but affinity to the nodes that hold the cache, and mount propagation.

Fluid a826600a: plugins RequireNodeWithFuse, NodeAffinityWithCache, MountPropagationInjector and
PreferNodesWithoutCache of pkg/webhook/plugins, with the configuration of its chart.
"""

from __future__ import annotations

from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Dataset
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.volumes import HOST_TO_CONTAINER

Object = dict[str, Any]

#: Locality keys and the weight of the wish for them (the chart's NodeAffinityWithCache arguments).
PREFERRED = {keys.LOCALITY_NODE: 100, keys.ZONE: 50, keys.REGION: 20}
#: Locality keys that become a demand where the Pod says so.
REQUIRED = (keys.LOCALITY_NODE,)
WEIGHT_WITHOUT_CACHE = 100
_REQUIRED_FIELD = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED_FIELD = "preferredDuringSchedulingIgnoredDuringExecution"

_TERM_FIELDS = ("matchExpressions", "matchFields")


def steer(draft: Draft, found: list[Claim]) -> None:
    """Changes affinity and mounts of a Pod that uses these claims; without claims it is kept off cache nodes."""
    datasets = {claim.name.name: claim.dataset for claim in found if claim.dataset}
    if not datasets:
        absent: Object = {"matchExpressions": [{"key": keys.DATASET_NUM, "operator": "DoesNotExist"}]}
        _prefer(draft, [{"weight": WEIGHT_WITHOUT_CACHE, "preference": absent}])
        return
    _require(draft, [term for dataset in datasets.values() if (term := _selector_term(dataset))])
    _to_cache(draft, datasets)
    _propagate(draft, set(datasets))


def _selector_term(dataset: Dataset) -> Object | None:
    selector = dataset.node_selector
    return {"matchExpressions": [_is_in(key, [selector[key]]) for key in sorted(selector)]} if selector else None


def _is_in(key: str, values: list[str]) -> Object:
    return {"key": key, "operator": "In", "values": values}


def _to_cache(draft: Draft, datasets: dict[str, Dataset]) -> None:
    if _chose_locality(draft):
        return
    required, preferred = [], []
    for claim, dataset in datasets.items():
        if draft.labels.get(f"{keys.SCHED_PREFIX}{claim}{keys.SCHED_SUFFIX}") == "required":
            expressions = [e for key in REQUIRED for e in _expressions(dataset, key)]
            if expressions:
                required.append({"matchExpressions": expressions})
        else:
            for key, weight in PREFERRED.items():
                preferred += [
                    {"weight": weight, "preference": {"matchExpressions": [e]}} for e in _expressions(dataset, key)
                ]
    _require(draft, required)
    _prefer(draft, preferred)


def _expressions(dataset: Dataset, key: str) -> list[Object]:
    """What a locality key means for this dataset: its own node labels, or what its runtime says of the cache."""
    if key == keys.LOCALITY_NODE:
        return [_is_in(dataset.cache_node_label, ["true"])]
    if key == keys.LOCALITY_FUSE:
        return [_is_in(dataset.fuse_node_label, ["true"])]
    required = ((dataset.cache_affinity or {}).get(_REQUIRED_FIELD) or {}).get("nodeSelectorTerms") or []
    return [e for term in required for e in term.get("matchExpressions") or [] if e.get("key") == key]


def _chose_locality(draft: Draft) -> bool:
    """Whether the Pod speaks of locality itself.

    Fluid's hasRepeatedLocality has a quirk that is kept: a nodeSelector is not looked at where there is a
    nodeAffinity without a required part.
    """
    known = {*PREFERRED, *REQUIRED}
    affinity = (draft.spec.get("affinity") or {}).get("nodeAffinity")
    if affinity:
        terms = [item.get("preference") or {} for item in affinity.get(_PREFERRED_FIELD) or []]
        required = affinity.get(_REQUIRED_FIELD)
        terms += (required or {}).get("nodeSelectorTerms") or []
        if any(e.get("key") in known for term in terms for e in term.get("matchExpressions") or []):
            return True
        if not required:
            return False
    return any(key in known for key in draft.spec.get("nodeSelector") or {})


def _node_affinity(draft: Draft) -> Object:
    return (draft.spec.get("affinity") or {}).get("nodeAffinity") or {}


def _set_node_affinity(draft: Draft, affinity: Object) -> None:
    draft.spec["affinity"] = {**(draft.spec.get("affinity") or {}), "nodeAffinity": affinity}


def _require(draft: Draft, terms: list[Object]) -> None:
    """ANDs the terms to those that are there; empty ones among these are replaced (Fluid: InjectNodeSelectorTerms).

    Nothing is added where each term that is there demands one of the new ones already: a Pod may come twice.
    """
    new = [term for term in terms if _says_something(term)]
    if not new:
        return
    affinity = _node_affinity(draft)
    required = affinity.get(_REQUIRED_FIELD) or {}
    old = [term for term in required.get("nodeSelectorTerms") or [] if _says_something(term)]
    if old and all(any(_demands(one, other) for other in new) for one in old):
        return
    merged = [_both(one, other) for one in old for other in new] if old else new
    _set_node_affinity(draft, {**affinity, _REQUIRED_FIELD: {**required, "nodeSelectorTerms": merged}})


def _says_something(term: Object) -> bool:
    return bool(term.get("matchExpressions") or term.get("matchFields"))


def _demands(one: Object, other: Object) -> bool:
    """Whether the first term holds everything that the second one holds."""
    return all(e in (one.get(field) or []) for field in _TERM_FIELDS for e in other.get(field) or [])


def _both(one: Object, other: Object) -> Object:
    merged: Object = {}
    for field in _TERM_FIELDS:
        if both := [*(one.get(field) or []), *(other.get(field) or [])]:
            merged[field] = both
    return merged


def _prefer(draft: Draft, terms: list[Object]) -> None:
    affinity = _node_affinity(draft)
    old = affinity.get(_PREFERRED_FIELD) or []
    if new := [term for term in terms if term not in old]:
        _set_node_affinity(draft, {**affinity, _PREFERRED_FIELD: [*old, *new]})


def _propagate(draft: Draft, claims: set[str]) -> None:
    """Lets the application see a FUSE client that was restarted; mounts that say something themselves stay."""
    volumes = {
        volume["name"]
        for volume in draft.volumes
        if (source := volume.get("persistentVolumeClaim")) and source["claimName"] in claims
    }
    for container in draft.containers:
        old = mounts(container)
        if any(mount["name"] in volumes and not mount.get("mountPropagation") for mount in old):
            container["volumeMounts"] = [
                {**mount, "mountPropagation": HOST_TO_CONTAINER}
                if mount["name"] in volumes and not mount.get("mountPropagation")
                else mount
                for mount in old
            ]
