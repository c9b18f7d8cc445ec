"""All rules over all documents: some look at one object, others at what all documents say together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.validation.finding import Finding, Pointer, Severity
from kubectl_fluid.validation.rules import suppress
from kubectl_fluid.validation.rules.read import text
from kubectl_fluid.validation.rules.rule import WORKLOAD, Check, Hit
from kubectl_fluid.validation.rules.subject import BESIDE, Get, Subject, Where, subject_of
from kubectl_fluid.validation.rules.table import BY_CODE, CHECKS
from kubectl_fluid.validation.rules.world import Kept, World, kept
from kubectl_fluid.workloads import WorkloadError, objects

#: The rule about documents that cannot be read as what their kind says.
SHAPE = "FL0500"


#: Whether findings of a code with a severity are unwanted.
Disabled = Callable[[str, Severity], bool]


class Rules:
    """The rules of a run that need nothing but the object; `disabled` says which of their findings are unwanted.

    `untold` are the cluster's errors by their sentences: of what hangs on these answers nothing is said.
    """

    def __init__(self, namespace: str = "default", disabled: Disabled = lambda *_: False) -> None:
        self.untold: dict[str, ClusterError] = {}
        self._nothing = World(namespace)
        self._disabled = disabled

    def add(self, value: Any, where: Where) -> tuple[list[Finding], list[Kept]]:
        """What they say of a document, and what the other rules will need of it."""
        found: list[Finding] = []
        waiting: list[Kept] = []
        try:
            for pointer, item in objects(value):
                subject = subject_of(item, pointer, where, self._nothing)
                found += self.look(subject, together=False)
                if subject.kind or _names_claims(subject):
                    waiting.append(kept(subject))
        except WorkloadError as error:
            found += self._findings([_misshapen(error)], None)
        return found, waiting

    def look(self, subject: Subject, *, together: bool) -> list[Finding]:
        """What one half of the rules says of an object."""
        hits: list[Hit] = []
        for check in _checks(subject.kind, subject.makes_pods, together):
            try:
                hits += check(subject)
            except WorkloadError as error:
                if not together:
                    hits.append(_misshapen(error))
            except ClusterError as error:
                self.untold.setdefault(str(error), error)
        return self._findings(hits, subject) if hits else []

    def _findings(self, hits: Iterable[Hit], subject: Subject | None) -> list[Finding]:
        start = () if subject is None else subject.pointer
        off = suppress.codes(text(subject.value, "metadata", "annotations", keys.DISABLE_RULES)) if subject else ()
        found: dict[tuple[str, Pointer], Finding] = {}
        for hit in hits:
            rule = BY_CODE[hit.code]
            if not self._disabled(hit.code, hit.severity or rule.severity) and not suppress.matches(hit.code, off):
                found.setdefault((hit.code, hit.pointer), rule.finding(hit, start))
        return list(found.values())


class Run:
    """The rules of one run: `add` each document, then `conclude`, then `close`.

    `namespace` is that of objects which name none. `lookup` reads objects of a cluster, of the kinds `readable`;
    without it an object that is not in the documents may well exist. What `Rules.add` gives elsewhere comes in with
    `keep`, in the order of the documents.
    """

    def __init__(
        self,
        *,
        namespace: str = "default",
        lookup: Get | None = None,
        readable: Collection[str] = (),
        disabled: Disabled = lambda *_: False,
    ) -> None:
        self.rules = Rules(namespace, disabled)
        self.world = World(namespace, lookup, readable)

    def add(self, value: Any, where: Where) -> list[Finding]:
        """What the rules that need nothing else say of a document. Keeps what the other rules will need."""
        found, waiting = self.rules.add(value, where)
        self.keep(waiting)
        return found

    def keep(self, waiting: Iterable[Kept]) -> None:
        """Remember objects for the other rules."""
        for one in waiting:
            self.world.keep(one)

    def conclude(self) -> Iterator[tuple[Where, Finding]]:
        """What the rules say that see all documents together, each with the document that it is about."""
        return self._of(self.world.subjects())

    def conclude_between(self, start: int, end: int) -> Iterator[tuple[Where, Finding]]:
        """A part of `conclude`: of the objects between two places of `world.cuts`."""
        return self._of(self.world.subjects_between(start, end))

    def close(self) -> None:
        """Forget the documents."""
        self.world.close()

    def _of(self, subjects: Iterable[Subject]) -> Iterator[tuple[Where, Finding]]:
        for subject in subjects:
            for finding in self.rules.look(subject, together=True):
                yield subject.where, finding


@cache
def _checks(kind: str, makes_pods: bool, together: bool) -> tuple[Check, ...]:  # noqa: FBT001 - keys of the cache
    """The checks of a kind, each once however many rules share it."""
    wanted = {kind, WORKLOAD} if makes_pods else {kind}
    return tuple(dict.fromkeys(it.check for it in CHECKS if it.together is together and wanted.intersection(it.kinds)))


def _names_claims(subject: Subject) -> bool:
    """Whether a workload has something to look up: a volume that is a claim."""
    if not subject.makes_pods or subject.kind in BESIDE:
        return False
    try:
        return any("persistentVolumeClaim" in str(slot.pod["spec"].get("volumes")) for slot in subject.slots)
    except WorkloadError:
        return False


def _misshapen(error: WorkloadError) -> Hit:
    return Hit(SHAPE, error.pointer, str(error), severity=Severity.ERROR)
