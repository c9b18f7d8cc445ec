"""What is refused in one version of Kubernetes and taken in another one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.schema import Schemas, check, load
from kubectl_fluid.validation.schema.core.features import NEVER, SINCE
from tests.support import ROOT
from tests.validation.featured import DROPPED, NEWER, OLDER, REFUSED, pod, service

Object = dict[str, Any]

PAGE = ROOT / "docs" / "validate-verdicts.md"


@cache
def schemas(minor: int | None) -> Schemas:
    return load(minor)


def refused(value: Object, minor: int | None = None) -> list[str]:
    return [it.message for it in check(value, schemas(minor)) if it.severity is Severity.ERROR]


def cases(by_feature: dict[str, list[Object]]) -> pytest.MarkDecorator:
    listed = {f"{name} {number}": (name, it) for name, values in by_feature.items() for number, it in enumerate(values)}
    return pytest.mark.parametrize(("feature", "value"), listed.values(), ids=listed)


@cases(OLDER)
def test_what_a_feature_allows_is_refused_before_it_is_on(feature: str, value: Object) -> None:
    assert refused(value, SINCE[feature] - 1)
    assert not refused(value, SINCE[feature])
    assert not refused(value)


@cases(NEWER)
def test_what_comes_with_a_feature_is_not_looked_at_before_it_is_on(feature: str, value: Object) -> None:
    assert not refused(value, SINCE[feature] - 1)
    assert refused(value, SINCE[feature])
    assert refused(value)


@cases(DROPPED)
def test_what_a_field_says_that_is_dropped_does_not_matter(feature: str, value: Object) -> None:
    assert SINCE[feature] == NEVER
    assert not refused(value)


@cases(REFUSED)
def test_what_a_feature_allows_that_is_on_nowhere_is_refused(feature: str, value: Object) -> None:
    assert SINCE[feature] == NEVER
    assert len(refused(value, 36)) == len(refused(value)) == 1


def test_each_feature_has_a_manifest_that_it_makes_a_difference_for() -> None:
    assert {*OLDER, *NEWER, *DROPPED, *REFUSED} == set(SINCE)


def test_the_page_names_each_feature_with_its_version() -> None:
    rows = dict(re.findall(r"^\| `?([\w ]+?)`? \| (1\.\d+|off) \|", PAGE.read_text(), re.MULTILINE))
    assert rows == {feature: "off" if minor == NEVER else f"1.{minor}" for feature, minor in SINCE.items()}


def test_a_dropped_field_of_the_wrong_type_is_refused_all_the_same() -> None:
    value = service("trafficDistribution: [x]")
    assert refused(value, 30) == ["must be of type string, not array"]


def test_a_dropped_field_gets_a_warning_with_the_feature_and_its_version() -> None:
    value = pod("hostnameOverride: a")
    (finding,) = check(value, schemas(34))
    assert (finding.code, finding.severity, finding.pointer) == (
        "FL0017",
        Severity.WARNING,
        ("spec", "hostnameOverride"),
    )
    said = "`hostnameOverride` is dropped by Kubernetes 1.34: HostnameOverride is off by default, and on from 1.35 on"
    assert finding.message == said
    assert check(value, schemas(35)) == []


def test_a_volume_of_an_image_is_dropped_with_what_mounts_it() -> None:
    value = pod("volumes: [{name: v, image: {reference: r}}]", "volumeMounts: [{name: v, mountPath: /v}]")
    found = check(value, schemas(34))
    assert [(it.code, it.pointer) for it in found] == [("FL0017", ("spec", "volumes", 0, "image"))]


def test_nothing_is_said_of_dropped_fields_in_a_status() -> None:
    value = pod()
    value["status"] = {"containerStatuses": [{"name": "c", "resources": {"claims": [{"name": "a"}]}}]}
    assert check(value, schemas(33)) == []
