"""All checks, in the order of the table: those of this machine, then as far as the cluster lets itself be asked."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kubectl_fluid.cluster.connect import Connection, connect
from kubectl_fluid.cluster.errors import ClusterError, NoCluster
from kubectl_fluid.cluster.kubeconfig import Choice, choose, locations
from kubectl_fluid.cluster.request import Answer, Api, shown
from kubectl_fluid.doctor import (
    bundle,
    conflicts,
    crds,
    install,
    local,
    machine,
    permissions,
    policies,
    reach,
    reads,
    versions,
    webhooks,
)
from kubectl_fluid.doctor.kinds import FLUID_PATH, TEMPLATES_PATH
from kubectl_fluid.doctor.model import Check, Report, Verdict, clipped, listed
from kubectl_fluid.doctor.reads import Sight
from kubectl_fluid.doctor.table import NAMES
from kubectl_fluid.doctor.targets import targets
from kubectl_fluid.explanation import hooks as acting
from kubectl_fluid.explanation.hooks import Hook

_ANOTHER = "name another with --kubeconfig, or mend it: `kubectl config view`"
_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}", re.ASCII)
_WAITING = "the kubeconfig's credential plugin (`exec`) has not answered within {} s; still waiting for it"


def _nothing(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `categories` are of table.CATEGORIES; `namespace` None is the context's own.

    `timeout` is in seconds, for each answer. `variables` are the environment's. `say` tells what is waited for.
    """

    categories: Collection[str]
    variables: Mapping[str, str]
    kubeconfig: str | None = None
    context: str | None = None
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()
    namespace: str | None = None
    all_namespaces: bool = False
    timeout: float = 10.0
    say: Callable[[str], None] = _nothing


def examine(wanted: Wanted) -> Report:
    """The report. Whatever is wrong stands in it; nothing is raised but bugs."""
    checks: list[Check] = []
    if "local" in wanted.categories:
        checks += local.checks(machine.look(wanted.variables))
    if set(wanted.categories) == {"local"}:
        return Report("", "", "", tuple(checks))
    try:
        choice = choose(wanted.kubeconfig, wanted.context, wanted.variables)
        connection = _connect(wanted, choice)
    except ClusterError as error:
        checks.append(_no_kubeconfig(error, wanted))
        return Report("", "", "", _whole(checks, wanted, "no cluster can be asked"))
    try:
        namespace = wanted.namespace or connection.namespace
        checks.append(_kubeconfig(choice, connection, namespace))
        checks += _of_cluster(connection.api, wanted, None if wanted.all_namespaces else namespace)
    finally:
        connection.api.pool.clear()
    made = _whole(checks, wanted, "the cluster cannot be asked")
    where = "" if wanted.all_namespaces else namespace
    return Report(choice.context if choice else "", shown(connection.api.server), where, made)


def _connect(wanted: Wanted, choice: Choice | None) -> Connection:
    """Prepared to ask. A credential plugin may wait for a person, so that it is waited for; but not without a word."""
    waiting = threading.Timer(wanted.timeout, wanted.say, (_WAITING.format(f"{wanted.timeout:g}"),))
    waiting.daemon = True
    if choice is not None and "exec" in choice.user:
        waiting.start()
    try:
        return connect(
            wanted.kubeconfig,
            wanted.context,
            wanted.as_user,
            wanted.as_groups,
            timeout=wanted.timeout,
            variables=wanted.variables,
        )
    finally:
        waiting.cancel()


def _no_kubeconfig(error: ClusterError, wanted: Wanted) -> Check:
    if isinstance(error, NoCluster):
        paths = locations(None, wanted.variables)
        there = [it for it in paths if Path(it).is_file()]
        said = (
            f"no current context in {listed(there)}"
            if there
            else f"there is no kubeconfig: no {'file' if len(paths) == 1 else 'files'} {listed(paths)}"
        )
        return Check("kubeconfig", Verdict.FAILED, said, "name one with --kubeconfig or --context, or set KUBECONFIG")
    return Check("kubeconfig", Verdict.FAILED, clipped(error), error.hint or _ANOTHER)


