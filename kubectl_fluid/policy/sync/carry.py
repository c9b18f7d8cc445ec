"""Actions carried out: every template is tried in a dry run before the first is written.

A template that the API server does not take is written as one that refuses, with the server's reason. A template is
deleted when the API server itself says that its Dataset is gone: a watch may be behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Forbidden, read
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.cluster.writing import Refused, Seen, apply, delete
from kubectl_fluid.policy.sync.actions import Action, Verb, version_of
from kubectl_fluid.policy.sync.desired import MANAGER, Wanted, digest, not_taken, refusing
from kubectl_fluid.policy.sync.world import DATASET, TEMPLATES, resources

Object = dict[str, Any]


class Outcome(Enum):
    """What became of a template."""

    CREATED = "created"
    CONFIGURED = "configured"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    LEFT = "left alone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """`trouble` is why the template refuses although its Dataset could be served; `error` why nothing was written.

    `value` is the object as it is now, {} where nothing was sent.
    """

    outcome: Outcome
    action: Action
    value: Object = field(default_factory=dict)
    trouble: Problem | None = None
    error: ClusterError | None = None


class DryRun(Enum):
    """`kubectl`'s words."""

    NONE = "none"
    CLIENT = "client"
    SERVER = "server"


@dataclass(slots=True)
class Carrier:
    """`served` is what API servers made of specs that they were given, by their digests; see `actions.actions`."""

    api: Api
    dry_run: DryRun = DryRun.NONE
    served: dict[str, str] = field(default_factory=dict)

    def carry(self, wished: Sequence[Action]) -> list[Done]:
        """Do all of it, in order. Raises Forbidden, before anything is written, where a right is missing."""
        writes = {it.name: it for it in wished if it.verb in (Verb.CREATE, Verb.CONFIGURE)}
        deletions = {it.name: it for it in wished if it.verb is Verb.DELETE}
        if self.dry_run is DryRun.CLIENT:
            done = {name: _planned(it) for name, it in {**writes, **deletions}.items()}
        else:
            tried = self._tried(writes)
            done = tried if self.dry_run is DryRun.SERVER else self._written(writes, tried)
            done |= {name: _done(deletions[name], it) for name, it in self._deleted(deletions).items()}
        return [done.get(it.name) or _as_it_is(it) for it in wished]

    def _tried(self, writes: Mapping[Name, Action]) -> dict[Name, Done]:
        """Each of them in a dry run. What is in `action` afterwards is what the server takes."""
        first = self._applied(writes, dry_run=True)
        again = {name: _refusing(it) for name, it in first.items() if isinstance(it.error, Refused)}
        done = first | self._applied(again, dry_run=True)
        for it in done.values():
            if isinstance(it.error, Forbidden):
                raise it.error
        return done

    def _written(self, wished: Mapping[Name, Action], tried: Mapping[Name, Done]) -> dict[Name, Done]:
        done = self._applied({name: it.action for name, it in tried.items() if it.error is None}, dry_run=False)
        for name, it in done.items():
            if it.error is None:  # also where it is the one that refuses, in the place of the compiled one
                self.served[_wanted(wished[name]).digest] = digest(it.value.get("spec"))
        return dict(tried) | done

    def _applied(self, writes: Mapping[Name, Action], *, dry_run: bool) -> dict[Name, Done]:
        found = together({name: partial(self._apply, it, dry_run=dry_run) for name, it in writes.items()})
        return {name: _done(writes[name], it) for name, it in found.items()}

    def _apply(self, action: Action, *, dry_run: bool) -> Done:
        wanted = _wanted(action)
        made = apply(self.api, TEMPLATES, wanted.value, manager=MANAGER, dry_run=dry_run)
        same = action.observed is not None and action.observed.version == version_of(made.value)
        outcome = Outcome.CREATED if made.created else Outcome.UNCHANGED if same else Outcome.CONFIGURED
        return Done(outcome, action, made.value, wanted.trouble)

    def _deleted(self, deletions: Mapping[Name, Action]) -> dict[Name, Done | ClusterError]:
        return together({name: partial(self._delete, it) for name, it in deletions.items()})

    def _delete(self, action: Action) -> Done:
        observed, name = action.observed, action.name
        if observed is None:
            raise TypeError("only what is there can be deleted")
        if not action.dataset and read(self.api, resources()[DATASET], *name) is not None:
            return Done(Outcome.UNCHANGED, action)
        seen = Seen(observed.uid, observed.version)
        gone = delete(self.api, TEMPLATES, *name, seen, dry_run=self.dry_run is DryRun.SERVER)
        return Done(Outcome.DELETED if gone else Outcome.UNCHANGED, action)


def _wanted(action: Action) -> Wanted:
    if action.wanted is None:
        raise TypeError("only what is wanted can be applied")
    return action.wanted


def _refusing(done: Done) -> Action:
    wanted = refusing(_wanted(done.action), not_taken(str(done.error)))
    return Action(done.action.verb, done.action.name, wanted, done.action.observed, done.action.why)


def _done(action: Action, found: Done | ClusterError) -> Done:
    return found if isinstance(found, Done) else Done(Outcome.FAILED, action, error=found)


_PLANNED = {Verb.CREATE: Outcome.CREATED, Verb.CONFIGURE: Outcome.CONFIGURED, Verb.DELETE: Outcome.DELETED}


def _planned(action: Action) -> Done:
    return Done(_PLANNED[action.verb], action, trouble=action.wanted.trouble if action.wanted else None)


def _as_it_is(action: Action) -> Done:
    outcome = Outcome.LEFT if action.verb is Verb.LEAVE else Outcome.UNCHANGED
    return Done(outcome, action, trouble=action.wanted.trouble if action.wanted else None)
