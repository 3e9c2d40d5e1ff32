"""Rebuilding the views of every day from zero, exactly once, by one worker."""

import time
from collections.abc import Sequence
from typing import Any

from adapters.bench.ground import Ground
from adapters.bench.histories import History, histories
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar
from adapters.eventstore.seals import IN_CLEAR_ALWAYS, Seals
from adapters.projector.rebuild import rebuild
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS

SET = ("case_file", "worklist", "dashboard", "duties")
_LIGHTEST = "dashboard"
_CASES = 21_000
"""With nine or ten events in each: 200,000."""
_WHAT = "从零重建，单进程 rebuild from zero, exactly once, one worker"
_SET = Question(name="rebuild-set", what=f"{_WHAT}: {' + '.join(SET)}", unit="events/s", bar=20_000)
_ONE = Question(name="rebuild-lightest", what=f"{_WHAT}: {_LIGHTEST}, 最轻 the lightest", unit="events/s", bar=50_000)
_OTHERS = {
    name: Question(name=f"rebuild-{name}", what=f"{_WHAT}: {name}", unit="events/s")
    for name in SET
    if name != _LIGHTEST
}


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Rebuild views beside the live ones and swap them in, as ``anjuan views rebuild`` does."""
    with ground.migrated() as url:
        events = filled(ground, url, plan.size(_CASES, 10))
        sets: list[tuple[Question, Sequence[str]]] = [(_SET, SET), (_ONE, [_LIGHTEST])]
        sets += [(asked, [name]) for name, asked in _OTHERS.items()]
        samples = in_turns(plan, *(_side(ground, url, names, events) for _, names in sets))
    return [number_bar(asked, found, "at_least") for (asked, _), found in zip(sets, samples, strict=True)]


def filled(ground: Ground, url: str, cases: int, seals: Seals | None = IN_CLEAR_ALWAYS) -> int:
    """Write so many cases; return the last position."""
    with ground.house(url, seals) as house:
        made: list[History] = []
        for made_one in histories(cases):
            made.append(made_one)
            if len(made) == 2_000:  # noqa: PLR2004  a bound of memory
                house.log.append_many([history.append() for history in made])
                made.clear()
        house.log.append_many([history.append() for history in made])
        return house.log.head().position


def _side(ground: Ground, url: str, names: Sequence[str], events: int) -> Any:  # noqa: ANN401  a side of a measurement
    views = [VIEWS[name] for name in names]

    def build() -> float:
        with ground.copy_of(url) as fresh, ground.session(fresh) as (connection, owner):
            prepare_views(connection, views)
            ground.checkpoint()
            began = time.perf_counter()
            done = rebuild(connection, views, owner)
            rate = events / (time.perf_counter() - began)
        if done.position != events:
            raise ValueError(f"at {done.position}, not {events}")
        return rate

    return build
