"""The rows of the decision table say what `injection.decide` goes by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.explanation.triggers import FORCE, triggers
from kubectl_fluid.injection.decision import decide
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.settings import Settings

LABELS = (
    keys.ENABLE,
    keys.DONE,
    keys.INJECT,
    keys.INJECT_DEPRECATED,
    keys.SIDECAR_TARGET,
    keys.INJECT_SERVERFUL,
)
#: The row that decides → what `decide` answers: a branch, or the code of a reason.
ANSWERS = {
    keys.ENABLE: "Disabled",
    keys.DONE: "AlreadyInjected",
    keys.INJECT: "serverless",
    keys.INJECT_DEPRECATED: "serverless",
    keys.SIDECAR_TARGET: "serverless",
    FORCE: "serverless",
    keys.INJECT_SERVERFUL: "serverful",
    None: "NotRequested",
}


@given(st.dictionaries(st.sampled_from(LABELS), st.sampled_from(("true", "false", "eci", ""))), st.booleans())
def test_the_row_that_decides_is_the_one_that_the_decision_went_by(labels: dict[str, str], force: bool) -> None:  # noqa: FBT001
    pod = {"metadata": {"labels": labels}, "spec": {"containers": []}}
    settings = Settings(force=force)
    rows = triggers(pod, settings)
    decided = [row.name for row in rows if row.decides]
    decision = decide(Draft(pod), settings)
    answer = decision.branch.value if decision.branch else decision.reason.code if decision.reason else ""
    assert answer == ANSWERS[decided[0] if decided else None]
    assert {row.name: row.value for row in rows if row.name != FORCE} == {key: labels.get(key) for key in LABELS}


def test_labels_of_any_shape_are_shown() -> None:
    rows = triggers({"metadata": {"labels": {keys.INJECT: True}}}, Settings())
    assert [(row.value, row.holds) for row in rows if row.name == keys.INJECT] == [("True", False)]
    assert not any(row.holds for row in triggers({"metadata": {"labels": []}}, Settings()))
