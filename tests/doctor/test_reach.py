"""The first answer of an API server, and its clock."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.cluster.request import Answer
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.reach import Greeting, User, checks, known_as, place, stops

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict
BODY = b'{"gitVersion": "v1.33.2"}'
SERVER = "https://api.example:6443"
NOW = 1_800_000_000.0


def judged(status: int = 200, body: bytes = BODY, *, off: float = 0, took: float = 0.02) -> dict[str, Check]:
    answer = Answer(status, body, date=formatdate(NOW - off, usegmt=True))
    return {it.name: it for it in checks(Greeting(answer, took, NOW), SERVER)}


def test_a_server_that_answers() -> None:
    made = judged()
    assert [it.verdict for it in made.values()] == [OK, OK]
    assert made["reachable"].message == f"{SERVER} answers within 20 ms"


def test_a_slow_one_is_told() -> None:
    assert judged(took=2.5)["reachable"].message == f"{SERVER} answers, but only after 2500 ms"


@pytest.mark.parametrize(
    ("off", "verdict", "said"),
    [(0, OK, "agrees"), (20, OK, "agrees"), (120, WARNING, "120 s ahead of"), (-3600, WARNING, "3600 s behind")],
)
def test_clocks_that_differ(off: float, verdict: Verdict, said: str) -> None:
    made = judged(off=off)["clock"]
    assert made.verdict is verdict
    assert said in made.message


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_says_nothing_is_passed_over(date: str) -> None:
    made = {it.name: it for it in checks(Greeting(Answer(200, BODY, date=date), 0.1, NOW), SERVER)}
    assert made["clock"].verdict is SKIPPED


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (401, b"{}", "credentials"),
        (400, b"Client sent an HTTP request to an HTTPS server.", "reachable"),
        (503, BODY, "reachable"),
        (403, b"<html>proxy</html>", "reachable"),
        (403, b"{}", "reachable"),
        (200, b"<html>", "reachable"),
        (200, b"[]", "reachable"),
        (200, b'{"gitVersion": 1}', "reachable"),
        (200, b"[" * 100_000, "reachable"),
    ],
)
def test_what_keeps_everything_else_from_being_asked(status: int, body: bytes, name: str) -> None:
    made = judged(status, body)
    assert made[name].verdict is FAILED
    assert stops(list(made.values()))


def test_who_may_not_see_the_version_goes_on() -> None:
    assert not stops(list(judged(403, b'{"kind": "Status", "reason": "Forbidden"}').values()))


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        ({"metadata": {"name": "ml"}, "status": {"phase": "Active"}}, OK, "namespace ml exists"),
        ({"metadata": {"name": "ml"}, "status": "no"}, OK, "namespace ml exists"),
        (None, WARNING, "there is no namespace ml"),
        ({"status": {"phase": "Terminating"}}, WARNING, "namespace ml is being deleted"),
        (Forbidden("cluster http", "this user may not get namespaces"), SKIPPED, "whether it exists is not known"),
        (ClusterError("cluster http", "HTTP 500"), UNKNOWN, "HTTP 500"),
    ],
)
def test_the_namespace_that_verbs_work_in(
    found: dict[str, object] | ClusterError | None, verdict: Verdict, said: str
) -> None:
    made = place("ml", found)
    assert made.verdict is verdict
    assert said in made.message
    assert bool(made.hint) is (verdict is WARNING)


def test_no_answer_is_the_servers_own_failure() -> None:
    error = Unreachable(f"cluster {SERVER}", "connection refused", "a hint of other verbs")
    (made,) = checks(Greeting(error, 0, 0), SERVER)
    assert (made.verdict, made.message) == (FAILED, f"{SERVER}: connection refused")


@pytest.mark.parametrize(
    ("user", "verdict", "said"),
    [
        (User("me", ("team",)), OK, "knows you as me (groups team)"),
        (User("me", ()), OK, "knows you as me"),
        (Absent("cluster http", "it knows no SelfSubjectReview"), OK, "accepts them"),
        (Forbidden("cluster http", "may not"), WARNING, "perhaps as nobody"),
        (ClusterError("cluster http", "HTTP 500"), UNKNOWN, "HTTP 500"),
    ],
)
def test_as_whom(user: User | ClusterError, verdict: Verdict, said: str) -> None:
    made = known_as(user)
    assert made.verdict is verdict
    assert said in made.message
