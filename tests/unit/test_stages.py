"""The table of stages and due dates, which views follow, against evolve, which decisions follow."""

import random
from functools import cache

import pytest

from domain.cases.events import CASE_EVENTS, CaseEvent
from domain.cases.events.benefit import GrantStopped, GrantSuspended
from domain.cases.events.decision import DecisionServed
from domain.cases.events.intake import CaseOpened
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.evolve import evolve
from domain.cases.stages import STAGE_AFTER, due_after
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import CaseId
from tests.support.builders import STAGES
from tests.support.many_cases import some_case, some_import
from tests.support.samples import CASE_SAMPLES

CASES = 300
OPENINGS = (CaseOpened, LegacyCaseOpened)
IMPORTED = (LegacyCaseOpened, LegacyActivityRecorded)


@cache
def walks() -> tuple[tuple[CaseState, CaseEvent], ...]:
    """Steps that cases took by accepted commands or by import: a state, and the event that came upon it."""
    chance = random.Random(11)  # noqa: S311  (the same walks each time)
    taken: list[tuple[CaseState, CaseEvent]] = []
    for n in range(CASES):
        state = NO_CASE
        for fact in (some_import if n % 10 == 9 else some_case)(chance, CaseId(f"{n}")):
            assert isinstance(fact.event, CaseEvent)
            taken.append((state, fact.event))
            state = evolve(state, fact.event)
    return tuple(taken)


@cache
def reached() -> tuple[CaseState, ...]:
    """Each stage as cases reached it, with and without what events look at."""
    seen = {(s.stage, s.due, s.grant is None, s.decision is None, s.archived): s for s, _ in walks()}
    return tuple(seen.values())


def could_come(state: CaseState, event: CaseEvent) -> bool:
    """Whether the event makes sense there: evolve leaves alone what stands on nothing."""
    if isinstance(event, OPENINGS) or state is NO_CASE:
        return isinstance(event, OPENINGS) and state is NO_CASE
    if isinstance(event, GrantSuspended | GrantStopped):
        return state.grant is not None
    if isinstance(event, DecisionServed):
        return state.decision is not None
    return isinstance(event, IMPORTED) == (state.stage == "legacy_running")


def assert_agrees(state: CaseState, event: CaseEvent) -> None:
    after = evolve(state, event)
    assert STAGE_AFTER.get(type(event), state.stage) == after.stage
    assert due_after(state.due, event) == after.due


def test_walks_reach_every_stage() -> None:
    assert {evolve(state, event).stage for state, event in walks()} | {"none", "not_accepted"} == set(STAGES)


def test_the_table_agrees_with_evolve_on_every_step_that_was_taken() -> None:
    assert len(walks()) > 5 * CASES
    for state, event in walks():
        assert_agrees(state, event)


@pytest.mark.parametrize("event", CASE_SAMPLES, ids=lambda event: event.TYPE)
def test_the_table_agrees_with_evolve_wherever_the_event_could_come(event: CaseEvent) -> None:
    states = [state for state in reached() if could_come(state, event)]
    assert states
    for state in states:
        assert_agrees(state, event)


def test_no_event_is_left_out_here() -> None:
    assert {event.TYPE for event in CASE_SAMPLES} == set(CASE_EVENTS)
    assert set(STAGE_AFTER) <= set(CASE_EVENTS.values())
