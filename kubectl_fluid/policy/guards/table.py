"""The table of all guards over Pods, and what they say of one Pod."""

from __future__ import annotations

from kubectl_fluid.policy.guards import eci, injected
from kubectl_fluid.policy.guards.guard import Guard, Policy, Verdict, message
from kubectl_fluid.policy.guards.view import View

GUARDS: tuple[Guard, ...] = (*injected.GUARDS, *eci.GUARDS)
#: Where an InjectionTemplate has no meaning (no CRD), the policy that has it as parameter must not be installed.
SERVERLESS: tuple[Policy, ...] = (injected.TEMPLATES,)
POLICIES: tuple[Policy, ...] = tuple(dict.fromkeys(guard.policy for guard in GUARDS))


def verdicts(view: View) -> list[Verdict]:
    """The guards that a Pod breaks, in the order of the table, a verdict for each parameter."""
    return [
        Verdict(guard, message(guard, view, names))
        for guard in GUARDS
        if guard.policy.matches(view)
        for parameter in guard.policy.parameters(view)
        if (names := guard.find(view, parameter))
    ]
