"""The two passes over the input: first the objects that injection needs to know, then the documents themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.failure import cure, placed, say_error
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.output import Sink
from kubectl_fluid.cli.report import Report
from kubectl_fluid.cli.result import Object, Result
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import RawDocument, split
from kubectl_fluid.workloads import label

#: `kind` and, where it is followed by a plain or quoted word, that word.
_KIND = re.compile(r"""kind(?:["']?\s*:\s*["']?([A-Za-z][A-Za-z0-9]*)(?=["'\s,}\]]|\Z))?""")
#: A key or a value may be spelled with these in a quoted scalar (`"k\x69nd"`).
_ESCAPE = re.compile(r"\\[xuU\r\n]")


class Store(Protocol):
    """Where the first pass puts what it finds."""

    def wanted(self, kind: str) -> bool:
        """Whether objects of this kind matter."""

    def add(self, value: Any) -> None:
        """Take a document's objects."""


def may_hold(text: str, wanted: Callable[[str], bool]) -> bool:
    """False only if it is certain, without parsing, that no object of a wanted kind is in the text.

    Every `kind` has to be followed by a word; where something else follows (an anchor, a comment, or it is only
    part of a sentence) the text is to be parsed.
    """
    if _ESCAPE.search(text):
        return True
    return any(kind is None or wanted(kind) for kind in (found[1] for found in _KIND.finditer(text)))


def collect_objects(inputs: Iterable[Input], store: Store, *, lenient: bool) -> None:
    """Put every wanted object of the inputs into the store.

    If `lenient`, documents without such an object are not parsed, and what cannot be read is left for the second pass
    to complain about. Otherwise the first mistake is raised.
    """
    for source in inputs:
        try:
            with source.open() as stream:
                for raw in split(stream, source.source):
                    if not lenient or may_hold(raw.text, store.wanted):
                        _add_objects(raw, store, lenient)
        except (ManifestError, CommandError):
            if not lenient:
                raise


def _add_objects(raw: RawDocument, store: Store, lenient: bool) -> None:
    try:
        store.add(parse(raw).value)
    except ManifestError:
        if not lenient:
            raise
    except Exception as error:
        raise placed(error, f"{raw.source}:{raw.line}") from error


def run(inputs: Iterable[Input], edit: Callable[[Document], Result], sink: Sink, report: Report) -> None:
    """The second pass: every document through `edit` into the sink, and what happened into the report."""
    for source in inputs:
        sink.begin(source)
        extras: list[Object] = []
        try:
            with source.open() as stream:
                for raw in split(stream, source.source):
                    extras += _one(raw, edit, sink, report)
        except (ManifestError, CommandError) as error:
            _complain(error, report)
            sink.broken()
        try:
            sink.end(extras)
        except CommandError as error:
            _complain(error, report)


def _one(raw: RawDocument, edit: Callable[[Document], Result], sink: Sink, report: Report) -> tuple[Object, ...]:
    try:
        result = edit(parse(raw))
    except ManifestError as error:
        _complain(error, report)
        sink.failed(raw)
        return ()
    except Exception as error:
        raise placed(error, f"{raw.source}:{raw.line}") from error
    for entry in result.entries:
        report.entry(entry)
    for note in result.notes:
        report.note(f"{raw.source}:{raw.line}: {note}")
    if result.value is not None and not isinstance(result.value, dict):
        report.note(f"{raw.source}:{raw.line}: not a Kubernetes object")
    elif report.verbose and result.value is not None and not result.entries:
        report.note(f"no Pod template: {label(result.value)} ({raw.source}:{raw.line})")
    if result.failed:
        sink.failed(raw)
        return ()
    if result.removed:
        sink.removed(raw)
    else:
        sink.document(raw, result)
    return result.extras


def _complain(error: ManifestError | CommandError, report: Report) -> None:
    report.errors += 1
    say_error(report.environment, str(error), cure(error))
