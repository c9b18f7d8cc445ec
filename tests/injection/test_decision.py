"""Whether a Pod is injected: the table of kubectl_fluid/injection/decision.py, row by row."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.decision import Branch, decide, platform_name
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import Settings
from tests.injection.build import planned, pod, settings, skipped

DISABLED, DONE = (keys.ENABLE, "false"), (keys.DONE, "true")
SERVERLESS, SERVERFUL = (keys.INJECT, "true"), (keys.INJECT_SERVERFUL, "true")


def draft(*labels: tuple[str, str], **annotations: str) -> Draft:
    return Draft({"metadata": {"labels": dict(labels), "annotations": annotations}, "spec": {}})


@pytest.mark.parametrize(
    ("labels", "force", "code"),
    [
        pytest.param([DISABLED], False, "Disabled", id="disabled"),
        pytest.param([DISABLED, DONE, SERVERLESS], True, "Disabled", id="disabled wins over all else"),
        pytest.param([DONE, SERVERLESS], False, "AlreadyInjected", id="done"),
        pytest.param([DONE], True, "AlreadyInjected", id="force does not inject twice"),
        pytest.param([], False, "NotRequested", id="nothing asked"),
        pytest.param([(keys.INJECT, "True")], False, "NotRequested", id="True is not true"),
        pytest.param([(keys.INJECT, "false")], False, "NotRequested", id="asked not to"),
        pytest.param([(keys.INJECT_SERVERFUL, "yes")], False, "NotRequested", id="yes is not true"),
    ],
)
def test_a_pod_is_left_alone(labels: list[tuple[str, str]], force: bool, code: str) -> None:  # noqa: FBT001 - a column
    decision = decide(draft(*labels), settings(force=force))
    assert decision.branch is None
    assert decision.reason is not None
    assert decision.reason.code == code


@pytest.mark.parametrize(
    ("labels", "force", "branch"),
    [
        pytest.param([SERVERLESS], False, Branch.SERVERLESS, id="serverless"),
        pytest.param([SERVERLESS, SERVERFUL], False, Branch.SERVERLESS, id="serverless wins over serverful"),
        pytest.param([(keys.INJECT_DEPRECATED, "true")], False, Branch.SERVERLESS, id="deprecated label"),
        pytest.param([(keys.SIDECAR_TARGET, "eci")], False, Branch.SERVERLESS, id="ack-fluid's label"),
        pytest.param([(keys.ENABLE, "true"), SERVERLESS], False, Branch.SERVERLESS, id="enabled"),
        pytest.param([(keys.DONE, "false"), SERVERLESS], False, Branch.SERVERLESS, id="not done"),
        pytest.param([SERVERFUL], False, Branch.SERVERFUL, id="serverful"),
        pytest.param([SERVERFUL], True, Branch.SERVERLESS, id="force wins over serverful"),
        pytest.param([], True, Branch.SERVERLESS, id="force"),
    ],
)
def test_a_pod_is_taken(labels: list[tuple[str, str]], force: bool, branch: Branch) -> None:  # noqa: FBT001 - a column
    decision = decide(draft(*labels), settings(force=force))
    assert decision.branch is branch
    assert decision.reason is None


def test_the_label_named_by_the_deprecated_variable_asks_too() -> None:
    known = settings(platform_key="example.com/platform")
    assert decide(draft(("example.com/platform", "eci")), known).branch is Branch.SERVERLESS
    assert decide(draft(("example.com/platform", "eci")), settings()).branch is None


@pytest.mark.parametrize(
    ("labels", "annotations", "name"),
    [
        pytest.param([SERVERLESS], {}, "default", id="nothing said"),
        pytest.param([SERVERLESS], {keys.PLATFORM: "eci"}, "eci", id="annotation"),
        pytest.param([SERVERLESS], {keys.PLATFORM: ""}, "default", id="empty annotation"),
        pytest.param([SERVERLESS, (keys.UNPRIVILEGED, "true")], {}, "unprivileged", id="unprivileged"),
        pytest.param([SERVERLESS, (keys.UNPRIVILEGED, "false")], {}, "default", id="not unprivileged"),
        pytest.param(
            [SERVERLESS, (keys.UNPRIVILEGED, "true")], {keys.PLATFORM: "eci"}, "unprivileged", id="label wins"
        ),
        pytest.param([(keys.SIDECAR_TARGET, "acs")], {keys.PLATFORM: "eci"}, "acs", id="ack-fluid's label wins"),
        pytest.param([(keys.INJECT_DEPRECATED, "true")], {keys.PLATFORM: "eci"}, "default", id="deprecated label"),
        pytest.param(
            [(keys.INJECT_DEPRECATED, "true"), (keys.UNPRIVILEGED, "true")], {}, "unprivileged", id="deprecated both"
        ),
        pytest.param([("example.com/platform", "eci")], {}, "eci", id="deprecated key"),
    ],
)
def test_the_platform_is_chosen(labels: list[tuple[str, str]], annotations: dict[str, str], name: str) -> None:
    assert platform_name(draft(*labels, **annotations), settings(platform_key="example.com/platform")) == name


def test_the_callers_platform_wins_over_the_pods() -> None:
    assert platform_name(draft((keys.SIDECAR_TARGET, "acs")), settings(platform="eci")) == "eci"


def test_the_deprecated_key_and_the_serverless_label_exclude_each_other() -> None:
    with pytest.raises(Refusal, match=r"example\.com/platform") as refusal:
        platform_name(draft(("example.com/platform", "eci"), SERVERLESS), settings(platform_key="example.com/platform"))
    assert refusal.value.reason.code == "ConflictingLabels"


def test_a_pod_without_a_dataset_is_left_alone() -> None:
    assert skipped(pod({"name": "tmp", "emptyDir": {}})) == "NoDataset"


def test_the_reason_to_leave_a_pod_alone_says_what_would_take_it() -> None:
    (reason,) = planned({"metadata": {}, "spec": {"containers": []}}, using=Settings()).reasons
    assert keys.INJECT in reason.hint
    assert "--" not in reason.hint  # options are for whoever has a command line
