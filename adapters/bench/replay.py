"""Replay: one case of fifty events, read and folded."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import cast
from uuid import UUID

from adapters.bench.ground import Ground
from adapters.bench.histories import histories
from adapters.bench.library import Case, Cases, case_of, cases, save_all
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar, timed
from adapters.house import House
from application.ports import case_stream
from domain.cases.events import CaseEvent
from domain.cases.evolve import fold
from domain.kernel import CaseId

_QUESTION = Question(name="replay", what="重放一案 50 个事件 replay one case of 50 events", unit="cases/s", bar=5)
_CASES = 40


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Read all of a case's events and fold them into its state; theirs is ``repository.get``."""
    made = list(histories(_CASES, steps=12, notes=38))
    number = plan.size(800)
    with ground.migrated() as url, ground.house(url) as house, ground.database() as other, cases(other) as app:
        house.log.append_many([history.append() for history in made])
        save_all(app, aggregates := [case_of(history) for history in made])
        ours = cycle([history.case_id for history in made])
        theirs = cycle([aggregate.id for aggregate in aggregates])
        ours_side, their_side = in_turns(
            plan,
            lambda: timed(number, lambda: _ours(house, islice(ours, number))),
            lambda: timed(number, lambda: _theirs(app, islice(theirs, number))),
        )
    return [ratio_bar(_QUESTION, ours_side, their_side, "eventsourcing.postgres repository.get")]


def _ours(house: House, case_ids: Iterator[CaseId]) -> None:
    for case_id in case_ids:
        fold(cast("list[CaseEvent]", house.log.events(case_stream(case_id))))


def _theirs(app: Cases, case_ids: Iterator[UUID]) -> None:
    for case_id in case_ids:
        case: Case = app.repository.get(case_id)
        if case.version == 0:
            raise ValueError(case_id)
