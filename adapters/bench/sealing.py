"""Sealing: what it costs writers and readers, and how fast it is by itself."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date

from adapters.bench.callers import CALLERS, command_on, spread
from adapters.bench.catch_up import expect
from adapters.bench.ground import Ground
from adapters.bench.histories import History, bureau, histories
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar, ratio_bar, timed
from adapters.bench.proofs import notary
from adapters.eventstore.seals import IN_CLEAR_ALWAYS
from adapters.house import House
from adapters.projector.service import catch_up
from adapters.projector.tables import prepare_views
from adapters.projector.worker import Worker
from domain.cases.events.intake import SubjectIdentified
from domain.cases.parts import Person
from domain.kernel import SubjectId
from projections.registry import VIEWS

_NOTES = 60
_CASES = 10_500
_EVENTS = 20_000
_PERSONS = 100
_DAY = date(2026, 7, 1)
_APPEND = Question(
    name="sealed-append",
    what="追加，64 并发，封存且公证同时运行 append, 64 callers, sealed, notary beside",
    unit="commands/s",
    bar=0.6,
)
_SEAL = Question(
    name="seal-rate", what="封存含三项个人信息的事件 sealing an event of 3 fields", unit="events/s", bar=15_000
)
_PERSONAL = tuple(name for name, view in VIEWS.items() if view.personal and view.by_stream)
_CATCH_UP = Question(
    name="sealed-catch-up",
    what=f"读个人信息的视图从零追上 catch-up of {', '.join(_PERSONAL)}: sealed",
    unit="events/s",
    bar=0.5,
)


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Take all three."""
    return [_append(ground, plan), _seal(ground, plan), _catch_up(ground, plan)]


def _append(ground: Ground, plan: Plan) -> Bar:
    """Both sides add notes, of one personal field each, to hot cases."""
    made = list(histories(CALLERS * plan.size(_NOTES), steps=5))
    with ground.migrated() as sealed, ground.migrated() as clear, ExitStack() as stack:
        ours = stack.enter_context(ground.house(sealed, None))
        theirs = stack.enter_context(ground.house(clear, IN_CLEAR_ALWAYS))
        for house in (ours, theirs):
            house.log.append(bureau())
            house.log.append_many([history.append() for history in made])
            _round(house, made)
        ours_side, their_side = in_turns(
            plan, lambda: _attested(ground, sealed, ours, made), lambda: _round(theirs, made)
        )
    return ratio_bar(_APPEND, ours_side, their_side, "不封存、无公证 in clear, no notary")


def _round(house: House, made: list[History]) -> float:
    return spread(CALLERS, made, lambda history: command_on(house, history))


def _attested(ground: Ground, url: str, house: House, made: list[History]) -> float:
    with notary(ground, url):
        return _round(house, made)


def _seal(ground: Ground, plan: Plan) -> Bar:
    """One thread, keys in memory: name, number and telephone of persons in use."""
    number = plan.size(_EVENTS, 100)
    events = [_identified(each) for each in range(_PERSONS)]
    with ground.migrated() as url, ground.house(url, None) as house:
        seal = house.vault.sealer.seal
        for event in events:
            seal([event], "case-1", 0)
        (rates,) = in_turns(plan, lambda: _rate(number, lambda each: seal([events[each % _PERSONS]], "case-1", each)))
    return number_bar(_SEAL, rates, "at_least")


def _identified(number: int) -> SubjectIdentified:
    person = Person(
        subject=SubjectId(f"s-{number}"), name="样例某某", id_number="320971199001010000", phone="13800000000"
    )
    return SubjectIdentified(temporary=SubjectId("t-1"), person=person, identified_on=_DAY, source="公安")


def _rate(number: int, work: Callable[[int], object]) -> float:
    began = time.process_time()
    for each in range(number):
        work(each)
    return number / (time.process_time() - began)


def _catch_up(ground: Ground, plan: Plan) -> Bar:
    """The same views over the same cases: sealed in one log, in clear in the other."""
    made = list(histories(plan.size(_CASES, 10)))
    with ground.migrated() as sealed, ground.migrated() as clear:
        with ground.house(sealed, None) as house:
            events = _filled(house, made)
        with ground.house(clear, IN_CLEAR_ALWAYS) as house:
            _filled(house, made)
        ours, theirs = in_turns(
            plan, lambda: _caught_up(ground, sealed, events), lambda: _caught_up(ground, clear, events)
        )
    return ratio_bar(_CATCH_UP, ours, theirs, "同样的视图，日志不封存 the same views over a log in clear")


def _filled(house: House, made: Sequence[History]) -> int:
    for start in range(0, len(made), 2_000):
        house.log.append_many([history.append() for history in made[start : start + 2_000]])
    return house.log.head().position


def _caught_up(ground: Ground, url: str, events: int) -> float:
    views = [VIEWS[name] for name in _PERSONAL]
    with ground.copy_of(url) as fresh, ground.session(fresh) as (connection, name):
        prepare_views(connection, views, short=events)
        ground.checkpoint()
        worker = Worker(connection, name, views)
        return timed(events, lambda: expect(events, catch_up(worker)))
