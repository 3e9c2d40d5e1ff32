"""Operations: where the log is, how far every view is behind, how busy it has been."""

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from fastapi import Request, Response

from adapters.house import House
from adapters.ops import CHECKPOINTS
from adapters.web import charts
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.panels import Panel, listed
from application.ports import Head
from domain.calendar import CIVIL_ZONE
from domain.kernel import Value
from projections.registry import VIEWS
from projections.views.history.rates import MINUTES, minute_rows, minutes

_DATABASE = """
SELECT current_setting('server_version') AS server, pg_size_pretty(pg_database_size(current_database())) AS size
"""


class ViewLag(Value):
    """How far a view is behind the log. ``seconds`` between the last event it has folded and the last one recorded."""

    view: str
    version: int
    position: int
    events: int
    seconds: int
    moved_at: datetime


class OperationsPages:
    """Answers for the operations page."""

    def __init__(self, house: House) -> None:
        """Watch this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the whole page."""
        return self._answer(request, "operations.html")

    def now(self, request: Request) -> Response:
        """Answer with the part that is refreshed."""
        return self._answer(request, "operations_now.html")

    def _answer(self, request: Request, template: str) -> Response:
        desk, house = Desk(request, self._house), self._house
        head = house.log.head()
        rates = minutes(house.read(*minute_rows(desk.now)), desk.now)
        return desk.page(
            template,
            head=head,
            views=[_lag(row, head) for row in house.read(CHECKPOINTS) if row["view"] in VIEWS],
            rates=rates,
            panel=_panel(desk, rates),
            database=house.read(_DATABASE)[0],
            software=version("anjuan"),
        )


def _panel(desk: Desk, rates: list[int]) -> Panel:
    minutes_ago = range(MINUTES - 1, -1, -1)
    clock = [f"{(desk.now - timedelta(minutes=ago)).astimezone(CIVIL_ZONE):%H:%M}" for ago in minutes_ago]
    rows = list(zip(clock, rates, strict=True))
    title = Title("rate", desk.t("ops.rate"), f"{desk.t('ops.rate_total')}: {sum(rates):,}")
    busy = [(minute, rate) for minute, rate in rows if rate]
    return listed(desk.t, title, desk.t("ops.minute"), busy, charts.columns(title, rows))


def _lag(row: dict[str, Any], head: Head) -> ViewLag:
    events = max(0, head.position - row["position"])
    behind = (head.recorded_at - row["recorded_at"]).total_seconds() if row["recorded_at"] and events else 0
    return ViewLag(row["view"], row["version"], row["position"], events, max(0, round(behind)), row["moved_at"])
