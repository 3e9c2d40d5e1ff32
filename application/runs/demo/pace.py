"""How time passes in an office: working hours, and waits that are mostly short and sometimes long."""

import random
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import CIVIL_ZONE, WorkCalendar, civil_day

_HOURS = ((8 * 60 + 30, 11 * 60 + 50), (13 * 60 + 30, 17 * 60 + 30))
"""Minutes of the day in which people come and papers are written."""
_SKEW = 1.4
"""Shape of the gamma distribution of waits: below 2 the tail is long."""
_CLOSES = time(17, 30)


class Pace:
    """The clock of one case. It only goes forward."""

    def __init__(self, rng: random.Random, calendar: WorkCalendar, day: date, slow: float) -> None:
        """Start in the office hours of a working day. ``slow`` stretches every wait."""
        self._rng = rng
        self._calendar = calendar
        self._slow = slow
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
        if count:
            self.at = self._within(self._calendar.add_working_days(self.today, count))
        else:
            self._soon()

    def pass_date(self, day: date) -> None:
        """Go to the first working day after a date, unless it is past already."""
        if self.today <= day:
            self.at = self._within(self._calendar.add_working_days(day, 1))

    def _soon(self) -> None:
        later = self.at + timedelta(minutes=self._rng.randint(3, 45), seconds=self._rng.randrange(60))
        if later.astimezone(CIVIL_ZONE).time() > _CLOSES:
            later = self._within(self._calendar.add_working_days(self.today, 1))
        self.at = later

    def _within(self, day: date) -> datetime:
        """Return a moment in the office hours of the day, UTC."""
        first, last = self._rng.choice(_HOURS)
        seconds = self._rng.randrange(first * 60, last * 60)
        return (datetime.combine(day, time(), CIVIL_ZONE) + timedelta(seconds=seconds)).astimezone(UTC)
