from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.quantity import bytes_size
from kubectl_fluid.status import values

BLANK: list[object] = [
    "",
    "N/A",
    "[Calculating]",
    "n",
    None,
    True,
    [],
    {},
    "1 GiB more",
    "-1B",
    "1e400GiB",
    "\uff19GiB",
]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("40.00GiB", 40 * 1024**3),
        ("0.00B", 0),
        ("1.50KiB", 1536),
        ("2GB", 2_000_000_000),
        ("512Mi", 512 * 1024**2),
        ("12", 12),
        (13, 13),
        *((text, None) for text in BLANK),
    ],
)
def test_a_size_is_a_number_of_bytes_or_not_known(text: object, size: int | None) -> None:
    assert values.size(text) == size


@given(st.integers(0, 2**60))
def test_a_size_that_fluid_writes_is_read_as_what_was_meant(number: int) -> None:
    read = values.size(bytes_size(number))
    assert read is not None
    assert abs(read - number) <= max(number * 0.006, 1)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("75.0%", 0.75), ("0.0%", 0.0), ("100%", 1.0), ("98.1%", 0.981), ("75", None), *((text, None) for text in BLANK)],
)
def test_a_percentage_is_a_ratio_or_not_known(text: object, ratio: float | None) -> None:
    assert values.ratio(text) == ratio


@pytest.mark.parametrize(("value", "count"), [("1234", 1234), (7, 7), (-1, None), *((text, None) for text in BLANK)])
def test_a_count_is_a_number_or_not_known(value: object, count: int | None) -> None:
    assert values.count(value) == count


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
        ("2026-01-02T03:04:05.678901Z", datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)),
        ("2026-01-02T05:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
        ("0000-01-02T03:04:05Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_is_read_as_utc_or_not_known(text: object, moment: datetime | None) -> None:
    assert values.time(text) == moment
