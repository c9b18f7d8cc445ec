"""Schedules are read as the API server reads those of a CronJob."""

from __future__ import annotations

import pytest

from kubectl_fluid.validation.rules import cron


@pytest.mark.parametrize(
    "schedule",
    ["0 3 * * *", "*/5 0-6,12 1 jan-MAR ?", "0 0 31 12 6", "@hourly", "@every 1h30m", "  0   3 * * sun", "00 03 * * *"],
)
def test_a_schedule_that_the_api_server_takes_is_fine(schedule: str) -> None:
    assert cron.problem(schedule) == ""


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("0 3 * *", "expected exactly 5 fields, found 4: [0 3 * *]"),
        ("", "expected exactly 5 fields, found 0: []"),
        ("60 3 * * *", "'60' is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 0 0 * *", "'0' is no day of the month"),
        ("0 0 1 foo *", "'foo' is no month"),
        ("0 0 1 1 7", "'7' is no day of the week"),
        ("5-1 0 * * *", "'5-1' is no minute"),
        ("*/0 0 * * *", "'*/0' is no minute"),
        ("1,,2 0 * * *", "'' is no minute"),
        ("@often", "unrecognized descriptor: @often"),
        ("@every soon", "unrecognized descriptor: @every soon"),
        ("TZ=UTC 0 3 * * *", "the time zone does not belong into the schedule"),
    ],
)
def test_a_schedule_that_the_api_server_refuses_is_told(schedule: str, sentence: str) -> None:
    assert cron.problem(schedule) == sentence
