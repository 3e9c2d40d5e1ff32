"""Pages as of a past moment: what the address asks for, what is shown, and the links that keep it."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from adapters.bureau_then import bureau_of
from adapters.moments import Moment
from adapters.viewing import Shown, Views, moment_of
from adapters.waiting import BeyondLog, ViewBehind, ViewParked, ViewPaused
from adapters.web.desk import AFTER_COOKIE, MOMENT, Desk
from domain.errors import Unavailable
from domain.kernel import Value

_WORDS: Mapping[type[ViewBehind], str] = MappingProxyType(
    {ViewBehind: "past.behind", ViewPaused: "past.paused", ViewParked: "past.parked"}
)
_MOST_DIGITS = 18


class Seen(Value):
    """What a page is read from. ``shown``: the past moment, None for the present."""

    views: Views
    shown: Shown | None


def seen(desk: Desk, *views: str) -> Seen:
    """Return where to read the page's views from; its time and its bureau are those of that moment from then on.

    Raises msgspec.ValidationError, NotYet, ViewBuilding, MomentFault, Unavailable.
    """
    house = desk.house
    if house is None:
        raise Unavailable("no house")
    moment = _moment(desk.request.query_params)
    if moment is None:
        wait_for_own(desk, *views)
        return Seen(house, None)
    past = house.moments.at(views, moment)
    past.make_ready()
    desk.now, desk.bureau = past.now(), bureau_of(house.cases.bureau, past)
    return Seen(past, past.shown)


def shown_at(desk: Desk) -> Shown | None:
    """Return the past moment that the address names, None for the present, of a page that is read from the log itself.

    Raises msgspec.ValidationError, NotYet, Unavailable.
    """
    moment = _moment(desk.request.query_params)
    return None if moment is None or desk.house is None else desk.house.moments.at((), moment).shown


def wait_for_own(desk: Desk, *views: str, position: int = 0) -> None:
    """Wait a little for what this browser has just written; a page that must do without it says so."""
    written = desk.request.cookies.get(AFTER_COOKIE, "")
    if written.isdigit() and len(written) <= _MOST_DIGITS:
        position = max(position, int(written))
    if not position or desk.house is None:
        return
    try:
        desk.house.positions.wait(position, *views)
    except BeyondLog:  # of another database, or made up
        return
    except ViewBehind as behind:
        desk.behind = desk.t(_WORDS[type(behind)], view=behind.detail)


def _moment(asked: Mapping[str, str]) -> Moment | None:
    """Raise msgspec.ValidationError for what is no moment."""
    at, clock, position = (asked.get(name, "").strip() for name in MOMENT)
    if position:
        if at or not position.isascii() or not position.isdigit() or len(position) > _MOST_DIGITS:
            raise msgspec.ValidationError("at_position")
        return int(position)
    if not at and not clock:
        return None
    try:
        return moment_of(f"{at}T{clock}" if clock else at)
    except (ValueError, OverflowError) as error:
        raise msgspec.ValidationError("at") from error
