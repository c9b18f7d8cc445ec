"""One document against schemas and rules, and the place of each mistake."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from kubectl_fluid import keys
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.manifestness import not_a_manifest
from kubectl_fluid.cli.result import Object, text_of
from kubectl_fluid.cli.validate_found import UNKNOWN_KIND, Checked, Located
from kubectl_fluid.cli.workers import Failure
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import RawDocument
from kubectl_fluid.validation.finding import Finding, Pointer, Severity
from kubectl_fluid.validation.rules import Kept, Rules, Where
from kubectl_fluid.validation.rules.suppress import Comments, codes, matches
from kubectl_fluid.validation.schema import Schemas, check
from kubectl_fluid.validation.schema.codes import WHY
from kubectl_fluid.validation.schema.report import kind_of
from kubectl_fluid.workloads import WorkloadError, label, objects

#: What cannot be read at all.
UNREADABLE = "FL0000"

#: What Helm puts into the braces and nobody else does; others (Argo, Prometheus) have templates in strings.
_HELM = re.compile(
    r"\{\{-?(?:\s*include\b|[^{}]*(?<![\w.])\.(?:Values|Release|Chart|Capabilities|Files|Template)\b)", re.ASCII
)
_BRACES = re.compile(r"\{\{")
_TEMPLATE = "this is a Helm template, which becomes a manifest only when Helm renders it"
_RENDER = "helm template CHART | kubectl fluid validate -f -"


@dataclass(frozen=True)
class Wanted:
    """What is to be told.

    `silenced` are patterns of codes. `documents` keeps a line on every object, `sources` the text of the line that
    a finding is on.
    """

    silenced: Collection[str] = ()
    verbose: bool = False
    ignore_unknown_kinds: bool = False
    rules: bool = True
    documents: bool = False
    sources: bool = False

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is told, as far as its code says."""
        return finding.code == UNREADABLE or not self.silences(finding.code, finding.severity)

    def silences(self, code: str, severity: Severity) -> bool:
        """Whether findings of a code with this severity are not told."""
        return (severity is Severity.INFO and not self.verbose) or matches(code, self.silenced)


@dataclass
class Answer:
    """What one document has to say. `waiting` is for the rules that see all documents.

    `ends`: what else its input holds is not looked at. `failure`: a bug came up here.
    """

    where: Where
    objects: int = 0
    found: list[Located] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[Kept] = field(default_factory=list)
    ends: bool = False
    failure: tuple[Failure, str] | None = None


#: A document with the number of its input, or the answer of one that could not even be read.
Task = tuple[int, RawDocument] | Answer


class Checker:
    """Looks at documents one by one; it travels to other processes."""

    def __init__(self, schemas: Schemas, wanted: Wanted, namespace: str) -> None:
        self._schemas = schemas
        self._wanted = wanted
        self._namespace = namespace
        self._rules: Rules | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_rules": None}

    def batch(self, tasks: list[Task]) -> list[Answer]:
        """The answers of several documents; none behind a bug."""
        answers: list[Answer] = []
        for task in tasks:
            answers.append(task if isinstance(task, Answer) else self._answer(*task))
            if answers[-1].failure is not None:
                break
        return answers

    def locate(self, where: Where, document: Document, findings: list[Finding]) -> list[Located]:
        """The findings that are told, each with its place."""
        told = [it for it in findings if self._wanted.takes(it)]
        if not told:
            return []
        raw, starts = document.raw, list(_starts(document.value))
        comments = Comments(raw.text, raw.line)
        lines = raw.text.split("\n") if self._wanted.sources else []
        held = dict(starts)
        found = []
        for finding in told:
            line, column = document.at(finding.pointer)
            if comments.silence(finding.code, line):
                continue
            start, item = _holder(finding.pointer, held)
            shown = lines[line - raw.line] if lines else ""
            found.append(Located(where, raw.source, line, column, label(item), finding, start, shown))
        return found

    def _answer(self, number: int, raw: RawDocument) -> Answer:
        where = Where(number, raw.index)
        try:
            return self._readable(where, raw)
        except Exception as error:  # noqa: BLE001 - a bug is raised with its place, in the process that reports it
            return Answer(where, failure=(Failure.of(error), f"{raw.source}:{raw.line}"))

    def _readable(self, where: Where, raw: RawDocument) -> Answer:
        found = _HELM.search(raw.text)
        if found is None:
            try:
                document = parse(raw)
            except ManifestError as error:
                found = _BRACES.search(raw.text)
                if found is None:
                    return Answer(where, found=[unreadable(where, raw.source, error)])
            else:
                return self._document(where, document)
        return Answer(where, found=[_helm(where, raw, found.start())], ends=True)  # one sentence for the whole file

    def _document(self, where: Where, document: Document) -> Answer:
        value, answer = document.value, Answer(where)
        if value is None:
            return answer
        if reason := not_a_manifest(value):
            answer.skipped.append((f"{document.raw.source}:{document.raw.line}", reason))
            return answer
        starts = list(_starts(value))
        findings = [*_no_objects(value), *self._schema_findings(starts)]
        if self._wanted.rules:
            if self._rules is None:
                self._rules = Rules(self._namespace, self._wanted.silences)
            more, answer.waiting = self._rules.add(value, where)
            findings += more
        answer.found = self.locate(where, document, findings)
        answer.objects = len(starts)
        if self._wanted.documents:
            answer.checked = [_checked(where, document, start, item) for start, item in starts]
        return answer

    def _schema_findings(self, starts: list[tuple[Pointer, Object]]) -> Iterator[Finding]:
        for start, item in starts:
            if _is_list(item):  # one that cannot be walked, as a rule says too
                if not self._wanted.rules:
                    message = "a List has a list of objects in `items`"
                    yield Finding("FL0001", Severity.ERROR, message, (*start, "items"), WHY["FL0001"])
                continue
            found = check(item, self._schemas)
            off = _turned_off(item) if found else ()
            for finding in found:
                if off and matches(finding.code, off):
                    continue
                if finding.code == UNKNOWN_KIND and self._wanted.ignore_unknown_kinds:
                    finding = replace(finding, severity=Severity.INFO, hint="")  # noqa: PLW2901 - the same, milder
                yield replace(finding, pointer=(*start, *finding.pointer)) if start else finding


