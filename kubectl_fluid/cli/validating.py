"""Reading documents, checking them against schemas and rules, and finding the place of each mistake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.manifestness import not_a_manifest
from kubectl_fluid.cli.result import Object, text_of
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import RawDocument, split
from kubectl_fluid.validation.finding import Finding, Pointer, Severity
from kubectl_fluid.validation.rules import Run, Where
from kubectl_fluid.validation.rules.suppress import Comments, matches
from kubectl_fluid.validation.schema import Schemas, check
from kubectl_fluid.workloads import WorkloadError, label, objects

#: What cannot be read at all.
UNREADABLE = "FL0000"
#: The schema's code for a kind that it does not have.
UNKNOWN_KIND = "FL0002"

#: What Helm puts into the braces and nobody else does; others (Argo, Prometheus) have templates in strings.
_HELM = re.compile(
    r"\{\{-?(?:\s*include\b|[^{}]*(?<![\w.])\.(?:Values|Release|Chart|Capabilities|Files|Template)\b)", re.ASCII
)
_BRACES = re.compile(r"\{\{")
_TEMPLATE = "this is a Helm template, which becomes a manifest only when Helm renders it"
_RENDER = "helm template CHART | kubectl fluid validate -f -"


class Located(NamedTuple):
    """A finding in its place. `name` is the object as people call it (`job/demo`), `start` leads to it in its document.

    `shown` is the line of the source.
    """

    where: Where
    source: str
    line: int
    column: int
    name: str
    finding: Finding
    start: Pointer = ()
    shown: str = ""

    @property
    def pointer(self) -> Pointer:
        """The place within the object."""
        return self.finding.pointer[len(self.start) :]


class Checked(NamedTuple):
    """One object that was looked at; `invalid` by what its own document says."""

    where: Where
    source: str
    start: Pointer
    name: str
    group: str
    kind: str
    object_name: str


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
        if finding.severity is Severity.INFO and not self.verbose:
            return False
        if finding.code == UNKNOWN_KIND and self.ignore_unknown_kinds:
            return False
        return finding.code == UNREADABLE or not matches(finding.code, self.silenced)


@dataclass
class Outcome:
    """What came of it. `skipped` are documents that are no manifests, with the reason and the place."""

    inputs: int = 0
    objects: int = 0
    findings: list[Located] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Severity]:
        """How many findings of each severity."""
        return Counter(it.finding.severity for it in self.findings)

    @property
    def invalid(self) -> int:
        """How many objects (or unreadable documents) have errors."""
        wrong = {(it.where, it.start) for it in self.findings if it.finding.severity is Severity.ERROR}
        return len(wrong)


class Validator:
    """Checks inputs one document after the other; `finish` says what the documents say together."""

    def __init__(self, schemas: Schemas, run: Run, wanted: Wanted, tick: Callable[[int], None]) -> None:
        self.outcome = Outcome()
        self._schemas = schemas
        self._run = run
        self._wanted = wanted
        self._tick = tick

    def read(self, inputs: list[Input]) -> Outcome:
        """Everything that is wrong with the inputs, sorted by place. Raises ClusterError."""
        for number, source in enumerate(inputs):
            self.outcome.inputs += 1
            try:
                self._input(number, source)
            except (ManifestError, CommandError) as error:
                self._unreadable(Where(number, 0), source.source, error)
        self._together(inputs)
        self.outcome.findings.sort(key=lambda it: (it.where.input, it.line, it.column))
        return self.outcome

    def _input(self, number: int, source: Input) -> None:
        with source.open() as stream:
            for raw in split(stream, source.source):
                self._tick(self.outcome.objects)
                where = Where(number, raw.index)
                found = _HELM.search(raw.text)
                if found is None:
                    try:
                        self._document(where, parse(raw))
                        continue
                    except ManifestError as error:
                        found = _BRACES.search(raw.text)
                        if found is None:
                            self._unreadable(where, source.source, error)
                            continue
                self._helm(where, raw, found.start())
                return  # one sentence for the whole file

    def _helm(self, where: Where, raw: RawDocument, place: int) -> None:
        begin = raw.text.rfind("\n", 0, place) + 1
        line = raw.line + raw.text.count("\n", 0, place)
        error = ManifestError(_TEMPLATE, source=raw.source, line=line, column=place - begin + 1, hint=_RENDER)
        self._unreadable(where, raw.source, error)

    def _document(self, where: Where, document: Document) -> None:
        value = document.value
        if value is None:
            return
        if reason := not_a_manifest(value):
            self.outcome.skipped.append((f"{document.raw.source}:{document.raw.line}", reason))
            return
        found = list(self._schema_findings(value))
        if self._wanted.rules:
            found += self._run.add(value, where)
        self._locate(where, document, found)
        starts = list(_starts(value))
        self.outcome.objects += len(starts)
        if self._wanted.documents:
            self.outcome.checked += [_checked(where, document, start, item) for start, item in starts]

    def _schema_findings(self, value: object) -> Iterator[Finding]:
        for start, item in _starts(value):
            for finding in check(item, self._schemas):
                yield _moved(finding, start) if start else finding

    def _locate(self, where: Where, document: Document, findings: list[Finding]) -> None:
        """Add the findings that are told, each with its place."""
        told = [it for it in findings if self._wanted.takes(it)]
        if not told:
            return
        raw, starts = document.raw, list(_starts(document.value))
        comments = Comments(raw.text, raw.line)
        lines = raw.text.split("\n") if self._wanted.sources else []
        for finding in told:
            line, column = document.at(finding.pointer)
            if comments.silence(finding.code, line):
                continue
            start, item = _holder(finding.pointer, starts)
            shown = lines[line - raw.line] if lines else ""
            self.outcome.findings.append(Located(where, raw.source, line, column, label(item), finding, start, shown))

    def _together(self, inputs: list[Input]) -> None:
        found: dict[int, dict[int, list[Finding]]] = {}
        for where, finding in self._run.conclude() if self._wanted.rules else ():
            self._tick(self.outcome.objects)
            if self._wanted.takes(finding):
                found.setdefault(where.input, {}).setdefault(where.document, []).append(finding)
        for number, documents in found.items():
            with inputs[number].open() as stream:
                for raw in split(stream, inputs[number].source):
                    if raw.index in documents:
                        self._locate(Where(number, raw.index), parse(raw), documents.pop(raw.index))
                    if not documents:
                        break

    def _unreadable(self, where: Where, source: str, error: ManifestError | CommandError) -> None:
        message = error.message if isinstance(error, ManifestError) else str(error).removeprefix(f"{source}: ")
        finding = Finding(UNREADABLE, Severity.ERROR, message, (), hint=error.hint)
        line, column = (error.line or 1, error.column or 1) if isinstance(error, ManifestError) else (1, 1)
        self.outcome.findings.append(Located(where, source, line, column, "", finding))


def _starts(value: object) -> Iterator[tuple[Pointer, Object]]:
    """The objects of a document, each with its place; a List that cannot be walked is one object."""
    if not isinstance(value, dict):
        yield (), {}
        return
    try:
        yield from list(objects(value))
    except WorkloadError:
        yield (), value


def _holder(pointer: Pointer, starts: list[tuple[Pointer, Object]]) -> tuple[Pointer, Object]:
    """The object that a place belongs to."""
    inside = [it for it in starts if pointer[: len(it[0])] == it[0]]
    return max(inside, key=lambda it: len(it[0]), default=((), {}))


def _moved(finding: Finding, start: Pointer) -> Finding:
    from dataclasses import replace

    return replace(finding, pointer=(*start, *finding.pointer))


def _checked(where: Where, document: Document, start: Pointer, item: Object) -> Checked:
    metadata = item.get("metadata")
    name = text_of(metadata.get("name")) if isinstance(metadata, dict) else ""
    group = text_of(item.get("apiVersion")).rpartition("/")[0]
    return Checked(where, document.raw.source, start, label(item), group, text_of(item.get("kind")), name)
