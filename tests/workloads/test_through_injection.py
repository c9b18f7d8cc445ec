"""Each kind through the real patcher: injected into every slot, planned again, undone."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import workloads
from kubectl_fluid.claims import Name
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Profile, Settings
from kubectl_fluid.injection.uninject import uninject
from tests.injection import build
from tests.workloads.manifests import EXAMPLES, Example

Object = dict[str, Any]

CLAIMS = build.lookup(build.claim(fuse=build.template(Name(build.NAMESPACE, "demo"), secrets=("pull",))))

each_kind = pytest.mark.parametrize("example", [pytest.param(example, id=example.id) for example in EXAMPLES])
each_setting = pytest.mark.parametrize(
    "using",
    [
        pytest.param(build.settings(force=True), id="native"),
        pytest.param(build.settings(force=True, sidecar_mode=build.LEGACY), id="legacy"),
        pytest.param(build.settings(force=True, platform="eci"), id="eci"),
        pytest.param(build.fluid(force=True), id="fluid"),
    ],
)


def injected(value: Object, using: Settings) -> Object:
    for slot in workloads.slots(value):
        result = plan(slot.pod, CLAIMS, using)
        assert result.outcome is Outcome.INJECTED
        value = slot.put(value, result.pod)
    return value


@each_kind
@each_setting
def test_what_is_read_again_is_injected_already(example: Example, using: Settings) -> None:
    value = injected(example.value, using)
    assert value != example.value
    for slot in workloads.slots(value):
        assert slot.put(value, plan(slot.pod, CLAIMS, using).pod) is value


@each_kind
@each_setting
def test_the_undo_annotation_fits_what_is_read_again(example: Example, using: Settings) -> None:
    value = undone = injected(example.value, using)
    for slot in workloads.slots(value):
        undone = slot.put(undone, uninject(slot.pod).pod)
    if using.profile is Profile.DEFAULT:
        assert undone == example.value
    else:  # Fluid stores no undo: what can be recognised is gone
        assert "fluid-fuse" not in str(undone)
