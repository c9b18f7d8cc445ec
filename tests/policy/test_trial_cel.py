"""CEL evaluated here: the language's own rules, and each rule of `validate` against its twin in CEL.

What an API server says of the same expressions is tested in `tests/cluster` and `tests/validation/test_rules_cel.py`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from kubectl_fluid.policy import mutating
from kubectl_fluid.policy.guards import rules
from kubectl_fluid.policy.guards.objects import policy_of
from kubectl_fluid.policy.guards.table import POLICIES
from kubectl_fluid.policy.trial.errors import NotCel, Unevaluable
from kubectl_fluid.policy.trial.evaluate import LOGIC, MACROS, Lazy, evaluate
from kubectl_fluid.policy.trial.functions import FUNCTIONS, METHODS
from kubectl_fluid.policy.trial.operators import OPERATORS
from kubectl_fluid.policy.trial.request import Request
from kubectl_fluid.policy.trial.syntax import Call, Field, ListOf, MapOf, Name, Node, parse
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import RULES, Run, Where
from kubectl_fluid.validation.schema.check import check
from kubectl_fluid.validation.schema.load import load
from kubectl_fluid.validation.schema.model import Schemas
from tests.policy.generated import mutants, seeds

Object = dict[str, Any]

TWINS = {rule.code: rule for rule in RULES if rule.cel}
#: Its twin takes more: it reads an annotation that holds JSON, which CEL cannot.
LAX = "FL0322"

VALUES = {
    "1 + 2 * 3": 7,
    "-1 < 0 && !(1 > 2)": True,
    "false ? 1 : true ? 2 : 3": 2,
    "true || {}.x": True,
    "{}.x || true": True,
    "false && {}.x": False,
    "[1, 2].exists(i, {}.x) || true": True,
    "[1, 2].exists(i, i == 2 || {}.x)": True,
    "[1, 2].all(i, i < 2 && {'a': 1}[i == 1 ? 'a' : 'b'] == 1)": False,
    "[1, 2, 2].exists_one(i, i == 1)": True,
    "[1, 2, 3].filter(i, i > 1).map(i, i * 2)": [4, 6],
    "[1, 2, 3].map(i, i > 1, i * 2)": [4, 6],
    "{'a': 1}.map(k, k)": ["a"],
    "['x', 'y'].transformList(i, v, i > 0, v + string(i))": ["y1"],
    "{'a': 'b'}.transformList(k, v, k + v)": ["ab"],
    "[[1], [2, 3]].flatten()": [1, 2, 3],
    "['b', 'a', 'b'].distinct().sort().join(',')": "a,b",
    "[1, 2].reverse() + [3]": [2, 1, 3],
    "'abc'.substring(1) + 'abc'.substring(0, 1)": "bca",
    "['a', 'b', 'c'].slice(1, 3)": ["b", "c"],
    "'a,b'.split(',').size()": 2,
    "'aXé'.lowerAscii() + 'aé'.upperAscii()": "axéAé",
    "'\\u2003 a\\x1f '.trim() == 'a\\x1f'": True,
    "'a\\n'.matches('a$')": False,
    "'a\\v'.matches('\\\\s')": False,
    "'\\u0085'.matches('[\\\\x{85}\\\\s]')": True,
    "r'\\n'.size()": 2,
    "1 == 1.0": True,
    "dyn(0) in [dyn(false), dyn('')]": False,
    "dyn({'a': [1]}) == dyn({'a': [1.0]})": True,
    "'a' in {'a': 1}": True,
    "has({'a': {}}.a) && !has({}.a)": True,
    "quantity('1Ki').compareTo(quantity('1024'))": 0,
    "quantity('1').isLessThan(quantity('1001m'))": True,
    "isQuantity(' 1') || isQuantity('x')": False,
    "jsonpatch.escapeKey('a/b~c')": "a~1b~0c",
    "JSONPatch{op: 'remove', path: '/a'}": {"op": "remove", "path": "/a"},
}


@pytest.mark.parametrize("source", VALUES)
def test_an_expression_has_the_value_that_cel_gives_it(source: str) -> None:
    found = evaluate(source, {})
    assert found == VALUES[source]
    assert type(found) is type(VALUES[source])


@pytest.mark.parametrize(
    "source",
    [
        "{}.x",
        "[1][1]",
        "[1][-1]",
        "'a' + 1",
        "1 && true",
        "!1",
        "'a'.substring(2)",
        "true < false",
        "{}.x || false",
        "[1].all(i, {}.x)",
        "'x'.filter(i, true)",
        "quantity('x')",
        "'a'.matches('(')",
        "'a' in 1",
        "1.size()",
        "has('a'.b)",
        "[1, 'a'].sort()",
    ],
)
def test_an_expression_without_value_says_so(source: str) -> None:
    with pytest.raises(Unevaluable):
        evaluate(source, {})


@pytest.mark.parametrize(
    "source", ["1 +", "(1", "x", "f(1)", "'a'.f()", "has(1)", "1 1", "{'a' 1}", "'a", "[1].map(1, 2)"]
)
def test_what_this_room_does_not_read_is_a_mistake_of_ours(source: str) -> None:
    with pytest.raises(NotCel):
        evaluate(source, {})


def test_a_variable_is_evaluated_when_it_is_asked_for() -> None:
    scope = Lazy({"bad": "{}.x", "good": "object + 1", "other": "variables.good + 1"}, {"object": 1}).scope
    assert evaluate("variables.other", scope) == 3
    with pytest.raises(Unevaluable):
        evaluate("variables.bad", scope)


def test_a_pattern_of_stars_takes_no_time() -> None:
    start = time.monotonic()
    assert evaluate("'FL0101'.matches(object)", {"object": "^" + ".*" * 400 + "X$"}) is False
    assert time.monotonic() - start < 1


# --- our own expressions -------------------------------------------------------------------------------------------


def expressions(value: Any) -> Iterator[str]:
    """Every expression in an object."""
    if isinstance(value, list):
        for it in value:
            yield from expressions(it)
    if isinstance(value, dict):
        for key, member in value.items():
            if key in ("expression", "messageExpression") and isinstance(member, str):
                yield member
            else:
                yield from expressions(member)


def every_policy() -> Iterator[Object]:
    yield mutating.policy()
    yield from (policy_of(policy).policy for policy in POLICIES)
    yield from (made.policy for _, kind in rules.policies() for made in kind)


def names(node: Node) -> Iterator[str]:
    """Names of functions in an expression."""
    match node:
        case Call(name, of, arguments):
            yield f"{of.name}.{name}" if of == Name("jsonpatch") else name
            for it in (*arguments, *([of] if of is not None else ())):
                yield from names(it)
        case Field(of, _, _):
            yield from names(of)
        case ListOf(items):
            for it in items:
                yield from names(it)
        case MapOf(entries):
            for pair in entries:
                for it in pair:
                    yield from names(it)


def test_every_function_of_every_policy_is_known() -> None:
    known = {*FUNCTIONS, *METHODS, *OPERATORS, *LOGIC, *MACROS}
    called = [name for policy in every_policy() for text in expressions(policy) for name in names(parse(text))]
    assert len(called) > 3000
    assert set(called) <= known


@cache
def schemas() -> Schemas:
    return load()


@pytest.mark.parametrize("kind", sorted(seeds()))
def test_rules_and_their_cel_agree_on_objects_that_nobody_wrote(kind: str) -> None:
    differ, seen = [], 0
    for value in mutants(seeds()[kind], 100, random.Random(kind)):  # noqa: S311 - no secret
        if any(it.severity is Severity.ERROR for it in check(value, schemas())):
            continue  # the API server refuses it
        seen += 1
        run = Run()
        found = [*run.add(value, Where(0, 0)), *(finding for _, finding in run.conclude())]
        said = {finding.code for finding in found}
        for code, rule in TWINS.items():
            if kind in rule.kinds and code != LAX:
                assert rule.cel is not None
                keeps = evaluate(rule.cel, Request(value).scope())
                if keeps is (code in said):
                    differ.append((code, value))
    assert differ == []
    assert seen > 10
