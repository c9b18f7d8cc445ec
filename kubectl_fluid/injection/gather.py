"""Which claims a Pod names, and whether each can be used: the stage before anything is changed.

Order of the checks: Fluid's CollectRuntimeInfosFromPVCs (a826600a, pkg/webhook/utils/runtime_info.go):
a dataset that is not bound stops at once, claims that do not exist are named together at the end.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.reason import Refusal

#: Codes of refusals that this stage raises; the rest comes with the claim's Problem.
CLAIM_NOT_FOUND = "ClaimNotFound"


def gather(draft: Draft, claims: Claims, namespace: str) -> list[Claim]:
    """Claims of datasets that the draft's volumes name, each once, in the order of the volumes.

    Claims of other storage are looked up too, since Fluid refuses a Pod that was created before its claim, but they
    are left out of the answer. Raises Refusal when a claim is missing or its Dataset is not ready.
    """
    skip_precheck = draft.annotations.get(keys.SKIP_PRECHECK) == "true"
    found: dict[str, Claim] = {}
    missing: list[str] = []
    for name in dict.fromkeys(draft.claim_names()):
        claim = claims(namespace, name)
        if claim is None:
            missing.append(name)
        elif claim.dataset is not None or claim.broken or claim.not_ready:
            problem = (None if skip_precheck else claim.not_ready) or claim.broken
            if problem is not None:
                raise Refusal(problem.code, problem.message, problem.hint, claim=name, pointer=_place(draft, name))
            found[name] = claim
    if missing:
        raise Refusal(
            CLAIM_NOT_FOUND,
            f"PersistentVolumeClaim {', '.join(f'{namespace}/{name}' for name in missing)} does not exist",
            f"create it first (`kubectl get pvc -n {namespace}`): Fluid makes one for each Dataset that is bound",
            claim=missing[0],
            pointer=_place(draft, missing[0]),
        )
    return list(found.values())


def _place(draft: Draft, name: str) -> tuple[str | int, ...]:
    """Where the Pod names this claim first."""
    return next(
        ("spec", "volumes", index, "persistentVolumeClaim", "claimName")
        for index, volume in enumerate(draft.volumes)
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
    )
