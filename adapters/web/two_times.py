"""A case in two times, as a page: as it stood on X, as known on Y, its steps as they happened, and what differs."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from fastapi import Response
from msgspec.structs import replace

from adapters.web import sheet
from adapters.web.case_state import standing_still, state_context
from adapters.web.desk import Desk
from adapters.web.differing import known_otherwise, other_order
from adapters.web.figures import day, local_time, moment, second
from adapters.web.remarks import Entry, remarks
from adapters.web.sheet import Line
from adapters.web.submissions import in_words
from application.marks import counted
from application.replay import Moment, askable, replay
from application.two_times import Account, account
from domain.calendar import CIVIL_ZONE, civil_day, end_of_day
from domain.errors import InvalidValue
from domain.kernel import Recorded, Value

_BAD_REQUEST = 400
_DAY = len("2026-03-02")


class Asked(Value):
    """The two fields as the form shows them again; what they do not take is left out.

    ``timed``: the second one is a time, not a whole day.
    """

    on: str = ""
    as_of: str = ""
    timed: bool = False


NOTHING_ASKED = Asked()


def two_times_page(desk: Desk, stored: Sequence[Recorded]) -> Response:
    """Answer with the case in two times, ``on`` and ``as_of``; with a clear fault for a date that cannot be asked."""
    query = desk.request.query_params
    on, as_of = query.get("on", ""), query.get("as_of", "")
    shared: dict[str, Any] = {
        "asked": _asked(on, as_of),
        "now": replay(stored)[-1].state,
        "case_id": stored[0].stream.removeprefix("case-"),
    }
    try:
        at = askable(Moment(on=_day(on), as_of=_time(as_of)), desk.now)
    except InvalidValue as fault:
        refusal = {**in_words(desk, fault), "detail": desk.t(f"times.{fault.detail}")}
        return desk.page("two_times.html", _BAD_REQUEST, **shared, refusal=refusal, told=None)
    told = account(stored, at)
    return desk.page("two_times.html", **shared, refusal=None, **_context(desk, told, stored))


def _asked(on: str, as_of: str) -> Asked:
    known = Asked()
    with suppress(InvalidValue):
        first = _day(on)
        known = Asked(on=first.isoformat() if first else "")
    with suppress(InvalidValue, OverflowError):
        second_one = _time(as_of)
        if second_one is not None:
            local = second_one.astimezone(CIVIL_ZONE).replace(tzinfo=None).isoformat(timespec="seconds")
            timed = len(as_of) > _DAY
            known = replace(known, as_of=local if timed else local[:_DAY], timed=timed)
    return known


def _context(desk: Desk, told: Account, stored: Sequence[Recorded]) -> dict[str, Any]:
    learned = known_otherwise(desk.names, stored, told.at) if told.standing != "not_known_yet" else ()
    context: dict[str, Any] = {
        "told": told,
        "since": moment(told.since) if told.since else "",
        "known_at": _known_at(told),
        "counts": counted(each.marks for each in told.steps),
        "learned": learned,
        "other_order": other_order(desk.names, stored, told.at),
    }
    if told.state is None:
        return context
    steps = [each.step for each in told.steps]
    end = min(desk.now, end_of_day(told.at.on)) if told.at.on else desk.now
    lines = zip(sheet.course(desk.names, steps), told.steps, strict=True)
    entries = [Entry(line, remarks(desk.names, each.marks), _after(line)) for line, each in lines]
    return {**context, "entries": entries, **state_context(desk, standing_still(steps), len(steps) + 1, end)}


def _known_at(told: Account) -> str:
    """Return the second time in words: a day where it is the end of one."""
    at = told.at.as_of
    if at is None:
        return ""
    return day(at) if at == end_of_day(civil_day(at)) else second(at)


def _after(line: Line) -> str:
    """Return the first whole second by which the step was known, as the address has it."""
    at = line.recorded.recorded_at
    return f"{datetime.fromtimestamp(-(-at.timestamp() // 1), at.tzinfo):%Y-%m-%dT%H:%M:%SZ}"


def _day(text: str) -> date | None:
    """Raises InvalidValue."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValue("on") from None


def _time(text: str) -> datetime | None:
    """Of a day alone, its end. Raises InvalidValue."""
    try:
        if len(text) <= _DAY:
            return end_of_day(date.fromisoformat(text)) if text else None
        return local_time(text)
    except (ValueError, OverflowError):
        raise InvalidValue("as_of") from None
