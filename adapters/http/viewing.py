"""Which state of its views a read is answered from: the present one, with one's own writes in it, or a past one."""

from typing import Annotated

from pydantic import BaseModel, Field

from adapters.house import House
from adapters.http.problems import BadQuery
from adapters.moments import Moment, Past
from adapters.viewing import Views, moment_of
from adapters.waiting import BeyondLog

_MOST_POSITION = 2**62
After = Annotated[int | None, Field(ge=0, le=_MOST_POSITION, description="A position that the view must have folded")]
_AT = (
    "As of this recorded time, with offset; of a bare date, as of the end of that civil day in Asia/Shanghai. "
    "503 VIEW_BUILDING with percent and Retry-After until the view of then is built; 409 NOT_YET in the future"
)
_WHOLE_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2}))?$"


class ViewQuery(BaseModel, extra="forbid"):
    """Parameters of every read of a view. An answer of the past has X-Position, X-Recorded-At and X-As-Of."""

    after: After = None
    at: Annotated[str | None, Field(max_length=40, pattern=_WHOLE_TIME, description=_AT)] = None
    at_position: Annotated[int | None, Field(ge=0, le=_MOST_POSITION, description="As of this position")] = None


def moment_asked(asked: ViewQuery) -> Moment | None:
    """Return the moment asked for; None: the present. Raises BadQuery."""
    if asked.at is None:
        return asked.at_position
    if asked.at_position is not None:
        raise BadQuery("at_position")
    try:
        return moment_of(asked.at)
    except ValueError:
        raise BadQuery("at") from None


def views_of(house: House, asked: ViewQuery, *views: str) -> Views:
    """Return where to read the views from.

    Raises ViewBehind (also paused, or parked), ViewBuilding, MomentFault, NotYet, BadQuery, Unavailable.
    """
    moment = moment_asked(asked)
    if moment is None:
        wait_for(house, asked.after, *views)
        return house
    past = past_of(house, asked, moment, *views)
    past.make_ready()
    return past


def past_of(house: House, asked: ViewQuery, moment: Moment, *views: str) -> Past:
    """Return the views as of the moment. Raises NotYet, BadQuery for one before what ``after`` names, Unavailable."""
    past = house.moments.at(views, moment)
    if past.shown.position < (asked.after or 0):
        raise BadQuery("after")
    return past


def wait_for(house: House, position: int | None, *views: str) -> None:
    """Wait until the views have the position. Raises ViewBehind, BadQuery, Unavailable."""
    try:
        if position is not None:
            house.positions.wait(position, *views)
    except BeyondLog:
        raise BadQuery("after") from None


def told(views: Views) -> dict[str, str]:
    """Return the headers that say what is shown; none for the present."""
    if not isinstance(views, Past):
        return {}
    shown = views.shown
    headers = {"X-Position": str(shown.position), "X-As-Of": shown.at.isoformat()}
    return headers | ({"X-Recorded-At": shown.recorded_at.isoformat()} if shown.recorded_at else {})
