"""Checks of the admission policies that this program compiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, listed, unread
from kubectl_fluid.policy import mutating, names
from kubectl_fluid.policy.guards import rules
from kubectl_fluid.policy.guards.objects import policy_of
from kubectl_fluid.policy.guards.table import POLICIES
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]
Objects = Sequence[Object] | ClusterError

NAMES = ("policies-installed", "policies-bound", "policies-parameters", "policies-current", "policies-types")
_PART_OF = "app.kubernetes.io/part-of"
_APPLY = (
    "`kubectl apply --server-side -k policies/serverless`, and `kubectl fluid policy compile --target vap` for guards"
)


class Lists(NamedTuple):
    """Policies that mutate and that validate, each with their bindings."""

    policies: Objects
    bindings: Objects
    guards: Objects
    guard_bindings: Objects


@cache
def compiled() -> dict[str, Object]:
    """Name → policy, as this version of the program makes them."""
    guards = (it.policy for it in (*map(policy_of, POLICIES), *(made for _, kind in rules.policies() for made in kind)))
    return {it["metadata"]["name"]: it for it in (mutating.policy(), *guards)}


def checks(lists: Lists, templates: frozenset[str] | ClusterError) -> Iterator[Check]:
    """All of them; `templates` are the plurals that are served of the group of this program."""
    error = next((it for it in lists if isinstance(it, ClusterError)), None)
    if error is not None:
        yield from (unread(name, error) for name in NAMES)
        return
    pairs = ((lists.policies, lists.bindings), (lists.guards, lists.guard_bindings))
    ours = [it for found, _ in pairs for it in _ours(found)]
    if not ours:
        hint = "injection without a webhook, and guards: docs/policies.md"
        yield Check(NAMES[0], Verdict.SKIPPED, "no policy of this program is installed", hint)
        yield from (Check(name, Verdict.SKIPPED, "there is no policy of this program") for name in NAMES[1:])
        return
    yield _installed(ours)
    yield _bound(pairs)
    yield _parameters(ours, templates)
    yield _current(ours)
    yield _types(ours)


def _ours(found: Any) -> list[Object]:
    return [it for it in found if _labels(it).get(_PART_OF) == names.LABELS[_PART_OF] or name_of(it) in compiled()]


def _labels(value: Object) -> Object:
    return mapping(mapping(value.get("metadata")).get("labels"))


def name_of(value: Object) -> str:
    """Name of an object."""
    return str(mapping(value.get("metadata")).get("name"))


def _spec(value: Object) -> Object:
    return mapping(value.get("spec"))


def _installed(ours: list[Object]) -> Check:
    guards = [name_of(it) for it in ours if name_of(it) != names.INJECT]
    parts = [f"{names.INJECT} injects"] if len(guards) < len(ours) else []
    parts += [f"{counted(len(guards), 'guard')} ({listed(guards, 3)})"] if guards else []
    return Check(NAMES[0], Verdict.OK, " and ".join(parts), details=tuple(clipped(name_of(it)) for it in ours))


def _bound(pairs: Iterable[tuple[Any, Any]]) -> Check:
    """A policy without binding does nothing; a binding without policy neither."""
    unbound, dangling, missing = list[str](), list[str](), list[str]()
    for found, bindings in pairs:
        named = {str(_spec(it).get("policyName")) for it in bindings}
        present = {name_of(it) for it in found}
        unbound += [name_of(it) for it in _ours(found) if name_of(it) not in named]
        dangling += [name_of(it) for it in _ours_bindings(bindings) if str(_spec(it).get("policyName")) not in present]
        if names.INJECT in present & named:
            missing += sorted({name_of(it) for it in mutating.bindings()} - {name_of(it) for it in bindings})
    if unbound:
        what = counted(len(unbound), "policy without binding does", "policies without binding do")
        said = f"{what} nothing: {listed(unbound)}"
        return Check(NAMES[1], Verdict.FAILED, said, f"apply the bindings: {_APPLY}", details=tuple(unbound))
    if dangling:
        many = counted(len(dangling), "binding names", "bindings name")
        said = f"{many} a policy that is not there: {listed(dangling)}"
        return Check(NAMES[1], Verdict.FAILED, said, f"apply the policies, or delete the bindings: {_APPLY}")
    if missing:
        said = f"{names.INJECT} lacks {counted(len(missing), 'binding')}: {listed(missing)}"
        return Check(NAMES[1], Verdict.WARNING, said, "Pods with that label are left alone: apply them anew")
    return Check(NAMES[1], Verdict.OK, "each policy has a binding, and each binding its policy")


def _ours_bindings(found: Any) -> list[Object]:
    return [it for it in found if _labels(it).get(_PART_OF) == names.LABELS[_PART_OF]]


def _parameters(ours: list[Object], templates: frozenset[str] | ClusterError) -> Check:
    name = NAMES[2]
    kinds = {name_of(it): mapping(_spec(it).get("paramKind")) for it in ours}
    wanting = [it for it, kind in kinds.items() if kind.get("apiVersion") == names.TEMPLATE.api_version]
    if not any(kind for kind in kinds.values()):
        return Check(name, Verdict.SKIPPED, "no policy has parameters")
    if isinstance(templates, ClusterError):
        return unread(name, templates)
    if wanting and names.PLURAL not in templates:
        kind, goes = names.TEMPLATE.kind, "goes" if len(wanting) == 1 else "go"
        said = f"the cluster does not serve {kind}, by which {listed(wanting)} {goes}: Pods that ask are refused"
        return Check(name, Verdict.FAILED, said, "`kubectl apply --server-side -k policies/serverless` defines it")
    return Check(name, Verdict.OK, "the kinds of their parameters are served")


def _current(ours: list[Object]) -> Check:
    name, wished = NAMES[3], compiled()
    known = [it for it in ours if name_of(it) in wished]
    differing = [name_of(it) for it in known if not _holds(wished[name_of(it)]["spec"], _spec(it))]
    others = [name_of(it) for it in ours if name_of(it) not in wished]
    if differing or others:
        what = [f"{listed(differing)} {'is' if len(differing) == 1 else 'are'} not what this version compiles"]
        parts = (what if differing else []) + ([f"this version has no {listed(others)}"] if others else [])
        said, details = "; ".join(parts), tuple(clipped(it) for it in (*differing, *others))
        return Check(name, Verdict.WARNING, said, f"were they applied by another version? {_APPLY}", details=details)
    return Check(name, Verdict.OK, "they are what this version of the program compiles")


def _holds(wished: Any, found: Any) -> bool:
    """Whether all that is wished is there; the API server adds its defaults to mappings."""
    if isinstance(wished, Mapping):
        return isinstance(found, Mapping) and all(_holds(value, found.get(key)) for key, value in wished.items())
    if isinstance(wished, list):
        same = isinstance(found, list) and len(wished) == len(found)
        return same and all(map(_holds, wished, found))
    return bool(wished == found)


def _types(ours: list[Object]) -> Check:
    """`status.typeChecking` of ValidatingAdmissionPolicies, which kube-controller-manager writes."""
    name, warnings = NAMES[4], list[str]()
    for it in ours:
        checked = mapping(mapping(it.get("status")).get("typeChecking"))
        found = items(checked.get("expressionWarnings"))
        warnings += [clipped(f"{name_of(it)}: {each.get('fieldRef')}: {each.get('warning')}") for each in found]
    if warnings:
        said = f"the API server's type checking has {counted(len(warnings), 'warning')} on their expressions"
        hint = "they name fields that this version of Kubernetes or of Fluid does not have: apply those of this program"
        return Check(name, Verdict.WARNING, said, hint, details=tuple(warnings))
    checked_ones = [it for it in ours if mapping(it.get("status")).get("typeChecking") is not None]
    if not checked_ones:
        return Check(name, Verdict.SKIPPED, "the API server has not checked their types")
    return Check(name, Verdict.OK, f"types of {counted(len(checked_ones), 'policy', 'policies')} were checked")
