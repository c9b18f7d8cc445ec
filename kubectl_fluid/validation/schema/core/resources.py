"""Requests and limits."""

from __future__ import annotations

import re

from kubectl_fluid.manifests import quantity
from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.report import BEYOND_LIMIT

_OF_CONTAINERS = ("cpu", "memory", "ephemeral-storage")
_HUGE = "hugepages-"
_OF_PODS = ("cpu", "memory")
_BARE = re.compile(r"[+-]?\.?(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)", re.ASCII)


def amount(text: str) -> int | None:
    """A decoded quantity in nano units; None where it is too large to be compared."""
    if _BARE.fullmatch(text.strip()):
        return 0  # an API server reads a suffix without digits as zero
    try:
        return quantity.parse(text).nano
    except quantity.QuantityError:
        return None


def check_resources(at: At, claims: set[str], *, of_pod: bool = False, limits_are: str = "limits") -> None:
    """`resources` of a container or (`of_pod`) a Pod; `claims` are the names of the Pod's `resourceClaims`.

    `limits_are` is the name under which the document has what is checked as limits.
    """
    limits, requests = at.get("limits", {}), at.get("requests", {})
    for kind, amounts in ((limits_are, limits), ("requests", requests)):
        for name, text in amounts.items():
            _check_name(at, kind, name, of_pod=of_pod)
            _check_amount(at, kind, name, text)
    for name, text in requests.items():
        fixed = not _is_native(name) or name.startswith(_HUGE)
        if name not in limits:
            if fixed:
                at.say("limits", f"a limit of {name} is required: it cannot be overcommitted", "FieldValueRequired")
            continue
        wanted, limit = amount(text), amount(limits[name])
        if wanted is None or limit is None:
            continue
        if wanted > limit:
            at.say_item("requests", name, f"{BEYOND_LIMIT} {name}, {limits[name]}")
        elif fixed and wanted != limit:
            at.say_item("requests", name, f"must be equal to the limit of {name}, {limits[name]}")
    both = {*limits, *requests}
    if any(name.startswith(_HUGE) for name in both) and not both & {"cpu", "memory"}:
        at.say_here("huge pages require cpu or memory", "FieldValueForbidden")
    _check_claims(at, claims)


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _check_name(at: At, kind: str, name: str, *, of_pod: bool) -> None:
    if wrong := names.qualified_name(name):
        at.say_item(kind, name, f'"{name}": {wrong}')
    elif of_pod:
        if name not in _OF_PODS and not name.startswith(_HUGE):
            at.say_item(
                kind, name, f"{name} is not supported for whole Pods: use cpu, memory", "FieldValueNotSupported"
            )
    elif "/" not in name:
        if name not in _OF_CONTAINERS and not name.startswith(_HUGE):
            at.say_item(kind, name, f"{name} is no resource of containers: one of your own needs a domain (a.b/{name})")
    elif not _is_native(name) and (name.startswith("requests.") or names.qualified_name(f"requests.{name}")):
        at.say_item(kind, name, f"{name} is not an extended resource's name")


def _check_amount(at: At, kind: str, name: str, text: str) -> None:
    nano = amount(text)
    if nano is None:
        return
    if nano < 0:
        at.say_item(kind, name, f"{text}: must be greater than or equal to 0")
    whole = nano % quantity.NANO == 0
    if "/" in name and not _is_native(name) and not whole:
        at.say_item(kind, name, f"{text}: must be an integer")
    elif name.startswith(_HUGE):
        size = amount(name.removeprefix(_HUGE))
        if not size or nano % size or nano < 0:
            at.say_item(kind, name, f"{text} is not a multiple of {name.removeprefix(_HUGE)}")


def _check_claims(at: At, known: set[str]) -> None:
    seen = set[tuple[str, str]]()
    whole = set[str]()
    for index, claim in enumerate(at.items("claims")):
        name, request = claim.text("name"), claim.text("request")
        if not name:
            continue
        if (name, request) in seen or name in whole or (not request and any(name == it for it, _ in seen)):
            claim.duplicate("name", name)
        seen.add((name, request))
        if not request:
            whole.add(name)
        if name not in known:
            at.child("claims").not_found(index, name, "it must be one of the Pod's `resourceClaims`")
        claim.name("request", names.dns_label)
