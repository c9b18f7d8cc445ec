"""What `policy sync` has done, as kubectl would say it: one line for each template on stdout, reasons on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.failure import say_error
from kubectl_fluid.cli.made import FORMATS
from kubectl_fluid.cli.policy_notes import notes
from kubectl_fluid.cluster.errors import Unreachable
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.policy.sync.carry import Done, DryRun, Outcome
from kubectl_fluid.policy.sync.world import TEMPLATES

_DRY = {DryRun.NONE: "", DryRun.CLIENT: " (dry run)", DryRun.SERVER: " (server dry run)"}
#: Of these there is an object to be printed.
THERE = (Outcome.CREATED, Outcome.CONFIGURED, Outcome.UNCHANGED)
_LEFT_HINT = "delete it, or give it the labels that `kubectl fluid policy compile` prints, to have it kept in step"


@dataclass(frozen=True, slots=True)
class Show:
    """`output` is "" for kubectl's lines; `everywhere` says the namespace in each of them."""

    environment: Environment
    output: str
    dry_run: DryRun
    everywhere: bool
    quiet: bool

    @classmethod
    def of(cls, options: Mapping[str, Any], environment: Environment) -> Show:
        """The members of this class among click's options."""
        dry_run = DryRun(options["dry_run"])
        return cls(environment, options["output"] or "", dry_run, options["all_namespaces"], options["quiet"])

    def results(self, done: Iterable[Done]) -> None:
        """Everything that was done, also where nothing had to be."""
        found = list(done)
        if self.output:
            text = FORMATS[self.output]([shown(it) for it in found if it.outcome in THERE])
        else:
            text = "".join(f"{self.line(it)}\n" for it in found if it.outcome is not Outcome.FAILED)
        self.environment.stdout.write(text.encode("utf-8", "backslashreplace"))
        self.environment.stdout.flush()

    def line(self, done: Done) -> str:
        """`injectiontemplate.kubectl-fluid.io/demo created`."""
        name = done.action.name
        where = f" in namespace {name.namespace}" if self.everywhere else ""
        kind = f"{TEMPLATES.kind.lower()}.{TEMPLATES.group}"
        return printable(f"{kind}/{name.name} {done.outcome.value}{where}{_DRY[self.dry_run]}")

    def reasons(self, done: Iterable[Done]) -> None:
        """Whose Pods are refused and why, and what could not be done."""
        for it in done:
            if found := complaint(it):
                say_error(self.environment, f"template {it.action.name}: {found[0]}", found[1])
            if not self.quiet and it.trouble is None and it.outcome in THERE and it.action.wanted:
                for line in notes(it.action.wanted.value):
                    self.environment.say(line)


def shown(done: Done) -> dict[str, Any]:
    """The object without what only the API server needs of it."""
    value = done.value or (done.action.wanted.value if done.action.wanted else {})
    metadata = {key: member for key, member in value["metadata"].items() if key != "managedFields"}
    return {**value, "metadata": metadata}


def complaint(done: Done) -> tuple[str, str] | None:
    """Why a template is not as it should be, and what to do; None where it is."""
    if done.error is not None:
        return str(done.error), done.error.hint
    if done.trouble is not None:
        return f"its Pods are refused: {done.trouble.message}", done.trouble.hint
    if done.outcome is Outcome.LEFT:
        return f"{done.action.why}: it was left alone", _LEFT_HINT
    return None


def status_of(done: Iterable[Done]) -> ExitStatus:
    """4 where the cluster could not be reached or does not let this user write, 1 where a template is not right."""
    found = list(done)
    if any(isinstance(it.error, (Forbidden, Unreachable)) for it in found):
        return ExitStatus.UNREACHABLE
    return ExitStatus.FAILED if any(map(complaint, found)) else ExitStatus.OK
