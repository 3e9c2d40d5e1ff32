"""Operations: the log, how far every view is, who folds, what is built and parked; and the buttons of the operator."""

from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from adapters.house import House
from adapters.operating import acts, seen
from adapters.operating.background import Rebuilds
from adapters.operating.builds import builds
from adapters.operating.seen import RangeHeld, WorkerSeen
from adapters.operating.who import may_operate, require_operator
from adapters.web import charts
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.forms import Typed
from adapters.web.panels import Panel, listed
from adapters.web.sign_in import own_form
from adapters.web.submissions import FORBIDDEN, SEE_OTHER, UNPROCESSABLE, foreign, in_words, one, submitted
from domain.calendar import CIVIL_ZONE
from domain.errors import NoAuthority, Refused
from domain.kernel import Value
from projections.registry import VIEWS
from projections.views.history.rates import MINUTES, minute_rows, minutes

_DATABASE = """
SELECT current_setting('server_version') AS server, pg_size_pretty(pg_database_size(current_database())) AS size
"""
_HERE = "/ui/operations"
_MOST_PARKED = 50
_NOT_FOUND = 404
_DONE = {
    "pause": "ops.done_pause",
    "resume": "ops.done_resume",
    "rebuild": "ops.done_rebuild",
    "replay": "ops.done_replay",
}
Submitted = Annotated[Typed, Depends(submitted)]


class WorkerLine(Value):
    """A worker, the ranges it holds, and the seconds since it took the first of them."""

    worker: WorkerSeen
    ranges: tuple[RangeHeld, ...]
    age: float | None


class OperationsPages:
    """Answers for the operations page."""

    def __init__(self, house: House, rebuilds: Rebuilds) -> None:
        """Watch this house; rebuild in this process."""
        self._house = house
        self._rebuilds = rebuilds

    def show(self, request: Request) -> Response:
        """Answer with the whole page."""
        return self._answer(Desk(request, self._house), "operations.html")

    def now(self, request: Request) -> Response:
        """Answer with the part that is refreshed."""
        return self._answer(Desk(request, self._house), "operations_now.html")

    def act(self, request: Request, name: str, act: str, typed: Submitted) -> Response:
        """Pause a view, let it go on, or rebuild it."""
        del typed  # the address says it all
        work: dict[str, Callable[[], object]] = {
            "pause": lambda: acts.pause(self._house.locate, name, paused=True),
            "resume": lambda: acts.pause(self._house.locate, name, paused=False),
            "rebuild": lambda: self._rebuilds.start(name),
        }
        if act not in work or name not in VIEWS:
            raise HTTPException(_NOT_FOUND)
        return self._do(request, act, name, work[act])

    def replay(self, request: Request, typed: Submitted) -> Response:
        """Fold what is parked of a stream."""
        view, stream = one(typed, "view"), one(typed, "stream").replace("\0", "")
        return self._do(request, "replay", view, lambda: acts.replay(self._house.locate, view, stream))

    def _do(self, request: Request, act: str, name: str, work: Callable[[], object]) -> Response:
        desk = Desk(request, self._house)
        if not own_form(request):
            return self._answer(desk, "operations.html", foreign(desk), FORBIDDEN)
        if desk.holder is None:
            return RedirectResponse(f"/ui/sign-in?back={_HERE}", SEE_OTHER)
        try:
            require_operator(desk.holder[0])
            work()
        except NoAuthority as refused:
            return self._answer(desk, "operations.html", in_words(desk, refused), FORBIDDEN)
        except Refused as refused:
            return self._answer(desk, "operations.html", in_words(desk, refused), UNPROCESSABLE)
        return RedirectResponse(f"{_HERE}?done={act}&view={name}", SEE_OTHER)

    def _answer(self, desk: Desk, template: str, refusal: dict[str, str] | None = None, status: int = 200) -> Response:
        house = self._house
        rates = minutes(house.read(*minute_rows(desk.now)), desk.now)
        return desk.page(
            template,
            status,
            head=house.log.head(),
            rates=rates,
            panel=_panel(desk, rates),
            database=house.read(_DATABASE)[0],
            software=version("anjuan"),
            refusal=refusal,
            done=_done(desk),
            may=desk.holder is not None and may_operate(desk.holder[0]),
            **_projections(house),
        )


def _projections(house: House) -> dict[str, object]:
    held, building = seen.ranges(house), builds(house)
    return {
        "views": seen.projections(house),
        "workers": [_line(worker, held) for worker in seen.workers(house) if worker.alive],
        "free": [each for each in held if not each.owner],
        "builds": building,
        "busy": {view for build in building if build.running for view in build.views},
        "parked": seen.parked(house, faults=True, most=_MOST_PARKED),
        "parked_number": seen.count_parked(house),
    }


def _line(worker: WorkerSeen, held: list[RangeHeld]) -> WorkerLine:
    ours = tuple(each for each in held if each.owner == worker.worker)
    return WorkerLine(worker, ours, max((each.age for each in ours if each.age is not None), default=None))


def _done(desk: Desk) -> str:
    """Return what was done before this page, in words; only what the address may say."""
    act, view = desk.request.query_params.get("done", ""), desk.request.query_params.get("view", "")
    return desk.t(_DONE[act], view=view) if act in _DONE and view in VIEWS else ""


def _panel(desk: Desk, rates: list[int]) -> Panel:
    minutes_ago = range(MINUTES - 1, -1, -1)
    clock = [f"{(desk.now - timedelta(minutes=ago)).astimezone(CIVIL_ZONE):%H:%M}" for ago in minutes_ago]
    rows = list(zip(clock, rates, strict=True))
    title = Title("rate", desk.t("ops.rate"), f"{desk.t('ops.rate_total')}: {sum(rates):,}")
    busy = [(minute, rate) for minute, rate in rows if rate]
    return listed(desk.t, title, desk.t("ops.minute"), busy, charts.columns(title, rows))
