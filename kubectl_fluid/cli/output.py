"""Where results go. Nothing reaches stdout or a file before `finish`: all or nothing."""

# ruff: noqa: D102 - what the methods of a sink are for is said once, in Sink
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_fluid.cli.environment import Environment, paint
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.joined import Joined, extra_texts, separator
from kubectl_fluid.cli.result import Object, Result, object_name, text_of
from kubectl_fluid.cli.spool import Spool
from kubectl_fluid.manifests import dump, patch
from kubectl_fluid.manifests.stream import RawDocument
from kubectl_fluid.workloads import WorkloadError, objects

if TYPE_CHECKING:
    from kubectl_fluid.cli.inplace import Before


class Sink:
    """Takes documents in the order of the input. The base class keeps what is meant for stdout in a spool."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.spool = Spool()

    def begin(self, source: Input) -> None:
        """The documents of this input follow."""

    def document(self, raw: RawDocument, result: Result) -> None:
        """A document that succeeded, changed or not."""

    def removed(self, raw: RawDocument) -> None:
        """A document that is no more."""

    def failed(self, raw: RawDocument) -> None:
        """A document that failed: no result may hold it, since half done is worse than missing."""

    def broken(self) -> None:
        """The rest of this input cannot be read."""

    def end(self, extras: Sequence[Object]) -> None:
        """The input ends; `extras` are objects that its documents need and that no input holds.

        Raises CommandError where the output has no room for them.
        """

    def finish(self) -> None:
        """Everything is known: write."""
        for chunk in self.chunks():
            self.environment.stdout.write(chunk)

    def chunks(self) -> Iterator[bytes]:
        """What `finish` writes."""
        return self.spool.chunks()

    def notes(self) -> Iterator[str]:
        """What a person should know of the output although nothing failed."""
        yield from ()

    def write(self, text: str) -> None:
        """Put text behind what waits."""
        self.spool.write(text.encode())


class YAMLSink(Sink):
    """The documents themselves; what did not change byte for byte."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._joined = Joined(self.spool)
        self._cut = False  # whether the source ends with a removed document without a last line break

    def begin(self, source: Input) -> None:
        self._joined.source()
        self._cut = False

    def document(self, raw: RawDocument, result: Result) -> None:
        self._joined.add(result.text)
        self._cut = False

    def removed(self, raw: RawDocument) -> None:
        self._joined.gap()
        self._cut = is_bare(raw.text)

    def failed(self, raw: RawDocument) -> None:
        self._joined.gap()

    def end(self, extras: Sequence[Object]) -> None:
        if self._cut:
            self._joined.cut()
        self._joined.add_extras(extras)

    def chunks(self) -> Iterator[bytes]:
        return self._joined.chunks()

    def notes(self) -> Iterator[str]:
        if self._joined.unreadable:
            yield "the input begins with JSON and goes on with YAML, which kubectl cannot read: put `---` on top of it"


class InPlaceSink(Sink):
    """Files are written anew where something in them changed; a failed document stays as it is."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.files: list[tuple[Before, int, int]] = []
        self._source = Input("")
        self._before: Before | None = None
        self._start = 0
        self._changed = self._cut = False
        self._joined = Joined(self.spool)

    def begin(self, source: Input) -> None:
        from kubectl_fluid.cli.inplace import Before

        self._source, self._before = source, Before.of(source.path or "")
        self._start, self._changed, self._cut = self.spool.size, False, False
        self._joined = Joined(self.spool, marks=False)

    def document(self, raw: RawDocument, result: Result) -> None:
        self._changed |= result.text != raw.text
        self._joined.add(result.text)
        self._cut = False

    def removed(self, raw: RawDocument) -> None:
        self._changed = True
        self._joined.gap()
        self._cut = is_bare(raw.text)

    def failed(self, raw: RawDocument) -> None:
        self._joined.add(raw.text)
        self._cut = False

    def broken(self) -> None:
        self._before = None

    def end(self, extras: Sequence[Object]) -> None:
        if self._before is None:
            return
        if extras:
            refuse_json(self._source, begins_with_json=self._joined.begins_with_json)
        if self._cut:
            self._joined.cut()
        self._joined.add_extras(extras)
        if self._changed or extras:
            self.files.append((self._before, self._start, self.spool.size))

    def finish(self) -> None:
        from kubectl_fluid.cli.inplace import replace_all

        replace_all((before, self.spool.chunks(start, end)) for before, start, end in self.files)

    def notes(self) -> Iterator[str]:
        for before, _, _ in self.files:
            if before.stat.st_nlink > 1:
                yield f"{before.path} is a new file now: its other hard links keep the old text"


class JSONSink(Sink):
    """One document as it is, the objects of several as a List."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._first: Any = None
        self._count = 0  # documents
        self._comma = ""

    def document(self, raw: RawDocument, result: Result) -> None:
        if result.value is not None:
            self._add(result.value)

    def end(self, extras: Sequence[Object]) -> None:
        for extra in extras:
            self._add(extra)

    def finish(self) -> None:
        if self._count == 1:
            self.write(dump.to_json(self._first, indent=4) + "\n")
        elif self._count:
            self.write("\n    ]\n}\n")
        super().finish()

    def _add(self, value: Any) -> None:
        self._count += 1
        if self._count == 1:
            self._first = value
            return
        if self._count == 2:  # noqa: PLR2004 - only now it is known to be a List
            self.write('{\n    "apiVersion": "v1",\n    "kind": "List",\n    "items": [')
            self._items(self._first)
            self._first = None
        self._items(value)

    def _items(self, value: Any) -> None:
        for item in flat(value):
            self.write(self._comma + "\n        " + dump.to_json(item, indent=4).replace("\n", "\n        "))
            self._comma = ","


