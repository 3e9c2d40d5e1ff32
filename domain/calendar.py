"""The working calendar: working days 工作日 with 调休, calendar days 自然日, hours, month boundaries.

A period is counted from the day after the one that starts it. The State Council publishes each year's days off
in a notice of its own, so a year without data is an error, never a guess.
"""

from collections.abc import Iterable
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal

from domain.errors import Refused
from domain.kernel import Value

CIVIL_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Civil time. A fixed offset needs no zone database, and is exact for every moment since summer time ended in 1991."""

_SATURDAY = 5
_MOST_PERIODS = 100_000
_DECEMBER = 12


class CalendarYearMissing(Refused):
    """The working days of a year are not known, so no time limit that touches it can be told."""

    code = "CALENDAR_YEAR_MISSING"
    zh = "缺少该年度的工作日历"
    en = "The working calendar of that year is missing"


class CalendarYear(Value):
    """One year: days ``off`` (weekends inside a holiday included) and weekend days that are ``worked`` (调休).

    ``provisional``: only the days fixed by law are known, the yearly notice is not in the data yet.
    """

    year: int
    off: frozenset[date]
    worked: frozenset[date] = frozenset()
    provisional: bool = False


class WorkCalendar:
    """Working days over the years it was given."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        """Index the years. Raises ValueError on a year given twice, a stray day, a day both off and worked."""
        self._years: dict[int, CalendarYear] = {}
        self._ends: dict[tuple[date, int], date] = {}
        for year in years:
            _require_sound(year)
            if year.year in self._years:
                raise ValueError(f"calendar year {year.year} is given twice")
            self._years[year.year] = year

    @property
    def years(self) -> tuple[int, ...]:
        """Return the years with data, in order."""
        return tuple(sorted(self._years))

    def is_provisional(self, year: int) -> bool:
        """Tell whether a year's notice is still missing. Raises CalendarYearMissing when there is no data at all."""
        return self._year(year).provisional

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work that day. Raises CalendarYearMissing."""
        year = self._year(day.year)
        if day in year.off:
            return False
        return day.weekday() < _SATURDAY or day in year.worked

    def add_working_days(self, day: date, count: int) -> date:
        """Return the last day of a period of ``count`` >= 0 working days, counted from the day after ``day``.

        Raises CalendarYearMissing, and ValueError for a negative count.
        """
        _require_not_negative(count)
        found = self._ends.get((day, count))
        if found is None:
            found = self._count_on(day, count)
            # Acts of one day ask for the same few periods, again and again.
            if len(self._ends) < _MOST_PERIODS:
                self._ends[day, count] = found
        return found

    def working_days_before(self, day: date, count: int) -> date:
        """Return the day after which ``count`` >= 0 working days are left up to and with ``day``.

        Raises CalendarYearMissing, and ValueError for a negative count.
        """
        _require_not_negative(count)
        while count:
            count -= self.is_working_day(day)
            day -= timedelta(days=1)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and with ``end``; negative when ``end`` comes first.

        Raises CalendarYearMissing.
        """
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def _count_on(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def _year(self, year: int) -> CalendarYear:
        found = self._years.get(year)
        if found is None:
            raise CalendarYearMissing(str(year))
        return found


@lru_cache(maxsize=4_096)
def period_end(unit: Literal["wd", "cd", "mo"], count: int, start: date, calendar: WorkCalendar) -> date:
    """Return the last day of a period that begins after ``start``: working days, calendar days or months.

    Remembered, for the acts of one day ask for the same few. Raises CalendarYearMissing.
    """
    if unit == "wd":
        return calendar.add_working_days(start, count)
    return add_calendar_days(start, count) if unit == "cd" else add_months(start, count)


def add_calendar_days(day: date, count: int) -> date:
    """Return the last day of a period of ``count`` >= 0 calendar days, counted from the day after ``day``."""
    _require_not_negative(count)
    return day + timedelta(days=count)


def add_hours(moment: datetime, count: int) -> datetime:
    """Return the moment ``count`` >= 0 hours later. Raises ValueError for a moment without a time zone."""
    _require_not_negative(count)
    _require_aware(moment)
    return moment + timedelta(hours=count)


def civil_day(moment: datetime) -> date:
    """Return the civil date of a moment. Raises ValueError for a moment without a time zone."""
    _require_aware(moment)
    if moment.year == MAXYEAR:  # some systems write "never" so, and eight hours later there is no date
        return moment.date()
    return moment.astimezone(CIVIL_ZONE).date()


def end_of_day(day: date) -> datetime:
    """Return the last moment (UTC) of a civil day: as known on that day."""
    return datetime.combine(day, time.max, CIVIL_ZONE).astimezone(UTC)


@lru_cache(maxsize=4_096)
def midnight_after(day: date) -> datetime:
    """Return the moment (UTC) at which a civil day is over."""
    return datetime.combine(day + timedelta(days=1), time(), CIVIL_ZONE).astimezone(UTC)


@lru_cache(maxsize=4_096)
def last_day(end: datetime) -> date:
    """Return the last civil day of a period that is over at that moment."""
    return civil_day(end - timedelta(microseconds=1))


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return next_month(day) - timedelta(days=1)


def next_month(day: date) -> date:
    """Return the first day of the next month: where most benefits begin."""
    if day.month == _DECEMBER:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)


def add_months(day: date, count: int) -> date:
    """Return the same day ``count`` >= 0 months later, or the last day of a month that is too short."""
    _require_not_negative(count)
    return _months_on(day, count)


def months_before(day: date, count: int) -> date:
    """Return the same day ``count`` >= 0 months earlier, or the last day of a month that is too short."""
    _require_not_negative(count)
    return _months_on(day, -count)


def _months_on(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    first = date(months // 12, months % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), month_end(first))


def _require_sound(year: CalendarYear) -> None:
    strangers = [day for day in year.off | year.worked if day.year != year.year]
    if strangers or year.off & year.worked:
        raise ValueError(f"calendar year {year.year} holds a day of another year, or one that is both off and worked")


def _require_not_negative(count: int) -> None:
    if count < 0:
        raise ValueError(f"a period cannot have {count} days or hours")


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
