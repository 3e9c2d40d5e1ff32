"""Load, decide, append: 64 concurrent callers in one process, on cases of five events."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import TypeVar
from uuid import UUID

from adapters.bench.ground import Ground
from adapters.bench.histories import NOTE, History, bureau, histories, poster
from adapters.bench.library import Case, Cases, Plain, case_of, cases, plain, save_all
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar, timed
from adapters.house import House
from adapters.ids import new_id
from application.handle import Request
from domain.cases.actions.add_note import AddNote
from domain.cases.facts import Act

T = TypeVar("T")

_CALLERS = 64
_THREADS = 8
_WHAT = "读取—决定—追加，64 并发，每案 5 个事件 load, decide, append, 64 callers, 5-event cases"
_HOT = Question(name="callers-hot", what=f"{_WHAT}: 热案 hot", unit="commands/s", bar=5)
_COLD = Question(name="callers-cold", what=f"{_WHAT}: 冷案 cold, every case loaded", unit="commands/s", bar=5)


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Every command goes to another case. Cold: a fresh process's memory. Hot: the same cases again. Each adds a note."""
    made = list(histories(_CALLERS * plan.size(40), steps=5))
    with ground.migrated() as url, ground.database() as other, cases(other) as app:
        aggregates = _fill(ground, url, made, app)
        ours = _Ours(ground, url, made)
        chosen = cycle([case.id for case in aggregates])
        number = plan.size(1_600, _THREADS)
        step = plain(made[0].facts[1])
        theirs = lambda: _spread(_THREADS, list(islice(chosen, number)), lambda one: _their_command(app, one, step))  # noqa: E731
        cold, hot, other_side = in_turns(plan, ours.cold, ours.hot, theirs)
    against = f"eventsourcing.postgres, {_THREADS} threads"
    return [ratio_bar(_HOT, hot, other_side, against), ratio_bar(_COLD, cold, other_side, against)]


def _fill(ground: Ground, url: str, made: Sequence[History], app: Cases) -> list[Case]:
    with ground.house(url) as house:
        house.log.append(bureau())
        house.log.append_many([history.append() for history in made])
    aggregates = [case_of(history) for history in made]
    save_all(app, aggregates)
    return aggregates


class _Ours:
    """Our two sides: the house that a cold round opens serves the hot round after it."""

    def __init__(self, ground: Ground, url: str, made: Sequence[History]) -> None:
        self._ground = ground
        self._url = url
        self._made = made
        self._open = ExitStack()
        self._house: House | None = None

    def cold(self) -> float:
        self._house = self._open.enter_context(self._ground.house(self._url))
        self._house.cases.bureau.now()
        return self._round(self._house)

    def hot(self) -> float:
        if self._house is None:
            raise ValueError("a cold round comes first")
        with self._open:
            return self._round(self._house)

    def _round(self, house: House) -> float:
        return _spread(_CALLERS, self._made, lambda history: _our_command(house, history))


def _spread(threads: int, items: Sequence[T], command: Callable[[T], object]) -> float:
    """Give every thread an equal share of the items, one command after the other; return commands a second."""

    def call(share: Sequence[T]) -> None:
        for item in share:
            command(item)

    with ThreadPoolExecutor(threads) as pool:
        shares = [items[number::threads] for number in range(threads)]
        return timed(len(items), lambda: list(pool.map(call, shares)))


def _our_command(house: House, history: History) -> None:
    now = datetime.now(UTC)
    post = poster(history)
    act = Act(command_id=new_id(), actor=f"{post.id}:1", post=post, occurred_at=now, received_at=now)
    house.handle(Request("add_note", AddNote(text=NOTE), act, case_id=history.case_id))


def _their_command(app: Cases, case_id: UUID, step: Plain) -> None:
    case: Case = app.repository.get(case_id)
    if case.count == 0:  # the decision
        raise ValueError(case_id)
    case.happen(*step)
    app.save(case)
