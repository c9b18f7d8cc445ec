"""The bindings' selectors: each Pod that a guard with parameters looks at is selected by one of them, and once."""

from __future__ import annotations

import itertools

import pytest

from kubectl_fluid import keys
from kubectl_fluid.policy.guards.every import guards, guards_of_templates
from kubectl_fluid.policy.guards.injected import concerned
from kubectl_fluid.policy.guards.objects import Made, bindings_of
from kubectl_fluid.policy.guards.view import View
from kubectl_fluid.validation.schema.core.selectors import matches

VALUES = ("true", "false", None)
LABELS = (keys.INJECT, keys.SIDECAR_TARGET, keys.INJECT_DEPRECATED, keys.DONE, keys.ENABLE)
WITH_PARAMETERS = [it for it in (*guards(), *guards_of_templates()) if it.has_parameters]


def selected(made: Made, labels: dict[str, str]) -> int:
    """How many bindings take a Pod with these labels."""
    bound = [it["spec"].get("matchResources", {}).get("objectSelector", {}) for it in bindings_of(made, "deny")]
    return sum(matches(it, labels) for it in bound)


@pytest.mark.parametrize("made", WITH_PARAMETERS, ids=lambda it: it.policy["metadata"]["name"])
def test_every_pod_that_a_guard_looks_at_is_selected_once(made: Made) -> None:
    looked_at = 0
    for values in itertools.product(VALUES, repeat=len(LABELS)):
        labels = {key: value for key, value in zip(LABELS, values, strict=True) if value is not None}
        times = selected(made, labels)
        assert times <= 1, labels
        if concerned(View({"metadata": {"labels": labels}})):
            looked_at += 1
            assert times == 1, labels
    assert looked_at > 100


@pytest.mark.parametrize("made", WITH_PARAMETERS, ids=lambda it: it.policy["metadata"]["name"])
@pytest.mark.parametrize("labels", [{}, {"app": "web"}, {keys.INJECT: "false"}, {keys.INJECT_SERVERFUL: "true"}])
def test_a_pod_that_asks_for_nothing_is_selected_by_none_and_costs_nothing(made: Made, labels: dict[str, str]) -> None:
    assert selected(made, labels) == 0


def test_both_guards_over_claims_have_parameters() -> None:
    assert [it.policy["metadata"]["name"] for it in WITH_PARAMETERS] == [
        "kubectl-fluid-claims",
        "kubectl-fluid-templates",
    ]
