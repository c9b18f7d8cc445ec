"""What injection makes of one claim on one platform, read off the plans of Pods that do nothing but mount it.

Decision: nothing here knows how a sidecar is made. The parts come from `injection.plan` itself, so that what is
refused there is refused here with the same reason, and a change there reaches the policies without a change here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Claims, Problem
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Refusal
from kubectl_fluid.injection.settings import Settings, SidecarMode

Object = dict[str, Any]

#: Name of the probe's volume; on platforms that share an emptyDir the sidecar's first mount holds it, in the place of
#: the name that the application's volume has.
PLACEHOLDER = "kubectl-fluid-placeholder"
_CONTAINER = "application"
#: Labels that every injected Pod has, whichever claims it mounts.
COMMON_LABELS = {keys.DONE: "true", keys.MANAGED_BY: "fluid"}
#: Annotations that are not the sidecar's: the way back is another one for each Pod, and the list is merged.
_NOT_OF_THE_SIDECAR = (keys.UNDO, keys.DATASETS_IN_USE, keys.SKIP_PRECHECK)


class NotByPolicies(Exception):
    """`injection.plan` would serve the claim, policies cannot: `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Parts(NamedTuple):
    """One claim's injection on one platform, for a Pod with or without cache folders and mount check."""

    mode: SidecarMode
    container: Object
    volumes: list[Object]
    source: Object
    mount: Object
    labels: dict[str, str]
    annotations: dict[str, str]


def parts(claim: Claim, claims: Claims, settings: Settings, *, cache: bool = False, check: bool = True) -> Parts:
    """The parts of a claim's injection. Raises Refusal for what cannot be injected, NotByPolicies."""
    planned = plan(_pod(claim, cache=cache, check=check), claims, replace(settings, namespace=claim.name.namespace))
    _check(claim, planned)
    spec, metadata = planned.pod["spec"], planned.pod["metadata"]
    (name,) = planned.sidecars
    first, *added = spec["volumes"]
    native = [it for it in spec.get("initContainers", ()) if it["name"] == name]
    (container,) = native or [it for it in spec["containers"] if it["name"] == name]
    (application,) = [it for it in spec["containers"] if it["name"] == _CONTAINER]
    return Parts(
        SidecarMode.NATIVE if native else SidecarMode.LEGACY,
        container,
        added,
        {key: value for key, value in first.items() if key != "name"},
        {key: value for key, value in application["volumeMounts"][0].items() if key not in ("name", "mountPath")},
        {key: value for key, value in metadata["labels"].items() if key.endswith(f"/{name}")},
        {key: value for key, value in metadata["annotations"].items() if key not in _NOT_OF_THE_SIDECAR},
    )


def _pod(claim: Claim, *, cache: bool, check: bool) -> Object:
    """A Pod that asks for injection; the labels say `false` as well as nothing, so that they can be recognised."""
    labels = {
        keys.INJECT: "true",
        keys.CACHE_DIR: str(cache).lower(),
        keys.SIDECAR_POST_START: str(check).lower(),
    }
    mount = {"name": PLACEHOLDER, "mountPath": "/data"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": labels, "annotations": {keys.SKIP_PRECHECK: "true"}},
        "spec": {
            "containers": [{"name": _CONTAINER, "image": "application", "volumeMounts": [mount]}],
            "volumes": [{"name": PLACEHOLDER, "persistentVolumeClaim": {"claimName": claim.name.name}}],
        },
    }


def _check(claim: Claim, planned: Plan) -> None:
    if planned.outcome is Outcome.REFUSED:
        first = planned.reasons[0]
        raise Refusal(first.code, first.message, first.hint, claim=first.claim)
    if len(planned.sidecars) != 1:
        raise NotByPolicies(
            Problem(
                "NestedDatasets",
                f"the FUSE client of claim {claim.name} mounts another dataset, which a policy cannot follow",
                "use the webhook, or `kubectl fluid inject`, for Pods that mount it",
            )
        )
