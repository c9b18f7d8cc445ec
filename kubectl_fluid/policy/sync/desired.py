"""Datasets → the InjectionTemplates that should be there. Pure: what is known of the cluster comes in as a lookup.

Decisions:

- A template is what `policy compile` makes, with a label that says who keeps it and the Dataset as its owner: its
  end is the template's, also while nobody syncs.
- A Dataset that cannot be injected (not bound, its DaemonSet missing, …) keeps a template, one without a sidecar and
  with the reason. Without a template its Pods would be admitted with the claim in them and no guard would know better.
- What no API server would take (a field that Pods do not have) becomes such a template too: the one from before would
  go on putting an old sidecar into Pods.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubectl_fluid.catalog.objects import FLUID_GROUP
from kubectl_fluid.claims import Claim, Claims, Name, Problem
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import names
from kubectl_fluid.policy.check import findings
from kubectl_fluid.policy.template import is_of_fluid, template, unmade

Object = dict[str, Any]

#: Who applies, as the API server keeps it in `managedFields`.
MANAGER = "kubectl-fluid"
#: Templates with this label are kept and removed by `policy sync`; others are not its business.
MANAGED_BY, SYNC = "app.kubernetes.io/managed-by", "kubectl-fluid-policy-sync"
_REPORT = "run `kubectl fluid policy compile --cluster --traceback` in its namespace and report what it prints"
_OWNER = {"apiVersion": f"{FLUID_GROUP}/v1alpha1", "kind": "Dataset"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A template as it is to be applied. `owner` is the uid of its Dataset, `trouble` why it is not the compiled one.

    `spec` is JSON, a fifth of what the objects would take: thousands of them are remembered.
    """

    name: Name
    owner: str
    spec: str
    digest: str
    trouble: Problem | None = None

    @property
    def value(self) -> Object:
        """The object."""
        made = names.new(names.TEMPLATE.api_version, names.TEMPLATE.kind, self.name.name, self.name.namespace)
        made["metadata"]["labels"][MANAGED_BY] = SYNC
        made["metadata"]["ownerReferences"] = [{**_OWNER, "name": self.name.name, "uid": self.owner}]
        return {**made, "spec": json.loads(self.spec)}


class _Made(NamedTuple):
    """What the template of a claim was made of: every claim that was looked at on the way."""

    seen: dict[Name, Claim | None]
    spec: str
    digest: str
    trouble: Problem | None


@dataclass(slots=True)
class Compiler:
    """Makes templates, each again only when a claim has changed that it was made of."""

    settings: Settings = field(default_factory=Settings)
    made: int = 0
    _kept: dict[Name, _Made] = field(default_factory=dict)

    def wanted(self, datasets: Mapping[Name, str], claims: Claims) -> dict[Name, Wanted]:
        """The templates of these Datasets (name → uid), none for one whose claim is of other storage."""
        kept, found = {}, {}
        for name, uid in datasets.items():
            kept[name] = it = self._of(name, claims)
            if it.spec:
                found[name] = Wanted(name, uid, it.spec, it.digest, it.trouble)
        self._kept = kept
        return found

    def _of(self, name: Name, claims: Claims) -> _Made:
        before = self._kept.get(name)
        if before is not None and all(claims(*it) == claim for it, claim in before.seen.items()):
            return before
        self.made += 1
        seen: dict[Name, Claim | None] = {}
        spec, trouble = _spec(name, _recorded(claims, seen), self.settings)
        return _Made(seen, "" if spec is None else text(spec), digest(spec), trouble)


def _recorded(claims: Claims, seen: dict[Name, Claim | None]) -> Callable[[str, str], Claim | None]:
    def lookup(namespace: str, name: str) -> Claim | None:
        found = seen[Name(namespace, name)] = claims(namespace, name)
        return found

    return lookup


def _spec(name: Name, claims: Claims, settings: Settings) -> tuple[Object | None, Problem | None]:
    claim = claims(*name) or unmade(name)
    if not is_of_fluid(claim):
        return None, None
    try:
        made = template(claim, claims, settings)
    except Exception as error:  # noqa: BLE001 - one Dataset must not keep those of all others from being right
        trouble = Problem("Bug", f"this is a bug in kubectl-fluid: {type(error).__name__}: {error}"[:1000], _REPORT)
        return _refusing({"dataset": {"namespace": name.namespace, "name": name.name}}, trouble), trouble
    wrong = findings(made)
    if not wrong:
        return made["spec"], None
    trouble = not_taken(f"{'.'.join(map(str, wrong[0].pointer))}: {wrong[0].message}")
    return _refusing(made["spec"], trouble), trouble


def not_taken(why: str) -> Problem:
    """What is said of a FUSE client that no template can hold."""
    hint = "compare the FUSE DaemonSet with its chart; maybe it needs a newer kubectl-fluid"
    return Problem("BadFuse", f"no template can be made of the FUSE DaemonSet: {why}"[:1000], hint)


def refusing(wanted: Wanted, trouble: Problem) -> Wanted:
    """The same with no sidecar on any platform, and why."""
    spec = _refusing(json.loads(wanted.spec), trouble)
    return Wanted(wanted.name, wanted.owner, text(spec), digest(spec), trouble)


def _refusing(spec: Object, trouble: Problem) -> Object:
    refusal = {"code": trouble.code, "message": trouble.message, "hint": trouble.hint}
    kept: Object = {key: spec[key] for key in ("dataset", "notReady") if key in spec}
    return {**kept, "platforms": [{"name": name, "refusal": dict(refusal)} for name in PLATFORMS]}


def text(spec: Any) -> str:
    """The one way to write it: two specs are equal where their texts are."""
    return json.dumps(spec, sort_keys=True, separators=(",", ":"))


def digest(spec: Any) -> str:
    """That of its text."""
    return hashlib.sha256(text(spec).encode()).hexdigest()
