"""Rules and selectors: a table of what each word means, and a second evaluator that must agree on everything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.explanation.hooks import judge, webhooks
from kubectl_fluid.explanation.selectors import Labels, Request, covered, select
from tests.explanation import naive

Object = dict[str, Any]

KEYS = ("a", "b", "serverless.fluid.io/inject")
VALUES = ("true", "false", "")

labels = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True)
expressions = st.one_of(
    st.fixed_dictionaries(
        {"key": st.sampled_from(KEYS), "operator": st.sampled_from(("In", "NotIn")), "values": values}
    ),
    st.fixed_dictionaries({"key": st.sampled_from(KEYS), "operator": st.sampled_from(("Exists", "DoesNotExist"))}),
)
selectors = st.fixed_dictionaries({}, optional={"matchLabels": labels, "matchExpressions": st.lists(expressions)})


def some(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


rules = st.fixed_dictionaries(
    {
        "operations": some("CREATE", "UPDATE", "DELETE", "*"),
        "apiGroups": some("", "apps", "*"),
        "apiVersions": some("v1", "v1beta1", "*"),
        "resources": some("pods", "pods/status", "*", "*/*", "*/status", "pods/*", "services", "po"),
    },
    optional={"scope": st.sampled_from(("*", "Namespaced", "Cluster"))},
)
entries = st.fixed_dictionaries(
    {"name": st.just("x.example.com"), "rules": st.lists(rules, max_size=2)},
    optional={
        "namespaceSelector": selectors,
        "objectSelector": selectors,
        "matchPolicy": st.sampled_from(("Exact", "Equivalent")),
    },
)


def request(pod: dict[str, str], namespace: dict[str, str]) -> Request:
    return Request("ml", Labels(pod), Labels(namespace))


def judged(entry: Object, pod: dict[str, str], namespace: dict[str, str]) -> bool | None:
    configuration = {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "x"}, "webhooks": [entry]}
    (hook,) = webhooks([configuration])
    return judge(hook, request(pod, namespace), {"metadata": {"labels": pod}, "spec": {}}).acts


@given(entries, labels, labels)
def test_an_entry_is_called_where_a_second_evaluator_says_so(
    entry: Object, pod: dict[str, str], namespace: dict[str, str]
) -> None:
    assert judged(entry, pod, namespace) is naive.called(entry, namespace, pod)


@given(selectors, labels)
def test_a_selector_selects_what_a_second_evaluator_selects(selector: Object, found: dict[str, str]) -> None:
    assert select(selector, Labels(found)).answer is naive.selected(selector, found)


@given(selectors, labels, labels)
def test_an_answer_with_some_labels_unknown_holds_whatever_they_are(
    selector: Object, known: dict[str, str], more: dict[str, str]
) -> None:
    answer = select(selector, Labels(known, complete=False)).answer
    if answer is not None:
        assert answer is naive.selected(selector, {**more, **known})


@pytest.mark.parametrize(
    ("requirement", "answers"),
    [
        ({"operator": "In", "values": ["x"]}, (True, False, False)),
        ({"operator": "NotIn", "values": ["x"]}, (False, True, True)),
        ({"operator": "Exists"}, (True, True, False)),
        ({"operator": "DoesNotExist"}, (False, False, True)),
        ({"operator": "Near"}, (None, None, None)),
    ],
    ids=lambda it: it.get("operator") if isinstance(it, dict) else "",
)
def test_an_operator_on_the_value_on_another_and_on_none(requirement: Object, answers: tuple[bool | None, ...]) -> None:
    selector = {"matchExpressions": [{"key": "a", **requirement}]}
    assert tuple(select(selector, Labels(it)).answer for it in ({"a": "x"}, {"a": "y"}, {})) == answers


def test_a_selector_that_does_not_match_names_the_requirement() -> None:
    selector = {"matchLabels": {"a": "x"}, "matchExpressions": [{"key": "b", "operator": "Exists"}]}
    assert select(selector, Labels({"a": "x"})).why == "b Exists"
    assert select(selector, Labels({"b": ""})).why == "a In (x)"


RULE = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({}, True),
        ({"operations": ["UPDATE", "DELETE"]}, False),
        ({"operations": ["*"]}, True),
        ({"apiGroups": ["apps"]}, False),
        ({"apiVersions": ["v1beta1"]}, False),
        ({"resources": ["pods/exec"]}, False),
        ({"resources": ["pods/*"]}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["*/*"]}, True),
        ({"resources": ["*/status"]}, False),
        ({"resources": []}, False),
        ({"scope": "Cluster"}, False),
        ({"scope": "Namespaced"}, True),
        ({"resourceNames": ["other"]}, False),
        ({"resourceNames": ["train"]}, True),
    ],
    ids=str,
)
def test_a_rule_covers_the_creation_of_a_pod(change: Object, covers: bool) -> None:  # noqa: FBT001 - a parameter
    pod = Request("ml", Labels({}), Labels({}), name="train")
    assert covered([{**RULE, **change}], pod) is covers


def test_a_rule_for_names_does_not_cover_a_pod_that_is_to_be_named() -> None:
    assert not covered([{**RULE, "resourceNames": ["train"]}], Request("ml", Labels({}), Labels({})))
