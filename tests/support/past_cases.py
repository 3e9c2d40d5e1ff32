"""Cases of other years: a journey moved back by whole weeks, decided under the rules that were in force then."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from application.bureau import Bureau
from application.handle import Surrounded, fact_of
from domain.cases.actions.hold_appraisal import HoldAppraisal
from domain.cases.deciding import Decided, decide
from domain.cases.evolve import fold
from domain.cases.facts import Facts
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.kernel import CaseId, Recorded
from domain.rulebook.book import Rulebook
from tests.support.builders import HANDLER, POSTS, REGISTER, RULES, VILLAGE, by, facts
from tests.support.journeys import SERVED, VISITED, step
from tests.support.scenario import Step

RULEBOOK = Rulebook().with_versions(RULES.values())
BUREAU = Bureau(posts=POSTS, rulebook=RULEBOOK, register=REGISTER)
MONDAY = date(2026, 3, 2)
"""The day on which the journeys begin."""

APPRAISED = (
    *VISITED,
    step("hold_appraisal", HoldAppraisal(participants=9, votes_for=7, place="村委会"), by(HANDLER, "2026-03-10")),
    *SERVED[len(VISITED) :],
)
"""A journey to the served decision, with the appraisal 民主评议 that 220号 asks of every case."""
NOT_APPRAISED = SERVED


def lived(history: Sequence[Step], began: date, case: str = "1", rules: Rulebook = RULEBOOK) -> list[Recorded]:
    """The history of a case that began on that Monday. Every act is decided by the rule of its day, and recorded."""
    recorded: list[Recorded] = []
    for each in history:
        state = fold(found.event for found in recorded)  # type: ignore[misc]  # a case stream has case events
        moved = _moved(each, began - MONDAY)
        told = _facts(moved, state, rules, case)
        decided = decide(ACTIONS[each.action], state, each.command, told)
        recorded.extend(_recorded(decided, told, case, len(recorded)))
    return recorded


def _moved(each: Step, by_days: timedelta) -> Step:
    return replace(each, circumstance=replace(each.circumstance, on=each.circumstance.on + by_days))


def _facts(each: Step, state: CaseState, rules: Rulebook, case: str) -> Facts:
    told = facts(each.circumstance, each.action, getattr(each.command, "amount", 0), state.accepted_on)
    rule = rules.by_id.get(state.rule) or rules.in_force("dibao", VILLAGE, told.asked.day)
    assert rule is not None
    return replace(told, rule=rule, new_case_id=CaseId(case), urban=False)


def _recorded(decided: Decided, told: Facts, case: str, seen: int) -> list[Recorded]:
    surrounded = Surrounded(told, decided.grant)
    return [
        Recorded(
            position=seen + number,
            stream=f"case-{case}",
            seq=seen + number,
            type=event.TYPE,
            recorded_at=told.act.received_at,
            event=event,
            meta=fact_of(surrounded, event, number).meta,
        )
        for number, event in enumerate(decided.events, 1)
    ]
