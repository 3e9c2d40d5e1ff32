"""How time passes in an office: working hours, and waits that are mostly short and sometimes long."""

import random
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import CIVIL_ZONE, WorkCalendar, add_calendar_days, add_months, civil_day
from domain.rulebook.parts import Limit

_HOURS = ((8 * 60 + 30, 11 * 60 + 50), (13 * 60 + 30, 17 * 60 + 30))
"""Minutes of the day in which people come and papers are written."""
_SKEW = 1.4
"""Shape of the gamma distribution of waits: below 2 the tail is long."""
_CLOSES = time(17, 30)


class Over(Exception):
    """A story goes no further: its quarter has ended, or nobody may do what comes next."""


class Pace:
    """The clock of one case. It only goes forward, up to the end of the quarter."""

    def __init__(self, rng: random.Random, calendar: WorkCalendar, day: date, slow: float, end: date) -> None:
        """Start in the office hours of a working day. ``slow`` stretches every wait; ``end``: the last day."""
        self._rng = rng
        self._calendar = calendar
        self._slow = slow
        self._end = end
        self.at = self._within(day)

    @property
    def today(self) -> date:
        """Return the civil date."""
        return civil_day(self.at)

    def wait(self, mean: float, most: int = 90) -> None:
        """Let working days pass, ``mean`` of them on average and ``most`` at most; none at all is some minutes."""
        drawn = self._rng.gammavariate(_SKEW, mean * self._slow / _SKEW)
        self.pass_days(min(most, round(drawn)))

    def pass_days(self, count: int) -> None:
        """Let exactly so many working days pass."""
        if self.today + timedelta(days=count) > self._end:
            raise Over
        if count:
            self.at = self._within(self._calendar.add_working_days(self.today, count))
        else:
            self._soon()

    def pass_date(self, day: date) -> None:
        """Go to the first working day after a date, unless it is past already."""
        if self.today <= day:
            self.at = self._within(self._calendar.add_working_days(min(day, self._end), 1))

    def pass_limit(self, limit: Limit) -> None:
        """Go to the first working day on which a limit that begins today is over."""
        self.pass_date(self.last_day(limit, self.today))

    def last_day(self, limit: Limit, begins: date) -> date:
        """Return the last day of a limit that begins on that day; of hours, about."""
        if limit.unit == "wd":
            return self._calendar.add_working_days(begins, limit.days)
        if limit.unit == "h":
            return begins + timedelta(hours=limit.days)
        return (add_months if limit.unit == "mo" else add_calendar_days)(begins, limit.days)

    def _soon(self) -> None:
        later = self.at + timedelta(minutes=self._rng.randint(3, 45), seconds=self._rng.randrange(60))
        if later.astimezone(CIVIL_ZONE).time() > _CLOSES:
            later = self._within(self._calendar.add_working_days(self.today, 1))
        self.at = later

    def _within(self, day: date) -> datetime:
        """Return a moment in the office hours of the day, UTC. Raises Over after the end."""
        if day > self._end:
            raise Over
        first, last = self._rng.choice(_HOURS)
        seconds = self._rng.randrange(first * 60, last * 60)
        return (datetime.combine(day, time(), CIVIL_ZONE) + timedelta(seconds=seconds)).astimezone(UTC)
