"""Where the rows of views are read from: the live views, or the same views as of a past moment, by the same queries."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Protocol

from domain.calendar import CIVIL_ZONE
from domain.errors import Refused, Unavailable
from domain.kernel import Value

Params = Sequence[Any] | dict[str, Any]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?")


class ViewMissing(Unavailable):
    """The tables of a view are not there yet: no projector of this program has run on the database."""

    code = "VIEW_MISSING"
    zh = "视图尚未建立，请先运行 anjuan project"
    en = "The view is not built yet: run anjuan project"


class ViewBuilding(Refused):
    """A view as of a past moment is being built. ``percent``: how much of it is there, 0 while it waits its turn."""

    code = "VIEW_BUILDING"
    zh = "该时刻的视图正在构建，请稍候再取"
    en = "The view as of that moment is being built: ask again soon"

    def __init__(self, view: str, percent: int) -> None:
        """Keep how far it is."""
        super().__init__(view)
        self.percent = percent


class MomentFault(Refused):
    """A view as of a past moment cannot be built: an event of the log cannot be digested."""

    code = "MOMENT_FAULT"
    zh = "该时刻的视图无法构建，须由运维人员处理"
    en = "The view as of that moment cannot be built: an operator has to look"


class Views(Protocol):
    """Rows of views, and the time that "overdue" and "today" are judged by. A house is the views as they are now."""

    def read(self, query: str, params: Params = ()) -> list[dict[str, Any]]:
        """Run a query that names tables without a schema. Raises Unavailable; for a moment, ViewBuilding."""

    def now(self) -> datetime:
        """Return the time of what is read, UTC."""


class Shown(Value):
    """What a past moment came to: everything up to ``position``, whose last event was recorded at ``recorded_at``.

    ``at``: the moment asked for; for one asked for by its position, when that was recorded.
    """

    position: int
    recorded_at: datetime | None
    at: datetime


def moment_of(text: str) -> datetime:
    """Return a recorded time as it is written: with offset, or in Asia/Shanghai; a civil day is its very end.

    Raises ValueError.
    """
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time.max, CIVIL_ZONE)
    if not _TIME.fullmatch(text):
        raise ValueError("moment")
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CIVIL_ZONE)
