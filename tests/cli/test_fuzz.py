"""Documents that somebody has spoilt: the program answers with 0 or 1 and a sentence, never with a bug."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.running import Ran, run
from tests.cli.world import JOB, OBJECTS

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "true", "jfs", "data", "/data", "\ud800", "\x00", "\u2028", "a" * 300, "fluid-fuse-jfs", "=", "~"]
    ),
    st.sampled_from([[], {}, [[]], {"": ""}, [None], {"a": {"a": []}}, [{"name": "data"}], {"name": 3}]),
)
FORMATS = st.sampled_from(["yaml", "json", "patch", "diff", "name"])
PROFILES = st.sampled_from(["default", "fluid"])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in inner for place in places(member, (*path, key)))]


def spoilt(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """A copy with something odd in one place."""
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = spoilt(value[path[0]], path[1:], odd)
    return copy


FULL_JOB = yaml.safe_load(JOB)
FULL_JOB["spec"]["template"]["metadata"]["annotations"] = {
    "kubectl-fluid.io/undo": "[]",
    "kubectl-fluid.io/undo-text": "x",
    "file-prefetcher.fluid.io/inject": "true",
    "file-prefetcher.fluid.io/file-list": "pvc://jfs/a",
    "serverless.fluid.io/platform": "eci",
}
FULL_JOB["spec"]["template"]["spec"]["initContainers"] = [
    {"name": "i", "volumeMounts": [{"name": "data", "mountPath": "/d"}], "lifecycle": {"postStart": {"exec": {}}}}
]
FULL_JOB["spec"]["template"]["spec"]["affinity"] = {
    "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}]}
}
WORLD = [FULL_JOB, *yaml.safe_load_all(OBJECTS)]


def check(ran: Ran) -> None:
    assert ran.status in (0, 1), ran.err
    assert "Traceback" not in ran.err
    assert ran.status == 0 or ran.out == ""


@st.composite
def spoilt_worlds(draw: st.DrawFn) -> str:
    """The Job and its objects as JSON, with something odd in one or two places."""
    world: Any = WORLD
    for _ in range(draw(st.integers(1, 2))):
        world = spoilt(world, draw(st.sampled_from(places(world))), draw(ODD))
    return "\n".join(json.dumps(value) for value in (world if isinstance(world, list) else [world]))


@settings(max_examples=150)
@pytest.mark.timeout(60)
@given(spoilt_worlds(), FORMATS, PROFILES)
def test_wrong_values_anywhere_are_no_bug(text: str, output: str, profile: str) -> None:
    check(run("inject", "--local", "--profile", profile, "-o", output, "-", stdin=text))


@settings(max_examples=100)
@pytest.mark.timeout(60)
@given(spoilt_worlds(), FORMATS)
def test_uninject_of_wrong_values_is_no_bug(text: str, output: str) -> None:
    text = text.replace("serverless.fluid.io/inject", "done.sidecar.fluid.io/inject")
    check(run("uninject", "-o", output, "-", stdin=text))


@settings(max_examples=150)
@pytest.mark.timeout(60)
@given(st.data(), FORMATS)
def test_wrong_text_anywhere_is_no_bug(data: st.DataObject, output: str) -> None:
    text = JOB + "---\n" + OBJECTS
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 30))
        new = data.draw(
            st.sampled_from(["", "\t", "&a ", "*a", "- ", ": ", "{", "]", "'", '"', "|", "---\n", "\ufeff", "\n", "?"])
        )
        text = text[:start] + new + text[start + length :]
    check(run("inject", "--local", "-o", output, "-", stdin=text))


#: What people write beside and between the lines of a manifest.
TRIMMINGS = st.sampled_from(
    ["  # note", "   ", "\n", "\n\n", "\n# note\n", "\n      # note\n", "\n  - # note", " !!str x"]
)


@st.composite
def styled_jobs(draw: st.DrawFn) -> str:
    """The Job in one of the ways in which its text may look, with the objects behind it."""
    text = draw(st.sampled_from([JOB, JOB_IN_FLOW, JOB_IN_JSON, JOB_INDENTED, JOB_WITH_ANNOTATIONS]))
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 4))):
        number = draw(st.integers(0, len(lines) - 1))
        lines[number] += draw(TRIMMINGS)
    text = draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(lines).split("\n"))
    return (
        draw(st.sampled_from(["", "---\n", "\ufeff", "# head\n"])) + text + draw(st.sampled_from(["", "\n", "...\n"]))
    )


JOB_IN_FLOW = yaml.safe_dump(yaml.safe_load(JOB), default_flow_style=True, width=60)
JOB_IN_JSON = json.dumps(yaml.safe_load(JOB), indent=2)
JOB_INDENTED = yaml.safe_dump(yaml.safe_load(JOB), indent=4, sort_keys=False)
JOB_WITH_ANNOTATIONS = JOB.replace(
    "    metadata:\n", "    metadata:\n      annotations:   # some\n        a: b\n", 1
).replace("      volumes:\n", "      initContainers:\n      - name: i   # first\n        image: i\n      volumes:\n")


@settings(max_examples=150)
@pytest.mark.timeout(60)
@given(styled_jobs(), PROFILES)
def test_uninject_gives_any_text_back_byte_for_byte(text: str, profile: str) -> None:
    objects = "\n---\n" + OBJECTS
    ran = run("inject", "--local", "--profile", profile, "--mount-check", "none", "-", stdin=text + objects)
    check(ran)
    if ran.status or "fluid-fuse" not in ran.out:
        return
    again = run("inject", "--local", "--profile", profile, "--mount-check", "none", "-", stdin=ran.out)
    assert again.out == ran.out
    back = run("uninject", "-", stdin=ran.out)
    assert back.status == 0
    if profile == "default":
        assert back.out == text + objects


@settings(max_examples=100)
@pytest.mark.timeout(60)
@given(st.binary(max_size=200))
def test_any_bytes_are_no_bug(content: bytes) -> None:
    check(run("inject", "--local", "-", stdin=content))


@settings(max_examples=100)
@pytest.mark.timeout(60)
@given(spoilt_worlds(), ODD)
def test_a_review_of_anything_is_answered(text: str, odd: Any) -> None:
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "u", "namespace": odd, "object": odd},
    }
    for value in (review, json.loads(text.partition("\n")[0] or "{}")):
        ran = run("review", "--local", "-f", "-", stdin=json.dumps(value))
        assert ran.status in (0, 1)
        assert ran.status == 1 or json.loads(ran.out)["kind"] == "AdmissionReview"
