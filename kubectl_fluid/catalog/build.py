"""From objects to a Claim. Facts: Fluid a826600a, pkg/webhook/utils/runtime_info.go and pkg/ddc/base."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.catalog import fuse
from kubectl_fluid.catalog.metrics import scrape_target
from kubectl_fluid.catalog.notes import memory_tier, secrets_elsewhere, secrets_not_copied, secrets_of
from kubectl_fluid.catalog.objects import Get
from kubectl_fluid.catalog.rendered import Unrenderable
from kubectl_fluid.catalog.runtimes import KINDS, RUNTIMES
from kubectl_fluid.claims import Claim, Claims, Dataset, Name, Problem
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

#: Phases in which a Dataset has no runtime yet; all others pass Fluid's precheck.
UNBOUND = ("", "NotBound")
REFERENCE = "dataset://"
#: Label keys of this length or longer carry the Dataset's UID instead of its namespace and name.
LONG_LABEL = 63


def claims_from(get: Get, secrets: Collection[Name] = ()) -> Claims:
    """A lookup of claims over a source of objects; each claim is made once.

    `secrets` are the Secrets that are known to exist, which need not be all.
    """
    made: dict[tuple[str, str], Claim | None] = {}

    def claims(namespace: str, name: str) -> Claim | None:
        key = (namespace, name)
        if key not in made:
            made[key] = claim_of(get, namespace, name, secrets)
        return made[key]

    return claims


def claim_of(get: Get, namespace: str, name: str, secrets: Collection[Name] = ()) -> Claim | None:
    """Makes one claim; None when there is no such PersistentVolumeClaim."""
    try:
        return _claim(get, namespace, name, secrets)
    except Unrenderable as error:
        return Claim(Name(namespace, name), broken=error.problem)


def _claim(get: Get, namespace: str, name: str, secrets: Collection[Name]) -> Claim | None:
    pvc = get("PersistentVolumeClaim", namespace, name)
    if pvc is None:
        return None
    this = Name(namespace, name)
    dataset_name = dataset_of(pvc, name)
    if dataset_name is None:
        return Claim(this)
    dataset = get("Dataset", namespace, dataset_name)
    named = f'dataset "{namespace}/{dataset_name}"'
    if dataset is None:
        hint = f"create the Dataset, or delete the claim: kubectl get dataset -n {namespace}"
        return Claim(this, broken=Problem("DatasetNotFound", f"{named} of claim {name} does not exist", hint))
    not_ready = precheck(dataset, named)
    # Fluid reads the mount point off the claim that is named after the dataset, whichever claim the Pod names.
    own = pvc if dataset_name == name else get("PersistentVolumeClaim", namespace, dataset_name)
    resolved = _resolve(get, own or pvc, dataset, Name(namespace, dataset_name))
    if isinstance(resolved, Problem):
        return Claim(this, not_ready=not_ready, broken=resolved)
    attached = fuse.attach(get, own, resolved)
    if isinstance(attached, Problem):
        return Claim(this, resolved, not_ready=not_ready, no_sidecar=attached)
    read = secrets_of(attached.fuse) if attached.fuse else []
    physical = _physical(own or pvc, dataset, attached.name)
    notes = secrets_not_copied(attached.name, physical, read) or secrets_elsewhere(attached.name, read, secrets)
    return Claim(this, attached._replace(notes=(*attached.notes, *notes)), not_ready=not_ready)


def dataset_of(pvc: Object, name: str) -> str | None:
    """Name of the Dataset behind a claim; None for a claim of other storage."""
    labels = mapping(mapping(pvc.get("metadata")).get("labels"))
    for key in (keys.MANAGED_BY, keys.WRAPPED_BY):
        if key in labels:
            return str(labels[key] or "")
    return name if any(str(key).startswith(keys.STORAGE_PREFIX) for key in labels) else None


def precheck(dataset: Object, named: str) -> Problem | None:
    """Why a Pod must wait for this Dataset; None when it is bound."""
    status = mapping(dataset.get("status"))
    phase = status.get("phase")
    if isinstance(phase, str) and phase not in UNBOUND:
        return None
    for condition in items(status.get("conditions")):
        if condition.get("type") == "NotReady":
            why = condition.get("message") or "(it does not say why)"
            return Problem("DatasetNotReady", f"{named} is not ready because {why}", _WAIT)
    return Problem("DatasetNotBound", f"{named} is not bound", _WAIT)


_WAIT = (
    "wait until its phase is Bound (`kubectl get dataset -w`; it needs a runtime of the same name), "
    f'or annotate the Pod {keys.SKIP_PRECHECK}: "true"'
)


def _resolve(get: Get, pvc: Object, dataset: Object, name: Name) -> Dataset | Problem:
    named = f'dataset "{name}"'
    runtimes = items(mapping(dataset.get("status")).get("runtimes"))
    kind = str(runtimes[0].get("type") or "") if runtimes else ""
    known = RUNTIMES.get(kind)
    if known is None:
        what = f"has a runtime of unknown type {kind!r}" if kind else "has no runtime"
        hint = f"create a runtime named {name.name} in namespace {name.namespace}"
        return Problem("RuntimeUnknown", f"{named} {what}", hint)
    runtime = get(known.kind, name.namespace, name.name)
    if runtime is None:
        hint = f"kubectl get {known.plural} -n {name.namespace}"
        return Problem("RuntimeNotFound", f"{known.kind} {name} of {named} does not exist", hint)
    spec = mapping(mapping(runtime.get("spec")).get("fuse"))
    target = scrape_target(kind, spec)
    if isinstance(target, Problem):
        return target
    physical = _physical(pvc, dataset, name)
    behind = dataset if physical == name else get("Dataset", physical.namespace, physical.name)
    cached_by = runtime if physical == name else _juicefs_of(get, behind, physical)
    uid = _uid(behind)
    affinity = mapping(runtime.get("status")).get("cacheAffinity")
    return Dataset(
        name,
        kind,
        cache_node_label=node_label(keys.STORAGE_PREFIX, physical, uid),
        fuse_node_label=node_label(keys.FUSE_PREFIX, physical, uid),
        node_selector={str(k): str(v) for k, v in mapping(spec.get("nodeSelector")).items()},
        metrics_target=target,
        cache_affinity=affinity if isinstance(affinity, dict) else None,
        notes=tuple(memory_tier(cached_by or {})),
    )


def _physical(pvc: Object, dataset: Object, name: Name) -> Name:
    """The dataset whose cache it is: of a reference dataset, the one that it refers to."""
    labels = mapping(mapping(pvc.get("metadata")).get("labels"))
    if labels.get(keys.REFERRING_NAME) and labels.get(keys.REFERRING_NAMESPACE):
        return Name(str(labels[keys.REFERRING_NAMESPACE]), str(labels[keys.REFERRING_NAME]))
    mounted = items(mapping(dataset.get("spec")).get("mounts"))
    point = str(mounted[0].get("mountPoint") or "") if mounted else ""
    namespace, _, rest = point.removeprefix(REFERENCE).partition("/")
    if point.startswith(REFERENCE) and namespace and rest:
        return Name(namespace, rest.split("/")[0])
    return name


def _juicefs_of(get: Get, dataset: Object | None, name: Name) -> Object | None:
    """The JuiceFSRuntime of a dataset that another one refers to; None where it is of another kind."""
    runtimes = items(mapping((dataset or {}).get("status")).get("runtimes"))
    kind = "JuiceFSRuntime"
    return get(kind, *name) if runtimes and runtimes[0].get("type") == KINDS[kind].type else None


def _uid(dataset: Object | None) -> str:
    return str(mapping((dataset or {}).get("metadata")).get("uid") or "")


def node_label(prefix: str, dataset: Name, uid: str) -> str:
    """`<prefix><namespace>-<name>`, or `<prefix><uid>` where that is too long (pkg/utils/label.go)."""
    label = f"{prefix}{dataset.namespace}-{dataset.name}"
    return f"{prefix}{uid}" if uid and len(label) >= LONG_LABEL else label
