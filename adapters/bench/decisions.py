"""What facts cost: a confirmation with rule, authority, calendar and entitlements beside a bare note, 64 callers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from adapters.bench.callers import CALLERS, spread
from adapters.bench.ground import Ground
from adapters.bench.histories import CONFIRMED_AMOUNT, NOTE, NOTICED_STEPS, History, bureau, histories, team_of
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar
from adapters.house import House
from adapters.ids import new_id
from application.asking import Request
from domain.authority.posts import Post
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.facts import Act
from domain.kernel import Command

_MOST_TIMES = 1.5
_WHAT = "有据决定（规则、授权、日历、待遇）对单纯记事，64 并发 a confirmation with all its facts, 64 callers"
_ONE = Question(name="decision-facts", what=f"{_WHAT}: 一人户 one person", unit="commands/s", bar=1 / _MOST_TIMES)
_TWO = Question(name="decision-facts-2", what=f"{_WHAT}: 二人户 two persons", unit="commands/s")


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """In every round a note on each of some cases, then the confirmation of each; the cases are in use.

    A confirmation writes the decision with its criteria and calculation, and an entitlement to each person's stream.
    """
    number = CALLERS * plan.size(15)
    ones = [list(histories(number, steps=NOTICED_STEPS, persons=1)) for _ in range(plan.rounds + 1)]
    twos = [list(histories(number, steps=NOTICED_STEPS)) for _ in range(plan.rounds)]
    with ground.migrated() as url:
        _fill(ground, url, [*ones, *twos])
        with ground.house(url) as house:
            _note_all(house, ones[-1])  # warms up what is asked for the first time
            for history in chain.from_iterable((*ones, *twos)):
                house.cases.hot.get(history.case_id)
            noted, alone, together = iter(ones), iter(ones), iter(twos)
            bare, one, two = in_turns(
                plan,
                lambda: _note_all(house, next(noted)),
                lambda: _confirm_all(house, next(alone)),
                lambda: _confirm_all(house, next(together)),
            )
    against = "the same house, add-note"
    return [ratio_bar(_ONE, one, bare, against), ratio_bar(_TWO, two, bare, against)]


def _fill(ground: Ground, url: str, rounds: Sequence[Sequence[History]]) -> None:
    with ground.house(url) as house:
        house.log.append(bureau())
        for made in rounds:
            house.log.append_many([history.append() for history in made])


def _note_all(house: House, made: Sequence[History]) -> float:
    return spread(CALLERS, made, partial(_note, house))


def _confirm_all(house: House, made: Sequence[History]) -> float:
    return spread(CALLERS, made, partial(_confirm, house))


def _note(house: House, history: History) -> None:
    _do(house, history, team_of(history).handlers[0], "add_note", AddNote(text=NOTE))


def _confirm(house: House, history: History) -> None:
    _do(house, history, team_of(history).decider, "confirm_case", ConfirmCase(amount=CONFIRMED_AMOUNT))


def _do(house: House, history: History, post: Post, action: str, command: Command) -> None:
    now = datetime.now(UTC)
    act = Act(command_id=new_id(), actor=f"{post.id}:1", post=post, occurred_at=now, received_at=now)
    house.handle(Request(action, command, act, case_id=history.case_id))
