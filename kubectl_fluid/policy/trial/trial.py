"""One object through all that the bundle of `policies/` does to it, in the order of an API server's admission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.catalog.objects import FLUID_GROUP
from kubectl_fluid.claims import Claims
from kubectl_fluid.injection import shape
from kubectl_fluid.injection.decision import decide
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome, Refusal
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import names
from kubectl_fluid.policy.guards.guard import Policy
from kubectl_fluid.policy.guards.injected import CLAIMS
from kubectl_fluid.policy.guards.table import SERVERLESS
from kubectl_fluid.policy.template import is_of_fluid
from kubectl_fluid.policy.trial.guarding import Objection, over_object, over_pod
from kubectl_fluid.policy.trial.injecting import Turn, inject
from kubectl_fluid.policy.trial.request import Request
from kubectl_fluid.shapes import items, mapping, without_empties

Object = dict[str, Any]


@unique
class Injector(Enum):
    """Who puts sidecars in: the folder of `policies/` that is installed."""

    POLICIES = "serverless"
    WEBHOOK = "webhook"
    NOBODY = "guards"


@unique
class Fate(Enum):
    """What becomes of the object, from the mildest to the hardest."""

    ADMITTED = "admitted"
    WARNED = "warned"
    REFUSED = "refused"


class Note(NamedTuple):
    """Why nothing was injected, or the webhook's reason; codes are those of docs/reasons.md and docs/policies.md."""

    code: str
    message: str
    hint: str = ""
    refuses: bool = False


@dataclass(frozen=True)
class Trial:
    """What came of one object. `value` is what is stored, or was refused; `turns` are the templates'."""

    value: Object
    namespace: str
    asked: bool = False
    turns: tuple[Turn, ...] = ()
    notes: tuple[Note, ...] = ()
    operations: tuple[Object, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def fate(self) -> Fate:
        """What becomes of the object."""
        at_once = any(it.refused for it in self.turns) or any(it.refuses for it in self.notes)
        if at_once or any(it.denies for it in self.objections):
            return Fate.REFUSED
        return Fate.WARNED if any(it.warns for it in self.objections) else Fate.ADMITTED


@dataclass(frozen=True)
class Bundle:
    """What is installed in the cluster, and what is in it.

    `template` gives the InjectionTemplate of a claim by namespace and name, None where there is none; `labels` those
    of a namespace. `unique` is the randomness that the webhook has.
    """

    claims: Claims
    template: Callable[[str, str], Object | None]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    injector: Injector = Injector.POLICIES
    stage: str = "deny"
    unique: str = ""

    def trial(self, value: Object, namespace: str) -> Trial | None:
        """A Pod, or an object of Fluid's; None for what the bundle does not look at. `namespace` "" for none."""
        request = Request(value, namespace, self.labels.get(namespace, {}))
        if value.get("kind") == "Pod" and value.get("apiVersion") == "v1":
            return self._pod(request)
        if str(value.get("apiVersion")).startswith(f"{FLUID_GROUP}/"):
            found = over_object(request, self.stage)
            return Trial(value, namespace, objections=tuple(found))
        return None

    def _pod(self, request: Request) -> Trial:
        try:
            shape.pod(request.value, ())
        except Refusal as refusal:  # the API server says it in other words
            note = Note(refusal.reason.code, refusal.reason.message, refusal.reason.hint, refuses=True)
            return Trial(request.value, request.namespace, notes=(note,))
        made = self._injected(request)
        if made.fate is Fate.REFUSED:
            return made
        after = replace(request, value=_named(made.value))
        found = over_pod(after, self.stage, lambda policy: self._parameters(policy, after))
        return replace(made, objections=tuple(found))

    def _injected(self, request: Request) -> Trial:
        match self.injector:
            case Injector.POLICIES:
                return self._by_policies(request)
            case Injector.WEBHOOK:
                return self._by_webhook(request)
        return Trial(without_empties(request.value), request.namespace)

    def _by_policies(self, request: Request) -> Trial:
        named = _claim_names(request.value)
        templates = [it for name in named if (it := self.template(request.namespace, name)) is not None]
        done = inject(request, templates)
        known = {it.template for it in done.turns}
        notes = (
            [_not_asked(request)] if not done.asked else [self._left(request, it) for it in named if it not in known]
        )
        operations = tuple(it for turn in done.turns for it in turn.operations)
        return Trial(done.pod, request.namespace, done.asked, done.turns, tuple(notes), operations)

    def _by_webhook(self, request: Request) -> Trial:
        settings = Settings(namespace=request.namespace, unique=self.unique, admission=True)
        planned = plan(without_empties(request.value), self.claims, settings)
        refused = planned.outcome is Outcome.REFUSED
        notes = tuple(Note(it.code, it.message, it.hint, refused) for it in planned.reasons)
        asked = planned.outcome is not Outcome.SKIPPED
        return Trial(planned.pod, request.namespace, asked, (), notes, tuple(planned.operations))

    def _left(self, request: Request, name: str) -> Note:
        if self.claims(request.namespace, name) is None:
            why = f"claim {name} does not exist, and no Dataset is called so: nothing injects it"
            return Note("ClaimNotFound", why, "give its objects too, or correct the name")
        return Note("NotFluid", f"claim {name} has nothing to do with Fluid")

    def _parameters(self, policy: Policy, request: Request) -> Sequence[Object | None]:
        if policy.param_kind is None:
            return [None]
        if policy in SERVERLESS and self.injector is not Injector.POLICIES:
            return []
        find = self._claim if policy is CLAIMS else self.template
        found = (find(request.namespace, name) for name in _claim_names(request.value))
        return [it for it in found if it is not None]

    def _claim(self, namespace: str, name: str) -> Object | None:
        """The PersistentVolumeClaim as far as guards ask for it: its name, and by a label whose it is."""
        claim = self.claims(namespace, name)
        if claim is None:
            return None
        made = names.new("v1", "PersistentVolumeClaim", name, namespace)
        made["metadata"]["labels"] = {f"{keys.STORAGE_PREFIX}{namespace}-{name}": "true"} if is_of_fluid(claim) else {}
        return made


def _claim_names(pod: Object) -> list[str]:
    """The claims that the Pod's volumes name, each once."""
    volumes = items(mapping(pod.get("spec")).get("volumes"))
    found = (mapping(it.get("persistentVolumeClaim")).get("claimName") for it in volumes)
    return list(dict.fromkeys(it for it in found if isinstance(it, str)))


def _named(pod: Object) -> Object:
    """With a name, which the API server makes up before its guards are asked: `*` stands for its end."""
    metadata = mapping(pod.get("metadata"))
    if metadata.get("name") or not isinstance(metadata.get("generateName"), str):
        return pod
    return {**pod, "metadata": {**metadata, "name": f"{metadata['generateName']}*"}}


def _not_asked(request: Request) -> Note:
    """Why no binding matches the Pod: the bindings' selectors say what `injection.decision` says."""
    decision = decide(Draft(request.value), Settings(namespace=request.namespace))
    if decision.reason is not None:
        return Note(decision.reason.code, decision.reason.message, decision.reason.hint)
    return Note("Serverful", f"label {keys.INJECT_SERVERFUL} asks for cache nodes, which policies cannot do")