def _is_list(value: object) -> bool:
    """Whether something is kubectl's own List, which is no kind of an API server."""
    return isinstance(value, dict) and value.get("kind") == "List" and value.get("apiVersion") == "v1"


def _no_objects(value: object, pointer: Pointer = ()) -> Iterator[Finding]:
    """The items of a List (deep) that are no objects: kubectl stops at them."""
    items = value.get("items") if isinstance(value, dict) and _is_list(value) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        here = (*pointer, "items", index)
        if isinstance(item, dict):
            yield from _no_objects(item, here)
        else:
            message = f"an item of a List is an object with `apiVersion` and `kind`, not {kind_of(item)}"
            yield Finding("FL0001", Severity.ERROR, message, here, WHY["FL0001"], "remove it, or mend its indentation")


def _turned_off(item: Object) -> tuple[str, ...]:
    """What the object's annotation turns off."""
    metadata = item.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(keys.DISABLE_RULES) if isinstance(annotations, dict) else None
    return codes(text) if isinstance(text, str) else ()


def unreadable(where: Where, source: str, error: ManifestError | CommandError) -> Located:
    """The finding of what cannot be read."""
    message = error.message if isinstance(error, ManifestError) else str(error).removeprefix(f"{source}: ")
    finding = Finding(UNREADABLE, Severity.ERROR, message, (), hint=error.hint)
    line, column = (error.line or 1, error.column or 1) if isinstance(error, ManifestError) else (1, 1)
    return Located(where, source, line, column, "", finding)


def _helm(where: Where, raw: RawDocument, place: int) -> Located:
    begin = raw.text.rfind("\n", 0, place) + 1
    line = raw.line + raw.text.count("\n", 0, place)
    error = ManifestError(_TEMPLATE, source=raw.source, line=line, column=place - begin + 1, hint=_RENDER)
    return unreadable(where, raw.source, error)


def _starts(value: object) -> Iterator[tuple[Pointer, Object]]:
    """The objects of a document, each with its place; a List that cannot be walked is one object."""
    if not isinstance(value, dict):
        yield (), {}
        return
    try:
        yield from list(objects(value))
    except WorkloadError:
        yield (), value


def _holder(pointer: Pointer, starts: dict[Pointer, Object]) -> tuple[Pointer, Object]:
    """The object that a place belongs to, with its own place."""
    for length in range(len(pointer), -1, -1):
        if pointer[:length] in starts:
            return pointer[:length], starts[pointer[:length]]
    return (), {}


def _checked(where: Where, document: Document, start: Pointer, item: Object) -> Checked:
    metadata = item.get("metadata")
    name = text_of(metadata.get("name")) if isinstance(metadata, dict) else ""
    group = text_of(item.get("apiVersion")).rpartition("/")[0]
    return Checked(where, document.raw.source, start, label(item), group, text_of(item.get("kind")), name)
