"""What came of a validation, however long: in memory while it is little, in a temporary file after that."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from kubectl_fluid.validation.finding import Finding, Pointer, Severity
from kubectl_fluid.validation.rules import Where
from kubectl_fluid.validation.rules.store import Store
from kubectl_fluid.validation.schema.report import dotted

T = TypeVar("T")

#: The codes from here on are those of rules.
_RULES = "FL0100"
#: The schema's code for a kind that it does not have.
UNKNOWN_KIND = "FL0002"
_OF_WHOLE = ("FL0001", UNKNOWN_KIND)

#: So many things are kept in memory, and written and read at once.
FEW = 512


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

    @property
    def sentence(self) -> str:
        """The message, behind the path of its field where it is the schema's and does not name the field itself.

        That is how an API server puts it; the messages of rules say what they speak of.
        """
        finding = self.finding
        path = dotted(self.pointer) if finding.code < _RULES and finding.code not in _OF_WHOLE else ""
        is_named = not path or f"`{self.pointer[-1]}`" in finding.message
        return finding.message if is_named else f"{path}: {finding.message}"

    @property
    def advice(self) -> str:
        """What to do, as it stands behind the sentence; "" where nothing is proposed."""
        return f" ({self.finding.hint})" if self.finding.hint else ""

    @property
    def place(self) -> tuple[Where, int, int]:
        """What findings are sorted by."""
        return self.where, self.line, self.column


class Checked(NamedTuple):
    """One object that was looked at; `invalid` by what its own document says."""

    where: Where
    source: str
    start: Pointer
    name: str
    group: str
    kind: str
    object_name: str


class Spill(Generic[T]):
    """A list that only grows, of things that can be pickled; memory holds its end alone."""

    def __init__(self) -> None:
        self._few: list[T] = []
        self._many = Store()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, things: Iterable[T]) -> None:
        """Put more behind it."""
        before = len(self._few)
        self._few += things
        self._length += len(self._few) - before
        if len(self._few) >= FEW:
            self._many.add(pickle.dumps(self._few, pickle.HIGHEST_PROTOCOL))
            self._few = []

    def __iter__(self) -> Iterator[T]:
        for _, batch in self._many:
            yield from pickle.loads(batch)  # noqa: S301 - our own: `extend` has written it
        yield from self._few


class Suite(NamedTuple):
    """What was found in one document: its objects (as far as these were asked for) and its findings."""

    where: Where
    source: str
    checked: list[Checked]
    findings: list[Located]


@dataclass
class Outcome:
    """What came of it.

    `skipped` are documents that are no manifests, with the place and the reason; `strict`: warnings fail.
    """

    inputs: int = 0
    objects: int = 0
    strict: bool = False
    counts: Counter[Severity] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    checked: Spill[Checked] = field(default_factory=Spill)
    skipped: Spill[tuple[str, str]] = field(default_factory=Spill)
    _alone: Spill[Located] = field(default_factory=Spill)
    _together: Spill[Located] = field(default_factory=Spill)

    def add(self, found: list[Located], *, together: bool = False) -> None:
        """Take the findings of a document, after those of all documents before it.

        `together`: they are of the rules that see all documents, which come in a row of their own.
        """
        self.counts.update(it.finding.severity for it in found)
        self.codes.update(it.finding.code for it in found)
        (self._together if together else self._alone).extend(sorted(found, key=attrgetter("place")))

    @property
    def findings(self) -> Iterator[Located]:
        """All findings, sorted by place."""
        return merge(self._alone, self._together, key=attrgetter("place"))

    @property
    def documents(self) -> Iterator[Suite]:
        """All documents of which there is something to say."""
        things: list[Iterable[Checked | Located]] = [self.checked, self.findings]
        for where, same in groupby(merge(*things, key=attrgetter("where")), attrgetter("where")):
            here = list(same)
            checked = [it for it in here if isinstance(it, Checked)]
            yield Suite(where, here[0].source, checked, [it for it in here if isinstance(it, Located)])

    @property
    def invalid(self) -> int:
        """How many objects (or unreadable documents) have errors."""
        wrong = (it for it in self.findings if it.finding.severity is Severity.ERROR)
        return sum(len({it.start for it in found}) for _, found in groupby(wrong, attrgetter("where")))
