"""Texts with a syntax of their own: names, times, patterns; right ones and wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.validation.schema import Gvk, Schema, formats, names
from kubectl_fluid.validation.schema.patterns import expression
from kubectl_fluid.validation.schema.report import Report
from kubectl_fluid.validation.schema.structural import compiled

NAMES: list[tuple[names.Rule, list[str], list[str]]] = [
    (names.dns_label, ["a", "a-b", "0", "a" * 63], ["", "A", "a.b", "-a", "a-", "a" * 64, "a\n", "é"]),
    (names.dns_1035_label, ["a", "a-0"], ["", "0a", "a.b", "a" * 64]),
    (names.dns_subdomain, ["a.b", "a" * 63 + ".b", "a" * 253], ["", "a..b", ".a", "a_b", "a" * 254]),
    (names.qualified_name, ["a", "a.b/C_d", "A"], ["", "/a", "a/", "a/b/c", "a b", "A.b/c", "x/" + "a" * 64]),
    (names.label_value, ["", "a", "A_b.c"], ["-a", "a b", "a" * 64]),
    (names.config_key, ["a", ".a", "a_b-c.d"], ["", "a/b", "..", ".", "..a", "a" * 254]),
    (names.env_name, ["a", "A.B", "a b", "1"], ["", "a=b", "é"]),
    (names.port_name, ["http", "a-b", "8a"], ["", "HTTP", "80", "a--b", "-a", "a-", "a" * 16]),
    (names.path_segment, ["a:b", "A B"], [".", "..", "a/b", "a%b"]),
    (names.prefix_of(names.dns_label), ["a-", "a"], ["AB-", "-"]),
]


@pytest.mark.parametrize(("rule", "right", "wrong"), NAMES, ids=[str(number) for number in range(len(NAMES))])
def test_names_follow_the_rules_of_kubernetes(rule: names.Rule, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if rule(text)] == []
    assert [text for text in wrong if not rule(text)] == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "date-time",
            ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+01:00"],
            ["2026-02-30T12:00:00Z", "yesterday", ""],
        ),
        ("date", ["2024-02-29"], ["2023-02-29", "2026-13-01", "26-01-01"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
        ("ipv4", ["1.2.3.4"], ["1.2.3", "::1"]),
        ("ipv6", ["::1"], ["1.2.3.4", ":"]),
        ("cidr", ["10.0.0.0/8", "10.1.2.3/8"], ["10.0.0.0", "x/8"]),
        ("byte", ["", "YQ==", "YQ\n=="], ["YQ=", "%"]),
    ],
)
def test_formats_are_read_as_an_api_server_reads_them(name: str, right: list[str], wrong: list[str]) -> None:
    valid = formats.FORMATS[name]
    assert [text for text in right if not valid(text)] == []
    assert [text for text in wrong if valid(text)] == []


def test_a_time_is_rfc_3339() -> None:
    assert formats.is_time("2024-02-29T23:59:59Z")
    assert formats.is_time("2026-01-31T12:00:00.123456+05:30")
    for text in (
        "2026-01-31",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-32T12:00:00Z",
        "2026-01-31T12:00:00",
    ):
        assert not formats.is_time(text)


def test_a_pattern_ends_at_the_end_of_the_text_as_in_the_api_server() -> None:
    pattern = expression(r"^a[$]?b$")
    assert pattern is not None
    assert pattern.search("a$b")
    assert not pattern.search("ab\n")


def test_a_pattern_that_python_does_not_know_is_not_checked() -> None:
    assert expression(r"\pL") is None


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {"type": "object", "properties": {"spec": schema}}
    report = Report()
    compiled(Schema(Gvk("example.com", "v1", "Widget"), whole, {}, "here"))({"spec": value}, None, "", report)
    return [it.message for it in report.invalid]


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "integer", "exclusiveMinimum": 1}, 2, 1),
        ({"type": "integer", "exclusiveMaximum": 1}, 0, 1),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": True}, 0, 1),
        ({"type": "number", "multipleOf": 0.5}, 1.5, 1.2),
        ({"type": "object", "minProperties": 1}, {"a": 1}, {}),
        ({"type": "object", "maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}),
        ({"type": "array", "uniqueItems": True}, [1, 2], [1, 1]),
        ({"type": "array", "x-kubernetes-list-type": "set"}, ["a"], ["a", "a"]),
        ({"const": 1}, 1, True),
        ({"type": "string", "format": "ipv4"}, "1.2.3.4", "x"),
        ({"type": "string", "format": "unheard-of"}, "x", 1),
        ({"not": {"type": "string"}}, 1, "x"),
        (
            {
                "oneOf": [
                    {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
                    {"type": "string", "nullable": True},
                ]
            },
            "x",
            1,
        ),
    ],
)
def test_keywords_are_checked(schema: dict[str, Any], right: Any, wrong: Any) -> None:
    assert problems(schema, right) == []
    assert len(problems(schema, wrong)) == 1
