"""Claim → InjectionTemplate: the parameter object by which the policies inject one dataset.

Decisions:

- One object for each claim, in the claim's namespace and of its name.
- It holds finished parts (containers, volumes, labels) for every platform and no choices that a policy would have to
  make; what a Pod's label changes (cache folders, mount check) stands beside it as a second finished part.
- A platform on which the claim cannot be served is there too, with the reason: guards tell it to whoever asks.
- A Dataset that is not bound yet has a template with `notReady`, so that its Pods are refused instead of left alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kubectl_fluid.claims import Claim, Claims, Name, Problem
from kubectl_fluid.injection.gather import CLAIM_NOT_FOUND
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import names
from kubectl_fluid.policy.probe import NotByPolicies, Parts, parts

Object = dict[str, Any]


def is_of_fluid(claim: Claim) -> bool:
    """Whether the claim belongs to a Dataset, be it a broken one; others have no template."""
    return claim.dataset is not None or claim.broken is not None or claim.not_ready is not None


def unmade(name: Name) -> Claim:
    """The claim of a Dataset that has none yet: its template has Pods refused until there is one."""
    why = f"PersistentVolumeClaim {name} does not exist"
    return Claim(name, not_ready=Problem(CLAIM_NOT_FOUND, why, "Fluid makes one as soon as the Dataset is bound"))


def template(claim: Claim, claims: Claims, settings: Settings) -> Object:
    """The InjectionTemplate of a claim of Fluid's; `claims` is asked for the datasets that its FUSE client mounts."""
    made = names.new(names.TEMPLATE.api_version, names.TEMPLATE.kind, claim.name.name, claim.name.namespace)
    dataset = claim.dataset.name if claim.dataset is not None else claim.name
    spec: Object = {"dataset": {"namespace": dataset.namespace, "name": dataset.name}}
    if claim.not_ready is not None:
        spec["notReady"] = _problem(claim.not_ready)
    spec["platforms"] = [
        {"name": name, **_platform(claim, claims, replace(settings, platform=name))} for name in PLATFORMS
    ]
    return {**made, "spec": _without_floats(spec)}


def _platform(claim: Claim, claims: Claims, settings: Settings) -> Object:
    try:
        _check_name(claim)
        return {"sidecar": _sidecar(claim, claims, settings)}
    except NotByPolicies as error:
        return {"refusal": _problem(error.problem)}
    except Refusal as refusal:
        reason = refusal.reason
        return {"refusal": _problem(Problem(reason.code, reason.message, reason.hint))}


def _check_name(claim: Claim) -> None:
    """The policies put sidecars in the order of their datasets' names, which are all that a Pod's labels hold."""
    if claim.dataset is not None and claim.dataset.name.name != claim.name.name:
        raise NotByPolicies(
            Problem(
                "ClaimOfAnotherName",
                f"claim {claim.name} is not named like its dataset {claim.dataset.name}, which the policies go by",
                f"mount claim {claim.dataset.name.name}, or use the webhook",
            )
        )


def _sidecar(claim: Claim, claims: Claims, settings: Settings) -> Object:
    plain = parts(claim, claims, settings)
    cached = parts(claim, claims, settings, cache=True)
    unchecked = parts(claim, claims, settings, check=False)
    made: Object = {
        "mode": plain.mode.value,
        "container": plain.container,
        "volumes": plain.volumes,
        "withCache": {"volumeMounts": cached.container.get("volumeMounts") or [], "volumes": cached.volumes},
        "withoutCheck": {key: unchecked.container[key] for key in ("lifecycle",) if key in unchecked.container},
        "application": _application(plain),
        "labels": plain.labels,
    }
    if plain.annotations:
        made["annotations"] = plain.annotations
    return made


def _application(plain: Parts) -> Object:
    return {"source": plain.source, **plain.mount}


def _problem(problem: Problem) -> Object:
    made = {"code": problem.code, "message": problem.message}
    return {**made, "hint": problem.hint} if problem.hint else made


def _without_floats(value: Any) -> Any:
    """A copy whose fractions are strings: the schema of a quantity takes whole numbers and strings."""
    if isinstance(value, dict):
        return {key: _without_floats(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_floats(member) for member in value]
    return repr(value) if isinstance(value, float) else value