def _kubeconfig(choice: Choice | None, connection: Connection, namespace: str) -> Check:
    server = clipped(shown(connection.api.server))
    if choice is None:
        said = f"there is no kubeconfig; the service account of this Pod leads to {server}"
        return Check("kubeconfig", Verdict.OK, said)
    said = f"context {clipped(choice.context)} leads to {server}, namespace {clipped(namespace)}"
    details = tuple(clipped(it) for it in choice.files)
    if connection.api.server.startswith("http:") and not _is_here(connection.api.server):
        hint = "anybody on the way can read and change it: use https"
        return Check("kubeconfig", Verdict.WARNING, f"{said}, without TLS", hint, details=details)
    return Check("kubeconfig", Verdict.OK, said, details=details)


def _is_here(server: str) -> bool:
    """Whether it is this machine, as with `kubectl proxy`: nobody is on the way."""
    host = urlsplit(server).hostname or ""
    return host in ("localhost", "::1") or _LOOPBACK.fullmatch(host) is not None


def _of_cluster(api: Api, wanted: Wanted, namespace: str | None) -> Iterator[Check]:
    greeting = reach.greet(api)
    first = list(reach.checks(greeting, clipped(shown(api.server))))
    yield from first
    if reach.stops(first) or not isinstance(greeting.answer, Answer):
        return
    version = reach.version(greeting.answer)
    sight = reads.look(api, {*wanted.categories, "cluster"}, namespace)
    if sight.user is not None:
        yield reach.known_as(sight.user)
    if namespace is None:
        yield Check("namespace", Verdict.SKIPPED, "all namespaces are meant (-A)")
    else:
        yield reach.place(namespace, sight.place)
    for category, check in _CHECKS.items():
        if category in wanted.categories:
            yield from check(api, sight, version, namespace)


def _kubernetes(_api: Api, sight: Sight, version: str, _namespace: str | None) -> Iterable[Check]:
    return versions.checks(version, sight.served, sight.nodes)


def _fluid(_api: Api, sight: Sight, _version: str, _namespace: str | None) -> Iterable[Check]:
    return install.checks(sight.controllers, bundle.source())


def _crds(_api: Api, sight: Sight, _version: str, _namespace: str | None) -> Iterable[Check]:
    return crds.checks(sight.served[FLUID_PATH], sight.schemas)


def _webhook(api: Api, sight: Sight, _version: str, _namespace: str | None) -> Iterator[Check]:
    found = sight.acting["webhooks"]
    called = found if isinstance(found, ClusterError) else acting.webhooks(found)
    seen = {} if isinstance(called, ClusterError) else reads.reach(api, targets(called))
    yield from webhooks.checks(called, seen, time.time())
    yield conflicts.check(_in_order(sight, called), sight.namespaces)


def _in_order(sight: Sight, called: list[Hook] | ClusterError) -> list[Hook] | ClusterError:
    """All who act on Pods as the API server comes to them: policies that mutate come before webhooks."""
    applied, bindings = sight.acting["policies"], sight.acting["bindings"]
    if isinstance(called, ClusterError):
        return called
    if isinstance(applied, ClusterError):
        return applied
    return bindings if isinstance(bindings, ClusterError) else [*acting.policies(applied, bindings), *called]


def _policies(_api: Api, sight: Sight, _version: str, _namespace: str | None) -> Iterable[Check]:
    lists = policies.Lists(*(sight.acting[it] for it in policies.Lists._fields))
    return policies.checks(lists, sight.served[TEMPLATES_PATH])


def _permissions(_api: Api, sight: Sight, _version: str, namespace: str | None) -> Iterable[Check]:
    return permissions.checks(sight.rights, namespace)


_CHECKS: Mapping[str, Callable[[Api, Sight, str, str | None], Iterable[Check]]] = {
    "kubernetes": _kubernetes,
    "fluid": _fluid,
    "crds": _crds,
    "webhook": _webhook,
    "policies": _policies,
    "permissions": _permissions,
}


def _whole(checks: list[Check], wanted: Wanted, why: str) -> tuple[Check, ...]:
    """The checks in the order of the table, with those that were not made as skipped ones."""
    made = {it.name for it in checks}
    categories = {*wanted.categories, "cluster"}
    rest = [
        Check(it, Verdict.SKIPPED, why) for it, row in NAMES.items() if it not in made and row.category in categories
    ]
    order = {name: at for at, name in enumerate(NAMES)}
    return tuple(it.bounded() for it in sorted((*checks, *rest), key=lambda it: order[it.name]))
