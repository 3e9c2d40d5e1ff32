"""Moments as people and programs write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.viewing import moment_of


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 15, 59, 59, 999_999, UTC)),
        ("2026-03-02T09:00", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("2026-03-02T09:00:30.5", datetime(2026, 3, 2, 1, 0, 30, 500_000, UTC)),
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00-05:00", datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-5)))),
    ],
)
def test_a_day_is_its_very_end_and_a_time_without_offset_is_in_shanghai(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


def test_the_end_of_a_day_leaves_no_room_before_the_next_one() -> None:
    assert moment_of("2026-03-02") + timedelta(microseconds=1) == moment_of("2026-03-03T00:00")


@pytest.mark.parametrize("text", ["", "2026-02-30", "20260302", "2026-W10-1", "2026-03-02 09:00", "1772413200", "now"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment_of(text)
