"""Reason codes: each one that is used is explained, each one that is explained is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kubectl_fluid import codes
from tests.support import ROOT, Golden

MODULES = ("catalog/*.py", "injection/*.py", "webhook/*.py", "cli/inject.py", "cli/besides.py")
MAKERS = {"Reason", "Refusal", "Problem", "_note", "_refused", "_problem", "_bad"}
#: Those of the webhook: its answers, and its HTTP errors, by the place of the code among their arguments.
ANSWERS = {"refusal": 2, "left_alone": 1, "Refused": 1, "Reply": 3}


def used_codes() -> Iterator[str]:
    """First words in CamelCase that are handed to what makes reasons, and constants that are named after them."""
    for modules in MODULES:
        for path in (ROOT / "kubectl_fluid").glob(modules):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS:
                    yield from filter(None, map(_code, node.args[:3]))
                elif isinstance(node, ast.Call) and (at := ANSWERS.get(getattr(node.func, "id", ""))):
                    yield from filter(None, map(_code, node.args[at : at + 1]))
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _code(node.value):
                    yield from filter(lambda code: code in codes.CODES, [str(node.value.value)])


def _code(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and value[:1].isupper() and value.isidentifier() else ""


def test_every_reason_code_is_explained_and_every_explained_one_is_used() -> None:
    assert set(used_codes()) == set(codes.CODES)


def test_no_code_stands_in_two_tables() -> None:
    assert len(codes.CODES) == len(codes.DONE) + len(codes.WARNINGS) + len(codes.REFUSED) + len(codes.ERRORS)


def test_the_document_of_reasons_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "reasons.md", codes.document())
