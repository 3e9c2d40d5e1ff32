"""What facts cost: decisions by rule, authority, calendar and entitlements beside a bare note, 64 callers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from adapters.bench.callers import CALLERS, spread
from adapters.bench.ground import Ground
from adapters.bench.histories import (
    CONFIRMED_AMOUNT,
    GRANTED_STEPS,
    NOTE,
    NOTICED_STEPS,
    History,
    bureau,
    histories,
    team_of,
)
from adapters.bench.measure import Bar, Plan, Question, in_turns, ratio_bar
from adapters.house import House
from adapters.ids import new_id
from application.asking import Request
from domain.authority.posts import Post
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.facts import Act
from domain.kernel import Command

_MOST_TIMES = 1.5
_AGAINST = "the same house, add-note"
_STOP = Question(
    name="decision-facts",
    what="凭规则、授权、日历、待遇停发，64 并发 a stop by rule, authority, calendar, entitlements, 64 callers",
    unit="commands/s",
)
_CONFIRM = "确认：另加条件评定和金额计算 a confirmation: criteria and calculation besides"
_ONE = Question(name="decision-confirm", what=f"{_CONFIRM}, 一人户 one person", unit="commands/s", bar=1 / _MOST_TIMES)
_TWO = Question(name="decision-confirm-2", what=f"{_CONFIRM}, 二人户 two persons", unit="commands/s")


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """In every round a note on each of some cases, then decisions on others, each with all its facts; cases in use.

    A stop ends the grant by the rule's last month, starts the clock of the screening, ends what the person has.
    A confirmation also keeps its criteria, values and calculation, and what each person receives.
    """
    number, rounds = CALLERS * plan.size(15), plan.rounds
    ones = [list(histories(number, steps=NOTICED_STEPS, persons=1)) for _ in range(rounds + 1)]
    twos = [list(histories(number, steps=NOTICED_STEPS)) for _ in range(rounds)]
    runs = [list(histories(number, steps=GRANTED_STEPS, persons=1)) for _ in range(rounds)]
    with ground.migrated() as url:
        _fill(ground, url, [*ones, *twos, *runs])
        with ground.house(url) as house:
            _all(house, ones[-1], _note)  # warms up what is asked for the first time
            for history in chain.from_iterable((*ones, *twos, *runs)):
                house.cases.hot.get(history.case_id)
            noted, alone, together, running = iter(ones), iter(ones), iter(twos), iter(runs)
            bare, stop, one, two = in_turns(
                plan,
                lambda: _all(house, next(noted), _note),
                lambda: _all(house, next(running), _stop),
                lambda: _all(house, next(alone), _confirm),
                lambda: _all(house, next(together), _confirm),
            )
    return [ratio_bar(asked, ours, bare, _AGAINST) for asked, ours in ((_STOP, stop), (_ONE, one), (_TWO, two))]


def _fill(ground: Ground, url: str, rounds: Sequence[Sequence[History]]) -> None:
    with ground.house(url) as house:
        house.log.append(bureau())
        for made in rounds:
            house.log.append_many([history.append() for history in made])


def _all(house: House, made: Sequence[History], command: Callable[[House, History], None]) -> float:
    return spread(CALLERS, made, partial(command, house))


def _note(house: House, history: History) -> None:
    _do(house, history, team_of(history).handlers[0], "add_note", AddNote(text=NOTE))


def _confirm(house: House, history: History) -> None:
    _do(house, history, team_of(history).decider, "confirm_case", ConfirmCase(amount=CONFIRMED_AMOUNT))


def _stop(house: House, history: History) -> None:
    _do(house, history, team_of(history).decider, "stop_grant", StopGrant(reason="收入超过标准"))


def _do(house: House, history: History, post: Post, action: str, command: Command) -> None:
    now = datetime.now(UTC)
    act = Act(command_id=new_id(), actor=f"{post.id}:1", post=post, occurred_at=now, received_at=now)
    house.handle(Request(action, command, act, case_id=history.case_id))
