"""Schedules of CronJobs are read as the API server reads them."""

from __future__ import annotations

import pytest

from kubectl_fluid.render.schedule import ScheduleError, check_schedule


@pytest.mark.parametrize(
    "text",
    [
        "0 3 * * *",
        "*/5 0-23/2 1,15 jan-mar ?",
        "  0\t3 * *  SUN ",
        "5/15 * * * *",
        "*-3 * * * *",
        "0, 3 * * *",
        "@daily",
        "@every 1h30m",
        "@every 0",
        "@every +1.5h",
        "@hourly",
        "00 03 31 12 6",
        "1,,2 0-6/3 1 JAN-dec 1-5/2",
        "*-1-2 * * * *",
    ],
)
def test_a_schedule_that_an_api_server_takes_is_fine(text: str) -> None:
    check_schedule(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected exactly 5 fields, found 0: []"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* 5-3 * * *", "beginning of range (5) beyond end of range (3): 5-3"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("٣ * * * *", 'failed to parse int from ٣: strconv.Atoi: parsing "٣": invalid syntax'),
        ("+-5 * * * *", 'failed to parse int from +: strconv.Atoi: parsing "+": invalid syntax'),
        ("* 24 * * *", "end of range (24) above maximum (23): 24"),
        ("* * * 13 *", "end of range (13) above maximum (12): 13"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("* * * foo *", 'failed to parse int from foo: strconv.Atoi: parsing "foo": invalid syntax'),
        ("@nightly", "unrecognized descriptor: @nightly"),
        ("@every day", 'failed to parse duration @every day: time: invalid duration "day"'),
        ("@every 90", 'failed to parse duration @every 90: time: missing unit in duration "90"'),
        ("TZ=UTC 0 3 * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"),
        (f"{'9' * 5000} * * * *", "end of range (999999999) above maximum (59): " + "9" * 5000),
    ],
)
def test_a_schedule_that_an_api_server_refuses_is_refused_with_its_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        check_schedule(text)
    assert str(raised.value) == sentence
