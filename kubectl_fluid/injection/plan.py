"""`plan`: the one function that decides about a Pod. The CLI, the webhook and the policy compiler go through it."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.injection import advice, limits, prefetcher, rounds, serverful, undo, usage
from kubectl_fluid.injection.decision import Branch, decide, platform_name
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.gather import gather
from kubectl_fluid.injection.platforms import mode_of, platform_of, shape_of
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.injection.run import Run
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.manifests.patch import diff

Object = dict[str, Any]


class Plan(NamedTuple):
    """What is to be done with one Pod.

    `pod` is the result, the input itself where nothing changes; `operations` are RFC 6902 and lead from the input
    to it. `sidecars` are container names. `reasons` has one entry for every claim taken or left, or one for the
    whole Pod. `config_maps` must exist beside the Pod. `warnings` do not stop anything. `status` is the HTTP status
    of an AdmissionResponse.
    """

    pod: Object
    outcome: Outcome
    reasons: tuple[Reason, ...]
    operations: tuple[Object, ...] = ()
    sidecars: tuple[str, ...] = ()
    config_maps: tuple[Object, ...] = ()
    warnings: tuple[Reason, ...] = ()
    status: int = 200


def plan(pod: Object, claims: Claims, settings: Settings) -> Plan:
    """Decides about one Pod, or one Pod template seen as a Pod (`metadata` and `spec`).

    Pure: no I/O but through `claims`, no clock and no randomness but `settings.unique`; `pod` is never changed.
    Nothing is raised for what a Pod may hold: a Pod that cannot be injected gives a Plan with outcome REFUSED.
    """
    try:
        return _plan(pod, claims, settings)
    except Refusal as refusal:
        return Plan(pod, Outcome.REFUSED, refusal.reasons, status=refusal.status)


def _plan(pod: Object, claims: Claims, settings: Settings) -> Plan:
    draft = Draft(pod)
    _check_namespace(draft, settings)
    decision = decide(draft, settings)
    if decision.branch is None and decision.reason is not None:
        if settings.admission and settings.fluid and decision.reason.code == "NotRequested":
            gather(draft, claims, settings.namespace)
        return Plan(pod, Outcome.SKIPPED, (decision.reason,))
    found = gather(draft, claims, settings.namespace)
    left = _others(draft, found)
    if decision.branch is Branch.SERVERFUL:
        return _serverful(pod, draft, found, left, settings)
    if not found:
        reason = Reason("NoDataset", Outcome.SKIPPED, "no volume of the Pod is a claim of a Dataset", _NO_DATASET_HINT)
        return Plan(pod, Outcome.SKIPPED, left or (reason,))
    return _serverless(pod, draft, found, left, settings, claims)


_ALREADY_STEERED = Reason("AlreadySteered", Outcome.SKIPPED, "the Pod was steered before")
_NO_DATASET_HINT = "name the Dataset as persistentVolumeClaim.claimName of a volume"


def _check_namespace(draft: Draft, settings: Settings) -> None:
    if draft.namespace and draft.namespace != settings.namespace:
        raise Refusal(
            "NamespaceMismatch",
            f"metadata.namespace is {draft.namespace}, but the request is for {settings.namespace}",
            "leave metadata.namespace out, or make both equal",
            status=403,
            pointer=("metadata", "namespace"),
        )


def _others(draft: Draft, found: list[Claim]) -> tuple[Reason, ...]:
    taken = {claim.name.name for claim in found}
    return tuple(
        Reason("NotADataset", Outcome.SKIPPED, f"claim {name} does not belong to a Dataset", "", name)
        for name in dict.fromkeys(draft.claim_names())
        if name not in taken
    )


def _serverful(pod: Object, draft: Draft, found: list[Claim], left: tuple[Reason, ...], settings: Settings) -> Plan:
    if found:
        prefetcher.add(draft, found, settings)
    serverful.steer(draft, found)
    usage.record(draft, found)
    if not diff(pod, draft.pod()):
        return Plan(pod, Outcome.SKIPPED, (_ALREADY_STEERED, *left))
    if found:
        reasons = tuple(
            Reason("Steered", Outcome.INJECTED, f"claim {c.name.name} steers the Pod to cache nodes", "", c.name.name)
            for c in found
        )
    else:
        reasons = (Reason("SteeredAway", Outcome.INJECTED, "the Pod uses no Dataset and is kept off cache nodes"),)
    return _finished(pod, draft, reasons + left, settings)


def _serverless(
    pod: Object, draft: Draft, found: list[Claim], left: tuple[Reason, ...], settings: Settings, claims: Claims
) -> Plan:
    platform = platform_of(platform_name(draft, settings))
    mode = mode_of(platform, settings)
    run = Run(draft, claims, shape_of(platform, mode, settings), mode, settings)
    prefetcher.add(draft, found, settings)
    rounds.inject(run, found)
    usage.record(draft, found)
    limits.check(run)
    reasons = (*run.reasons, *advice.who_ends(run), *left)
    return _finished(
        pod,
        draft,
        reasons,
        settings,
        sidecars=tuple(run.names),
        config_maps=tuple(run.config_maps.values()),
        warnings=advice.warnings(run, found),
    )


def _finished(
    pod: Object,
    draft: Draft,
    reasons: tuple[Reason, ...],
    settings: Settings,
    warnings: tuple[Reason, ...] = (),
    **made: Any,
) -> Plan:
    limits.mount_paths(draft)
    if not settings.fluid:
        warnings += undo.remember(pod, draft)
    result = draft.pod()
    return Plan(result, Outcome.INJECTED, reasons, tuple(diff(pod, result)), warnings=warnings, **made)
