"""Catch-up: the worklist and the dashboard from zero, over a log of 100,000 events."""

from collections.abc import Sequence

from adapters.bench.ground import Ground
from adapters.bench.histories import History, histories
from adapters.bench.library import case_of, cases, save_all
from adapters.bench.library_views import runner
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar, ratio_bar, timed
from adapters.projector.service import catch_up
from adapters.projector.tables import prepare_views
from adapters.projector.worker import Worker
from projections.registry import VIEWS

_WHAT = "工作台与看板从零追上 worklist and dashboard catch-up from zero"
_RATE = Question(name="catch-up-rate", what=_WHAT, unit="events/s", bar=30_000)
_RATIO = Question(name="catch-up-library", what=f"{_WHAT}, of the library", unit="events/s", bar=30)
_CASES = 10_500
"""With ten events or so in each: more than 100,000 events."""
_SECONDS = 600.0


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Theirs runs over fewer events, as it is so much slower; both tables' keys and work per event are alike."""
    made = list(histories(plan.size(_CASES, 10)))
    some = made[: plan.size(200, 5)]
    with ground.migrated() as url, ground.database() as other:
        with ground.house(url) as house:
            for start in range(0, len(made), 2_000):
                house.log.append_many([history.append() for history in made[start : start + 2_000]])
            events = house.log.head().position
        with cases(other) as app:
            save_all(app, [case_of(history) for history in some])
        ours, theirs = in_turns(plan, lambda: _ours(ground, url, events), lambda: _theirs(ground, other, some))
    against = "eventsourcing.postgres ProjectionRunner"
    return [number_bar(_RATE, ours, "at_least"), ratio_bar(_RATIO, ours, theirs, against)]


def _ours(ground: Ground, url: str, events: int) -> float:
    views = [VIEWS["worklist"], VIEWS["dashboard"]]
    with ground.copy_of(url) as fresh, ground.session(fresh) as (connection, name):
        prepare_views(connection, views, short=events)
        ground.checkpoint()
        worker = Worker(connection, name, views)
        return timed(events, lambda: expect(events, catch_up(worker)))


def _theirs(ground: Ground, template: str, some: Sequence[History]) -> float:
    events = sum(len(history.facts) for history in some)
    with ground.copy_of(template) as url:
        ground.checkpoint()

        def catch() -> None:
            with runner(url) as running:
                running.wait(events, timeout=_SECONDS)

        return timed(events, catch)


def expect(events: int, folded: int) -> None:
    """Raise ValueError unless all were folded."""
    if folded != events:
        raise ValueError(f"{folded} events folded, not {events}")
