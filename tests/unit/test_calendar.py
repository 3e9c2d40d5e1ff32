"""Time limits: working days with worked weekends, calendar days, hours, months."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    CalendarYear,
    CalendarYearMissing,
    WorkCalendar,
    add_calendar_days,
    add_hours,
    add_months,
    civil_day,
    last_day,
    midnight_after,
    month_end,
    month_start,
    months_before,
    next_month,
)

AUTUMN = CalendarYear(
    year=2026,
    off=frozenset(date(2026, 9, day) for day in (25, 26, 27)) | frozenset(date(2026, 10, day) for day in range(1, 8)),
    worked=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
)
CALENDAR = WorkCalendar([AUTUMN, CalendarYear(year=2027, off=frozenset({date(2027, 1, 1)}), provisional=True)])
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_five_working_days_from_friday_end_on_thursday_when_the_sunday_is_worked() -> None:
    assert CALENDAR.add_working_days(date(2026, 9, 18), 5) == date(2026, 9, 24)


def test_a_holiday_does_not_count() -> None:
    assert CALENDAR.add_working_days(date(2026, 9, 24), 1) == date(2026, 9, 28)
    assert CALENDAR.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_a_period_of_no_days_ends_on_the_day_itself() -> None:
    assert CALENDAR.add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_a_period_runs_over_the_turn_of_the_year() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_a_year_without_data_is_a_loud_error() -> None:
    with pytest.raises(CalendarYearMissing) as refused:
        CALENDAR.add_working_days(date(2027, 12, 31), 1)
    assert refused.value.code == "CALENDAR_YEAR_MISSING"
    assert refused.value.detail == "2028"
    with pytest.raises(CalendarYearMissing):
        CALENDAR.is_provisional(2025)
    with pytest.raises(CalendarYearMissing):
        CALENDAR.is_working_day(date(2025, 12, 31))


def test_a_year_whose_notice_is_not_out_is_provisional() -> None:
    assert CALENDAR.is_provisional(2027)
    assert not CALENDAR.is_provisional(2026)
    assert CALENDAR.years == (2026, 2027)


@given(DAYS, st.integers(1, 60))
def test_counting_back_gives_the_days_that_were_added(day: date, count: int) -> None:
    end = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(day, end) == count
    assert CALENDAR.working_days_between(end, day) == -count


@given(DAYS, st.integers(1, 60))
def test_after_the_day_before_a_period_its_days_are_left(day: date, count: int) -> None:
    end = CALENDAR.add_working_days(day, count)
    before = CALENDAR.working_days_before(end, count)
    assert CALENDAR.working_days_between(before, end) == count
    assert CALENDAR.add_working_days(before, count) == end


def test_no_working_day_lies_between_a_day_and_itself() -> None:
    assert CALENDAR.working_days_between(date(2026, 9, 18), date(2026, 9, 18)) == 0


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add_working_days(date(2026, 9, 18), -1)
    with pytest.raises(ValueError, match="-1"):
        add_calendar_days(date(2026, 9, 18), -1)


@pytest.mark.parametrize(
    "year",
    [
        CalendarYear(year=2026, off=frozenset({date(2025, 1, 1)})),
        CalendarYear(year=2026, off=frozenset(), worked=frozenset({date(2027, 1, 2)})),
        CalendarYear(year=2026, off=frozenset({date(2026, 9, 20)}), worked=frozenset({date(2026, 9, 20)})),
    ],
)
def test_a_year_with_a_stray_day_or_a_contradiction_is_refused(year: CalendarYear) -> None:
    with pytest.raises(ValueError, match="calendar year 2026"):
        WorkCalendar([year])


def test_a_year_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        WorkCalendar([AUTUMN, AUTUMN])


def test_calendar_days_count_from_the_next_day_and_take_holidays_with_them() -> None:
    assert add_calendar_days(date(2026, 9, 28), 7) == date(2026, 10, 5)


def test_hours_run_through_the_night() -> None:
    start = datetime(2026, 9, 30, 20, tzinfo=UTC)
    assert add_hours(start, 24) == datetime(2026, 10, 1, 20, tzinfo=UTC)


def test_the_civil_day_turns_at_midnight_in_shanghai() -> None:
    assert civil_day(datetime(2026, 9, 30, 15, 59, tzinfo=UTC)) == date(2026, 9, 30)
    assert civil_day(datetime(2026, 9, 30, 16, tzinfo=UTC)) == date(2026, 10, 1)
    assert civil_day(datetime(2026, 9, 30, 23, tzinfo=timezone(timedelta(hours=8)))) == date(2026, 9, 30)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 9, 30, 20)  # noqa: DTZ001  the refusal of one is what is tested
    with pytest.raises(ValueError, match="time zone"):
        add_hours(naive, 1)
    with pytest.raises(ValueError, match="time zone"):
        civil_day(naive)


def test_a_day_is_over_at_midnight_in_shanghai() -> None:
    assert midnight_after(date(2026, 9, 24)) == datetime(2026, 9, 24, 16, tzinfo=UTC)
    assert last_day(midnight_after(date(2026, 9, 24))) == date(2026, 9, 24)
    assert last_day(datetime(2026, 9, 24, 3, tzinfo=UTC)) == date(2026, 9, 24)


def test_the_same_day_months_earlier_or_the_last_day_of_a_short_month() -> None:
    assert months_before(date(2027, 9, 18), 12) == date(2026, 9, 18)
    assert months_before(date(2027, 3, 31), 1) == date(2027, 2, 28)
    assert months_before(date(2027, 1, 31), 2) == date(2026, 11, 30)


def test_the_boundaries_of_a_month() -> None:
    assert month_start(date(2026, 9, 18)) == date(2026, 9, 1)
    assert month_end(date(2028, 2, 3)) == date(2028, 2, 29)
    assert next_month(date(2026, 9, 30)) == date(2026, 10, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_the_same_day_months_later_or_the_last_day_of_a_short_month() -> None:
    assert add_months(date(2026, 9, 18), 12) == date(2027, 9, 18)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 0) == date(2026, 12, 31)
