"""The text of docs/rules.md: every code, what it means, and an example that breaks the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import ndiff

from kubectl_fluid import keys
from kubectl_fluid.validation.rules.rule import WORKLOAD, Rule
from kubectl_fluid.validation.rules.table import RULES
from kubectl_fluid.validation.schema.codes import WHY

_HEAD = f"""\
# Rules of `validate`

Generated from `kubectl_fluid/validation/`. An **error** is refused or does not work, a **warning** is taken and does
something other than it says (with `--strict` it fails too), an **info** is told with `-v` only.

A rule is turned off

- on the command line: `--disable FL0308`, or several: `--disable 'FL05*'`;
- in `.kubectl-fluid.yaml`, or the file that `--config` names: `validate: {{disable: [FL0308]}}`;
- at the place: a comment `# kubectl-fluid: disable=FL0308` on the line of the finding, or on one directly above it;
- on an object: the annotation `{keys.DISABLE_RULES}: FL0308`.

`--no-rules` leaves only what the API server itself refuses.

Without `--cluster` an object that is not among the documents may well exist: such rules are notes, unless a similar
name shows what was meant. Where a rule has a **CEL** expression, that is true for every object that keeps the rule as
far as one object alone can tell; it is what a ValidatingAdmissionPolicy evaluates.

## What the API server refuses

| code | why |
| --- | --- |
| FL0000 | The file or the document cannot be read: it is not there, no YAML, no text, too large, or a Helm template. |
"""

#: The first code of each part of the page.
_PARTS = {
    "FL01": "Names and pairs",
    "FL02": "Datasets, references and Secrets",
    "FL03": "Runtimes",
    "FL04": "Data operations",
    "FL05": "Workloads",
    "FL06": "Without effect",
}


def document(examples: Mapping[str, tuple[str, str]]) -> str:
    """The page; `examples` gives for a code a manifest that keeps the rule and one that breaks it."""
    return "".join([_HEAD, *_schema_rows(), *_rules(examples)])


def _schema_rows() -> Iterator[str]:
    for code, why in WHY.items():
        yield f"| {code} | {why} |\n"


def _rules(examples: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    part = ""
    for rule in RULES:
        if rule.code[:4] != part:
            part = rule.code[:4]
            yield f"\n## {_PARTS[part]}\n"
        yield "".join(f"{line}\n" for line in _rule(rule, *examples[rule.code]))


def _rule(rule: Rule, passing: str, failing: str) -> Iterator[str]:
    yield f"\n### {rule.code}\n"
    yield f"**{rule.severity.value}**: {rule.title}. {rule.why}\n"
    yield f"- about: {', '.join(_kinds(rule.kinds))}"
    if rule.says:
        yield f"- said by the controller or the API server: `{rule.says}`"
    yield f"- what to do: {rule.cure}"
    if rule.cel:
        yield f"- CEL: `{rule.cel}`"
    yield "\n```diff"
    yield from _difference(failing, passing)
    yield "```"


def _kinds(kinds: Iterable[str]) -> Iterator[str]:
    for kind in kinds:
        yield "every kind that makes Pods" if kind == WORKLOAD else kind


def _difference(failing: str, passing: str) -> Iterator[str]:
    """The document of a stream that differs, whole."""
    pairs = zip(_documents(failing), _documents(passing), strict=False)
    for wrong, right in pairs:
        if wrong != right:
            lines = ndiff(wrong.splitlines(), right.splitlines())
            yield from (line.rstrip() for line in lines if not line.startswith("?"))
            return
    yield from (f"+ {line}" for line in _documents(passing)[-1].splitlines())


def _documents(text: str) -> list[str]:
    return text.split("---\n")
