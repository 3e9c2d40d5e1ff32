"""Durable append: one client, one event at a time."""

from collections.abc import Iterator
from itertools import cycle, islice

from adapters.bench.ground import Ground
from adapters.bench.histories import histories
from adapters.bench.library import Case, Cases, case_of, cases, plain, save_all
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar, timed
from adapters.house import House
from adapters.ids import new_id
from application.ports import Append, Write
from domain.kernel import Fact

_QUESTION = Question(
    name="append",
    what="持久追加，单客户端，每次一个事件 durable append, 1 client, 1 event",
    unit="appends/s",
    bar=1.5,
)
_CASES = 50


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Append notes to the same fifty cases on both sides, each in its own database."""
    made = list(histories(_CASES, steps=4, notes=1))
    number = plan.size(1_000)
    with ground.migrated() as ours, ground.house(ours) as house, ground.database() as other, cases(other) as app:
        house.log.append_many([history.append() for history in made])
        aggregates = [case_of(history) for history in made]
        save_all(app, aggregates)
        note = made[0].facts[-1]
        writes = _writes([(history.append().writes[0].stream, len(history.facts)) for history in made], note)
        them = cycle(aggregates)
        ours_side, their_side = in_turns(
            plan,
            lambda: timed(number, lambda: _ours(house, islice(writes, number))),
            lambda: timed(number, lambda: _theirs(app, islice(them, number), note)),
        )
    return [ratio_bar(_QUESTION, ours_side, their_side, "eventsourcing.postgres")]


def _writes(streams: list[tuple[str, int]], note: Fact) -> Iterator[Write]:
    versions = dict(streams)
    for stream, _ in cycle(streams):
        yield Write(stream, versions[stream], (note,))
        versions[stream] += 1


def _ours(house: House, writes: Iterator[Write]) -> None:
    for write in writes:
        house.log.append(Append(command_id=new_id(), fingerprint="", writes=(write,)))


def _theirs(app: Cases, aggregates: Iterator[Case], note: Fact) -> None:
    step = plain(note)
    for case in aggregates:
        case.happen(*step)
        app.save(case)
