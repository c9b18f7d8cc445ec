"""What a guard is: one row of the table, from which the policy, the verdict offline and the documentation are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kubectl_fluid.policy.guards.view import View
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.read import entries, text

#: Of a Pod, and of the parameter's name ("" where the policy has none): the names of what breaks the guard.
Find = Callable[[View, str], list[str]]
#: The version in which ValidatingAdmissionPolicy became stable.
STABLE = "1.30"


@dataclass(frozen=True, eq=False)
class Policy:
    """A ValidatingAdmissionPolicy about Pods, without its guards.

    It looks at Pods for which `conditions` (its matchConditions, name → CEL) and `gate` are true; a gate may ask the
    Pod's namespace, which matchConditions do not see. `matches` says the same in Python, and `parameters` are the
    names of the objects of `param_kind` for which it is evaluated, each by itself.
    """

    name: str
    severity: Severity
    conditions: Mapping[str, str]
    matches: Callable[[View], bool]
    gate: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    param_kind: Mapping[str, str] | None = None
    parameters: Callable[[View], list[str]] = lambda _: [""]


@dataclass(frozen=True)
class Guard:
    """One row.

    `offenders` is CEL for a list of names, `find` its twin in Python: a Pod without any keeps the guard. `sentence`
    says in a message what is wrong, with `{}` for the names, and `cure` what to do.
    """

    name: str
    policy: Policy
    what: str
    offenders: str
    find: Find
    sentence: str
    cure: str
    reason: str = "Forbidden"
    since: str = STABLE

    @property
    def variable(self) -> str:
        """The variable that holds the offenders."""
        first, *rest = self.name.split("-")
        return first + "".join(part.title() for part in rest)

    @property
    def expression(self) -> str:
        """CEL for the offenders, none for a Pod that the policy does not look at."""
        return f"variables.gate ? ({self.offenders}) : []" if self.policy.gate else self.offenders


class Verdict(NamedTuple):
    """A guard that a Pod breaks, and what its creator is told."""

    guard: Guard
    message: str


def message(guard: Guard, view: View, names: list[str]) -> str:
    """What `messageExpression` gives."""
    return f"{guard.sentence.format(', '.join(names))}; {guard.cure} (kubectl fluid explain {explained(view)})"


def explained(view: View) -> str:
    """What `explain` is to be asked about: the object that makes the Pod, or else the Pod's file."""
    owners = [it for _, it in entries(view.pod, "metadata", "ownerReferences")]
    what = f"{text(owners[0], 'kind').lower()}/{text(owners[0], 'name')}" if owners else "-f FILE"
    return f"{what} -n {view.namespace}"
