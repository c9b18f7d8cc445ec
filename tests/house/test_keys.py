"""`kubectl_fluid/keys.py` is the one place that spells labels and annotations out."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

import pytest

from kubectl_fluid import keys
from tests.support import ROOT

PACKAGE = ROOT / "kubectl_fluid"

#: A domain that keys of Fluid, Alibaba Cloud or this program begin with, and the beginning of a name behind it.
KEY = re.compile(r"(?<![\w-])(?:[\w.-]+\.)?(?:fluid\.io|alibabacloud\.com|k8s\.aliyun\.com|kubectl-fluid\.io)/[\w.-]+")

#: What looks like a key and is none.
NO_KEYS = {
    "data.fluid.io/v1alpha1": "apiVersion of Fluid's objects",
    "kubectl-fluid.io/v1alpha1": "apiVersion of what this program prints as JSON",
}


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """String literals, also parts of f-strings, without docstrings and other strings that are statements."""
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node


def spelled_out(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each key that a literal holds, and its line."""
    for node in strings(tree):
        for key in KEY.findall(str(node.value)):
            if key not in NO_KEYS:
                yield key, node.lineno


def test_no_other_module_spells_a_key_out() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {key}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "keys.py"
        for key, line in spelled_out(ast.parse(path.read_text()))
    ]
    assert found == []


def test_every_exception_is_in_use() -> None:
    text = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert [exception for exception in NO_KEYS if f'"{exception}"' not in text] == []


def test_no_key_has_two_names() -> None:
    values = [value for name, value in vars(keys).items() if name.isupper()]
    assert len(values) > 50
    assert sorted(values) == sorted(set(values))


def test_every_key_is_explained_by_the_line_above_it() -> None:
    """One line may stand for the constants that follow it directly: they belong together."""
    lines = (PACKAGE / "keys.py").read_text().splitlines()
    bare = [
        line
        for above, line in itertools.pairwise(lines)
        if ": Final" in line and not (above.startswith("#: ") or ": Final" in above)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        pytest.param("x = 'fluid.io/managed-by'", ["fluid.io/managed-by"], id="a key"),
        pytest.param("x = 'serverless.fluid.io/inject'", ["serverless.fluid.io/inject"], id="a key of a sub domain"),
        pytest.param("x = f'fluid.io/dataset.{x}.sched'", ["fluid.io/dataset."], id="a key's beginning"),
        pytest.param("x = 'label it alibabacloud.com/eci: no'", ["alibabacloud.com/eci"], id="a key in a sentence"),
        pytest.param("x = 'k8s.aliyun.com/eci-use-specs'", ["k8s.aliyun.com/eci-use-specs"], id="a key of ECI"),
        pytest.param("x = 'kubectl-fluid.io/undo'", ["kubectl-fluid.io/undo"], id="a key of ours"),
        pytest.param("def f():\n '''About fluid.io/managed-by.'''", [], id="a docstring"),
        pytest.param("x = 1  # fluid.io/managed-by", [], id="a comment"),
        pytest.param("x = 'data.fluid.io/v1alpha1'", [], id="an apiVersion"),
        pytest.param("x = 'data.fluid.io'", [], id="an API group"),
        pytest.param("x = 'topology.kubernetes.io/zone'", [], id="somebody else's key"),
    ],
)
def test_the_rule_about_keys_sees(source: str, seen: list[str]) -> None:
    assert [key for key, _ in spelled_out(ast.parse(source))] == seen
