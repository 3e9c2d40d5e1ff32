"""Events that a view cannot digest, under circumstances that are against it."""

import time

import pytest
from msgspec.structs import replace

from adapters.projector import worker
from adapters.projector.service import catch_up
from adapters.projector.sessions import session
from adapters.projector.tables import prepare_views
from adapters.projector.worker import Worker
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.logs import query
from tests.support.workers import more_cases

pytestmark = pytest.mark.postgres

WORKLIST, HISTORY = VIEWS["worklist"], VIEWS["history"]


def failing_at(view: View, position: int) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        view.fold(rows, recorded)
        if recorded.position == position:
            raise ZeroDivisionError

    return replace(view, fold=fold)


def slow(view: View, seconds: float) -> View:
    """The view, whose every event takes so long."""

    def fold(rows: Working, recorded: Recorded) -> None:
        time.sleep(seconds)
        view.fold(rows, recorded)

    return replace(view, fold=fold)


def test_a_view_at_fault_is_tried_in_turn_and_parks_though_the_others_never_rest(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their steps take longer than its first rest: it must not begin to count anew after each of them."""
    monkeypatch.setattr(worker, "FIRST_EVENTS", 5)
    monkeypatch.setattr(worker, "MOST_EVENTS", 5)
    more_cases(database_url, 1, 40)
    (position,) = query(database_url, "SELECT min(position) FROM log.events WHERE stream LIKE 'case-%%'")[0]
    views = [failing_at(WORKLIST, position), slow(HISTORY, 0.03)]
    with session(lambda: database_url) as (connection, name):
        prepare_views(connection, views)
        working = Worker(connection, name, views)
        for _ in range(30):
            working.turn()
        working.close()
    assert query(database_url, "SELECT min(position) FROM views.parked WHERE view = 'worklist'") == [(position,)]


def test_a_view_far_behind_holds_no_other_view_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paused for long, gone back, or new: it catches up beside the others, and then goes with them."""
    monkeypatch.setattr(worker, "FIRST_EVENTS", 20)
    monkeypatch.setattr(worker, "MOST_EVENTS", 20)
    views = [WORKLIST, HISTORY, VIEWS["duties"]]
    with session(lambda: database_url) as (connection, name):
        prepare_views(connection, views)
        working = Worker(connection, name, views)
        for view, seed in ((WORKLIST, 1), (HISTORY, 2)):
            connection.execute("UPDATE views.projections SET paused = true WHERE view = %s", (view.name,))
            more_cases(database_url, seed, 30)
            catch_up(working)
        connection.execute("UPDATE views.projections SET paused = false")
        (head,) = query(database_url, "SELECT position FROM log.head")[0]
        more_cases(database_url, 3, 1)
        working.turn()
        where = dict(query(database_url, "SELECT view, position FROM views.checkpoint"))
        assert where.pop("duties") > head
        assert 0 < where["worklist"] < where["history"] < head
        catch_up(working)
        more_cases(database_url, 4, 1)
        steps = working.told.steps
        working.turn()
        assert working.told.steps == steps + 1, "together again"
        working.close()
    assert len({position for (position,) in query(database_url, "SELECT position FROM views.checkpoint")}) == 1
