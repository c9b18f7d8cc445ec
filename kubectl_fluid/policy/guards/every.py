"""All guards, as objects: those of `policies/guards`, and the one that InjectionTemplates are the parameters of."""

from __future__ import annotations

from kubectl_fluid.policy.guards import rules
from kubectl_fluid.policy.guards.objects import Made, policy_of
from kubectl_fluid.policy.guards.table import POLICIES, SERVERLESS


def guards() -> list[Made]:
    """Those that need nothing but Kubernetes: over Pods, then over each of Fluid's kinds."""
    over_pods = [policy_of(policy) for policy in POLICIES if policy not in SERVERLESS]
    return [*over_pods, *(made for _, of_kind in rules.policies() for made in of_kind)]


def guards_of_templates() -> list[Made]:
    """Those that need the definition of InjectionTemplate."""
    return [policy_of(policy) for policy in SERVERLESS]
