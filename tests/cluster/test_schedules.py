"""Schedules, right ones and wrong ones, get the API server's verdict and its sentence."""

from __future__ import annotations

import random

import pytest

from kubectl_fluid.render.schedule import ScheduleError, check_schedule
from tests.cluster.api import Object, Refused
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

PIECES = ("*", "?", "0", "1", "5", "7", "12", "31", "59", "60", "+3", "00", "jan", "Sun", "mon", "x", "", "-1", "L")
WHOLE = ("@daily", "@reboot", "@every 1h", "@every 1", "@every -1s", "@every 0", "@every .5m", "TZ=UTC 0 3 * * *", "@")
ROUNDS = 400


def some_schedule(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(WHOLE)
    fields = ["*"] * (5 if chance.random() < 0.9 else chance.choice((4, 6)))
    for _ in range(chance.choice((1, 1, 2, 3))):
        piece = chance.choice(PIECES)
        for sign in "-/,":
            if chance.random() < 0.25:
                piece += sign + chance.choice(PIECES)
        fields[chance.randrange(len(fields))] = piece
    return chance.choice((" ", "  ", "\t")).join(fields)


def cron_job(schedule: str) -> Object:
    pod = {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "a"},
        "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}},
    }


@pytest.mark.timeout(60)
def test_a_schedule_gets_the_api_servers_verdict_and_sentence(api_server: ControlPlane, namespace: str) -> None:
    chance = random.Random(6)  # noqa: S311 - nothing secret
    differ, refused = list[tuple[str, str, str]](), 0
    path = f"/apis/batch/v1/namespaces/{namespace}/cronjobs?dryRun=All"
    for schedule in (some_schedule(chance) for _ in range(ROUNDS)):
        ours = theirs = ""
        try:
            check_schedule(schedule)
        except ScheduleError as error:
            ours = str(error)
        try:
            api_server.admin.request("POST", path, cron_job(schedule))
        except Refused as answer:
            theirs = str(answer)
            refused += 1
        if bool(ours) != bool(theirs) or ours not in theirs:
            differ.append((schedule, ours, theirs))
    assert ROUNDS * 0.2 < refused < ROUNDS * 0.9
    assert differ == [], "\n".join(map(str, differ))
