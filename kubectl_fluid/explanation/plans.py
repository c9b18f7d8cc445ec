"""What injection makes of a Pod as it is, or was, created; and each of its claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.explanation.model import ClaimView, Mount, Planned
from kubectl_fluid.injection.decision import decide, platform_name
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.gather import CLAIM_NOT_FOUND
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.injection.uninject import uninject
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]


def original(pod: Object) -> Object:
    """The Pod without its injection, as well as that can be told; itself where it has none or it cannot be told."""
    undone = uninject(pod)
    return undone.pod if undone.outcome is Outcome.INJECTED else pod


def planned(pod: Object, claims: Claims, settings: Settings) -> tuple[Planned, Plan | None]:
    """Plans a Pod; the Plan is None where the objects behind its claims cannot be read."""
    branch, platform = _branch(pod, settings)
    try:
        made = plan(pod, claims, settings)
    except ClusterError as error:
        return Planned(None, branch, platform, (), unread=str(error)), None
    return Planned(made.outcome, branch, platform, made.reasons, made.warnings, made.sidecars), made


def _branch(pod: Object, settings: Settings) -> tuple[str, str]:
    """Branch and platform that the Pod's labels choose; "" where there are none."""
    try:
        draft = Draft(pod)
        decision = decide(draft, settings)
        if decision.branch is None:
            return "", ""
        return decision.branch.value, platform_name(draft, settings)
    except Refusal:
        return "", ""


def claim_views(
    pod: Object, made: Plan | None, claims: Claims, namespace: str, served: Object
) -> tuple[ClaimView, ...]:
    """Each claim of a Pod in the order of its volumes. `served` is the Pod whose labels say which sidecar is whose.

    A claim about which the plan says nothing itself gets what is known of its Dataset.
    """
    try:
        names = dict.fromkeys(Draft(pod).claim_names())
    except Refusal:
        return ()
    return tuple(_view(pod, made, claims, namespace, name, served) for name in names)


def _view(pod: Object, made: Plan | None, claims: Claims, namespace: str, name: str, served: Object) -> ClaimView:
    where = tuple(_mounts(pod, name))
    try:
        claim = claims(namespace, name)
    except ClusterError as error:
        reason = Reason("Unread", Outcome.SKIPPED, "what is behind it cannot be read", error.hint, name)
        return ClaimView(name, reason, mounts=where, unread=str(error))
    said = next((it for it in (made.reasons if made else ()) if it.claim == name), None)
    reason = said or _of_claim(claim, namespace, name, made)
    dataset = claim.dataset if claim else None
    if dataset is None:
        return ClaimView(name, reason, mounts=where)
    sidecar = _sidecar(served, str(dataset.name.namespace), str(dataset.name.name))
    return ClaimView(name, reason, str(dataset.name), dataset.runtime_type, where, sidecar)


def _of_claim(claim: Claim | None, namespace: str, name: str, made: Plan | None) -> Reason:
    """Why a claim is as it is, where the plan did not come to it or says one thing of the whole Pod."""
    refused, skipped = Outcome.REFUSED, Outcome.SKIPPED
    if claim is None:
        return Reason(CLAIM_NOT_FOUND, refused, f"PersistentVolumeClaim {namespace}/{name} does not exist", "", name)
    problem = claim.not_ready or claim.broken or claim.no_sidecar
    if problem is not None:
        return Reason(problem.code, refused, problem.message, problem.hint, name)
    if claim.dataset is None:
        return Reason("NotADataset", skipped, f"claim {name} does not belong to a Dataset", "", name)
    whole = made.reasons[0] if made else None
    if whole is None or made is None:
        return Reason("Ready", skipped, f"dataset {claim.dataset.name} can be used", "", name)
    if made.outcome is refused:
        return Reason("Ready", skipped, f"dataset {claim.dataset.name} can be used; the Pod is refused", "", name)
    return Reason(whole.code, made.outcome, whole.message, "", name)


def _mounts(pod: Object, claim: str) -> Iterator[Mount]:
    spec = mapping(pod.get("spec"))
    volumes = {
        it.get("name")
        for it in items(spec.get("volumes"))
        if mapping(it.get("persistentVolumeClaim")).get("claimName") == claim
    }
    for field in ("initContainers", "containers"):
        for container in items(spec.get(field)):
            for mount in mounts(container):
                if mount.get("name") in volumes:
                    yield Mount(str(container.get("name")), str(mount.get("mountPath")))


def _sidecar(pod: Object, namespace: str, dataset: str) -> str:
    """Name of the container that serves a dataset, by the labels that an injection writes; "" for none."""
    labels = mapping(mapping(pod.get("metadata")).get("labels"))
    for key, value in labels.items():
        container = key.removeprefix(keys.DATASET_NAME_PREFIX)
        same = labels.get(keys.DATASET_NAMESPACE_PREFIX + container, namespace) == namespace
        if key != container and value == dataset and same:
            return container
    return ""
