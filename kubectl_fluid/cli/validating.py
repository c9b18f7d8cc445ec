"""Reading documents, having them checked one by one and all together, and putting the findings in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter

from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.failure import placed
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.validate_check import Answer, Checker, Task, Wanted, unreadable
from kubectl_fluid.cli.validate_found import Outcome
from kubectl_fluid.cli.workers import in_order, start_method
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import RawDocument, split
from kubectl_fluid.validation.finding import Finding
from kubectl_fluid.validation.rules import Run, Where
from kubectl_fluid.validation.schema import Schemas

#: What a process gets at a time: so many documents or, if that is reached sooner, so many characters.
DOCUMENTS, CHARACTERS = 128, 1 << 16
#: And of what was kept of them, so many bytes.
_KEPT = 1 << 15

#: What the rules that see all documents say of one.
Said = tuple[Where, list[Finding]]


class Validator:
    """Checks inputs with `jobs` processes; what comes of it does not depend on their number."""

    def __init__(
        self, schemas: Schemas, run: Run, wanted: Wanted, tick: Callable[[int], None], *, jobs: int = 1
    ) -> None:
        self.outcome = Outcome()
        self._checker = Checker(schemas, wanted, run.world.namespace)
        self._run = run
        self._wanted = wanted
        self._tick = tick
        self._jobs = jobs
        self._ended = -1  # the input of which no more is wanted

    def read(self, inputs: list[Input]) -> Outcome:
        """Everything that is wrong with the inputs. Raises ClusterError, and CommandError for a process that died."""
        self.outcome.inputs = len(inputs)
        for answers in in_order(self._checker.batch, self._batches(inputs), self._jobs):
            for answer in answers:
                self._take(answer)
        if self._wanted.rules:
            self._together(inputs)
        return self.outcome

    def _batches(self, inputs: list[Input]) -> Iterator[list[Task]]:
        batch: list[Task] = []
        size = 0
        for number, source in enumerate(inputs):
            for task in self._tasks(number, source):
                batch.append(task)
                size += len(task[1].text) if isinstance(task, tuple) else 0
                if len(batch) >= DOCUMENTS or size >= CHARACTERS:
                    yield batch
                    batch, size = [], 0
        if batch:
            yield batch

    def _tasks(self, number: int, source: Input) -> Iterator[Task]:
        """The documents of an input, until it turns out that no more are wanted, or that it cannot be read."""
        index = 0
        try:
            with source.open() as stream:
                for raw in split(stream, source.source):
                    if self._ended == number:
                        return
                    index = raw.index + 1
                    yield number, raw
        except (ManifestError, CommandError) as error:
            where = Where(number, index)
            yield Answer(where, found=[unreadable(where, source.source, error)])

    def _take(self, answer: Answer) -> None:
        if answer.where.input == self._ended:
            return
        if answer.failure is not None:
            failure, place = answer.failure
            raise placed(failure.error(), place)
        self._tick(self.outcome.objects)
        self.outcome.objects += answer.objects
        if answer.found:
            self.outcome.add(answer.found)
        self.outcome.checked.extend(answer.checked)
        self.outcome.skipped.extend(answer.skipped)
        self._run.keep(answer.waiting)
        if answer.ends:
            self._ended = answer.where.input

    def _together(self, inputs: list[Input]) -> None:
        """Find the places of what the rules say that see all documents: for that their texts are read again."""
        reader: Iterator[RawDocument] = iter(())
        number = -1
        for where, findings in self._said():
            self._tick(self.outcome.objects)
            if where.input != number:
                number, reader = where.input, _again(where.input, inputs)
            raw = next((it for it in reader if it.index == where.document), None)
            if raw is None:
                raise CommandError(inputs[number].source, "it changed while it was read")
            self.outcome.add(self._checker.locate(where, parse(raw), findings), together=True)

    def _said(self) -> Iterator[Said]:
        """What those rules say of each document, in the order of the documents."""
        world = self._run.world
        travels = world.lookup is None and start_method() == "fork"  # by no other way, since it is too much
        work, parts = partial(_conclude, self._run, self._wanted), world.cuts(_KEPT)
        said = in_order(work, parts, self._jobs if travels else 1, method="fork")
        for where, same in groupby((it for part in said for it in part), itemgetter(0)):
            yield where, [finding for _, findings in same for finding in findings]


def _conclude(run: Run, wanted: Wanted, part: tuple[int, int]) -> list[Said]:
    told = (it for it in run.conclude_between(*part) if wanted.takes(it[1]))
    return [(where, [it[1] for it in found]) for where, found in groupby(told, itemgetter(0))]


def _again(number: int, inputs: list[Input]) -> Iterator[RawDocument]:
    with inputs[number].open() as stream:
        yield from split(stream, inputs[number].source)
