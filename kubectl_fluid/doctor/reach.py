"""The way to the API server: the first question to it, which tells whether any other makes sense."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.cluster.request import Answer, Api
from kubectl_fluid.doctor.model import Check, Verdict, clipped, unread, why
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

#: Seconds: an answer that takes longer is worth a word, and so is a clock that is further off.
SLOW, SKEW = 2.0, 30.0
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403
_LOGIN = "log in anew, or choose another context"


class Greeting(NamedTuple):
    """The first answer, or why there was none; how long it took (seconds), and when it came (epoch seconds)."""

    answer: Answer | ClusterError
    took: float
    at: float


class User(NamedTuple):
    """As whom the API server knows the person who asks."""

    name: str
    groups: tuple[str, ...]


def greet(api: Api) -> Greeting:
    """Ask for the version, which everybody may; with the handshake and the credentials that this takes."""
    began = time.monotonic()
    try:
        answer: Answer | ClusterError = api.read("/version")
    except ClusterError as error:
        answer = error
    return Greeting(answer, time.monotonic() - began, time.time())


def checks(greeting: Greeting, server: str) -> Iterator[Check]:
    """Whether the server answers, its clock, and whether it takes the credentials at all."""
    answer = greeting.answer
    if isinstance(answer, ClusterError):
        yield Check("reachable", Verdict.FAILED, f"{server}: {why(answer)}", "does `kubectl version` reach it?")
        return
    if answer.status == _UNAUTHORIZED:
        yield _speed(greeting, server)
        yield _clock(greeting, answer)
        said = "the API server does not accept the credentials of this kubeconfig"
        yield Check("credentials", Verdict.FAILED, said, _LOGIN)
        return
    if not version(answer) and not _forbids(answer):
        said = f"{server} answers, but not as a Kubernetes API server does (HTTP {answer.status})"
        yield Check("reachable", Verdict.FAILED, said, "look at the server of this context: `kubectl config view`")
        return
    yield _speed(greeting, server)
    yield _clock(greeting, answer)


def _forbids(answer: Answer) -> bool:
    """Whether this is an API server's refusal, a `Status`; proxies and portals say 403 as well."""
    try:
        said = mapping(json.loads(answer.body))
    except (ValueError, RecursionError):
        return False
    return answer.status == _FORBIDDEN and said.get("kind") == "Status"


def place(namespace: str, found: Object | ClusterError | None) -> Check:
    """`namespace`. `found` is the object, None where there is none."""
    name, shown = "namespace", clipped(namespace)
    if isinstance(found, Forbidden):
        return Check(name, Verdict.SKIPPED, f"{why(found)} {shown}: whether it exists is not known")
    if isinstance(found, ClusterError):
        return unread(name, found)
    if found is None:
        hint = "choose another with -n (`kubectl get namespaces`), or `kubectl create namespace` makes it"
        return Check(name, Verdict.WARNING, f"there is no namespace {shown}", hint)
    if mapping(found.get("status")).get("phase") == "Terminating":
        said = f"namespace {shown} is being deleted: nothing can be created in it"
        return Check(name, Verdict.WARNING, said, "choose another with -n")
    return Check(name, Verdict.OK, f"namespace {shown} exists")


def version(answer: Answer) -> str:
    """`v1.33.2`, "" where the answer does not say it."""
    if answer.status != _OK:
        return ""
    try:
        said = mapping(json.loads(answer.body)).get("gitVersion")
    except (ValueError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def stops(found: list[Check]) -> bool:
    """Whether these checks say that nothing else can be asked."""
    return any(it.verdict is Verdict.FAILED for it in found)


def known_as(user: User | ClusterError) -> Check:
    """As whom: a person with several contexts wants to see it."""
    if isinstance(user, ClusterError) and not isinstance(user, (Absent, Forbidden)):
        return unread("credentials", user)
    if isinstance(user, Absent):
        return Check("credentials", Verdict.OK, "the API server accepts them (before 1.28 it does not tell as whom)")
    if isinstance(user, ClusterError):
        said = "the API server does not tell as whom it knows you: perhaps as nobody (system:anonymous)"
        return Check("credentials", Verdict.WARNING, said, "are there credentials in this context?")
    groups = f" (groups {clipped(', '.join(user.groups))})" if user.groups else ""
    return Check("credentials", Verdict.OK, f"the API server knows you as {clipped(user.name)}{groups}")


def _speed(greeting: Greeting, server: str) -> Check:
    took = f"{greeting.took * 1000:.0f} ms"
    if greeting.took > SLOW:
        said = f"{server} answers, but only after {took}"
        return Check(
            "reachable", Verdict.WARNING, said, "verbs that ask the cluster take this long, several times over"
        )
    return Check("reachable", Verdict.OK, f"{server} answers within {took}")


def _clock(greeting: Greeting, answer: Answer) -> Check:
    try:
        there = parsedate_to_datetime(answer.date)
    except (ValueError, TypeError):
        return Check("clock", Verdict.SKIPPED, "the API server does not say what time it is")
    if there.tzinfo is None:
        there = there.replace(tzinfo=timezone.utc)
    # The header has whole seconds, and is written while the answer is under way.
    off = datetime.fromtimestamp(greeting.at, timezone.utc).timestamp() - there.timestamp() - greeting.took / 2
    if abs(off) <= SKEW:
        return Check("clock", Verdict.OK, "this machine's clock agrees with the API server's")
    way = "ahead of" if off > 0 else "behind"
    said = f"this machine's clock is {abs(off):.0f} s {way} the API server's"
    return Check("clock", Verdict.WARNING, said, "set the clocks: certificates and tokens are judged by them, and ages")