class PatchSink(Sink):
    """A line of JSON per changed object: its `patch` is what `kubectl patch --type=json` takes."""

    def document(self, raw: RawDocument, result: Result) -> None:
        for changed in result.changed:
            self._line(changed.new, "patch", patch.diff(changed.old, changed.new))

    def end(self, extras: Sequence[Object]) -> None:
        for extra in extras:
            self._line(extra, "object", extra)

    def _line(self, value: Object, key: str, content: Any) -> None:
        metadata = value.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        line = {
            "apiVersion": text_of(value.get("apiVersion")),
            "kind": text_of(value.get("kind")),
            "namespace": text_of(metadata.get("namespace")),
            "name": text_of(metadata.get("name")),
        }
        self.write(
            dump.to_json({name: text for name, text in line.items() if text} | {key: content}, indent=None) + "\n"
        )


class NameSink(Sink):
    """The name of each changed object."""

    def document(self, raw: RawDocument, result: Result) -> None:
        for changed in result.changed:
            self.write(object_name(changed.new) + "\n")

    def end(self, extras: Sequence[Object]) -> None:
        for extra in extras:
            self.write(object_name(extra) + "\n")


class DiffSink(Sink):
    """A unified diff per file of what `--in-place` would change, with colours on a terminal."""

    def __init__(self, environment: Environment) -> None:
        from kubectl_fluid.cli.unified import UnifiedDiff

        super().__init__(environment)
        self._make = UnifiedDiff
        self._colours = environment.colours_on(environment.stdout_is_terminal)
        self._source = Input("")
        self._diff = UnifiedDiff("", self._write_line)
        self._old = self._new = ""  # the last document: what follows may still change how it ends
        self._cut, self._head = False, ""

    def begin(self, source: Input) -> None:
        self._source = source
        self._diff = self._make(source.source, self._write_line)
        self._old = self._new = ""
        self._cut, self._head = False, ""

    def document(self, raw: RawDocument, result: Result) -> None:
        self._next(raw.text, result.text)

    def removed(self, raw: RawDocument) -> None:
        self._old += raw.text
        self._cut = is_bare(raw.text)

    def failed(self, raw: RawDocument) -> None:
        self._next(raw.text, raw.text)

    def end(self, extras: Sequence[Object]) -> None:
        if extras:
            refuse_json(self._source, begins_with_json=self._head == "{")
        if self._cut:
            self._new = self._new.removesuffix("\n")
        last = self._new
        for text in extra_texts(last, extras, json=False):
            self._new += separator(last, text) + text
            last = text
        self._next("", "")
        self._diff.end()

    def _next(self, old: str, new: str) -> None:
        if self._old == self._new:
            self._diff.same(self._old)
        else:
            self._diff.changed(self._old, self._new)
        self._head = self._head or new.lstrip()[:1]
        self._old, self._new, self._cut = old, new, False

    def _write_line(self, line: str) -> None:
        from kubectl_fluid.cli.unified import COLOURS

        colour = COLOURS.get(line[0]) if self._colours else None
        self.write(paint(line.rstrip("\n"), colour) + "\n" if colour else line)


SINKS = {"yaml": YAMLSink, "json": JSONSink, "patch": PatchSink, "diff": DiffSink, "name": NameSink}


def is_bare(text: str) -> bool:
    """Whether a text does not end with a line break."""
    return not text.endswith(("\n", "\r"))


def refuse_json(source: Input, *, begins_with_json: bool) -> None:
    """Raise CommandError for a file that cannot hold a further document."""
    if begins_with_json or source.source.endswith(".json"):
        raise CommandError(
            source.source,
            "a JSON file holds one value, and has no room for the ConfigMaps of the mount check",
            "use --mount-check inline, which needs none, or print all of it with -o yaml",
        )


def flat(value: Any) -> list[Any]:
    """The objects of a document: the items of a List (those of Lists in it too), else the document itself."""
    if not isinstance(value, dict):
        return [value]
    try:
        return [item for _, item in objects(value)]
    except WorkloadError:  # it is none of ours, and goes on as it is
        return [value]
