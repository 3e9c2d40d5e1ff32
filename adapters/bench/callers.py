"""Load, decide, append: 64 concurrent callers in one process, on cases of five events."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from adapters.bench.ground import Ground
from adapters.bench.histories import NOTE, History, bureau, histories, team_of
from adapters.bench.library import Case, Cases, Plain, case_of, cases, plain, save_all
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar, timed
from adapters.house import House
from adapters.ids import new_id
from application.asking import Request
from domain.cases.actions.add_note import AddNote
from domain.cases.facts import Act

T = TypeVar("T")

CALLERS = 64
_THREADS = 8
_WHAT = "读取—决定—追加，64 并发，每案 5 个事件 load, decide, append, 64 callers, 5-event cases"
_HOT = Question(name="callers-hot", what=f"{_WHAT}: 热案 hot", unit="commands/s", bar=5)
_COLD = Question(name="callers-cold", what=f"{_WHAT}: 冷案 cold, every case loaded", unit="commands/s")


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Every command adds a note to another case, in every round to fresh cases. Cold: a fresh process's memory.

    Hot: the same cases once more, now in memory. Theirs loads every case: that is what the library does by default.
    """
    rounds = [list(histories(CALLERS * plan.size(30), steps=5)) for _ in range(plan.rounds)]
    with ground.migrated() as url, ground.database() as other, cases(other) as app:
        ids = _fill(ground, url, rounds, app)
        ours, theirs = _Ours(ground, url, iter(rounds)), iter(ids)
        step = plain(rounds[0][0].facts[1])
        cold, hot, other_side = in_turns(
            plan,
            ours.cold,
            ours.hot,
            lambda: spread(_THREADS, next(theirs), lambda case_id: _their_command(app, case_id, step)),
        )
    against = f"eventsourcing.postgres, {_THREADS} threads"
    return [ratio_bar(_HOT, hot, other_side, against), ratio_bar(_COLD, cold, other_side, against)]


def _fill(ground: Ground, url: str, rounds: Sequence[Sequence[History]], app: Cases) -> list[list[UUID]]:
    """Write all cases on our side, and a third of them on theirs: it is as much slower at least."""
    with ground.house(url) as house:
        house.log.append(bureau())
        for made in rounds:
            house.log.append_many([history.append() for history in made])
    ids = []
    for made in rounds:
        aggregates = [case_of(history) for history in made[: max(_THREADS, len(made) // 3)]]
        save_all(app, aggregates)
        ids.append([case.id for case in aggregates])
    return ids


class _Ours:
    """Our two sides: the house that a cold round opens serves the hot round after it."""

    def __init__(self, ground: Ground, url: str, rounds: Iterator[Sequence[History]]) -> None:
        self._ground = ground
        self._url = url
        self._rounds = rounds
        self._open = ExitStack()

    def cold(self) -> float:
        self._house = self._open.enter_context(self._ground.house(self._url))
        self._house.cases.bureau.now()
        self._made = next(self._rounds)
        return self._round()

    def hot(self) -> float:
        with self._open:
            return self._round()

    def _round(self) -> float:
        return spread(CALLERS, self._made, lambda history: command_on(self._house, history))


def spread(threads: int, items: Sequence[T], command: Callable[[T], object]) -> float:
    """Give every thread an equal share of the items, one command after the other; return commands a second."""

    def call(share: Sequence[T]) -> None:
        for item in share:
            command(item)

    with ThreadPoolExecutor(threads) as pool:
        shares = [items[number::threads] for number in range(threads)]
        return timed(len(items), lambda: list(pool.map(call, shares)))


def command_on(house: House, history: History) -> None:
    """Add a note to a case."""
    now = datetime.now(UTC)
    post = team_of(history).handlers[0]
    act = Act(command_id=new_id(), actor=f"{post.id}:1", post=post, occurred_at=now, received_at=now)
    house.handle(Request("add_note", AddNote(text=NOTE), act, case_id=history.case_id))


def _their_command(app: Cases, case_id: UUID, step: Plain) -> None:
    case: Case = app.repository.get(case_id)
    if case.count == 0:  # the decision
        raise ValueError(case_id)
    case.happen(*step)
    app.save(case)
