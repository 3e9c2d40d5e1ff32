"""How benefit events change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.events.benefit import (
    BenefitEvent,
    ChangeReported,
    GrantIncreased,
    GrantReduced,
    GrantStarted,
    GrantStopped,
    GrantSuspended,
    PapersBackfilled,
    ReviewCompleted,
    ReviewFellDue,
)
from domain.cases.parts import Grant, Review
from domain.cases.state import CaseState
from domain.rulebook.criteria import FactValue


def evolve_benefit(state: CaseState, event: BenefitEvent) -> CaseState:
    """Return the state after a benefit event."""
    match event:
        case GrantStarted():
            grant = Grant(status="running", amount=event.amount, from_month=event.from_month)
            review = Review(due_on=event.due.on) if event.due and event.due.what == "review" else state.review
            done = state.done | {"grant_started"}
            return replace(state, stage="granted", grant=grant, review=review, due=event.due, done=done)
        case GrantIncreased() | GrantReduced():
            return _changed(state, event)
        case GrantSuspended() | GrantStopped():
            return _halted(state, event)
        case ChangeReported():
            return replace(state, changes=(*state.changes, event.kind))
        case ReviewFellDue():
            return replace(state, review=Review(due_on=event.due.on), due=event.due, done=state.done | {"review_due"})
        case ReviewCompleted():
            return _reviewed(state, event)
        case PapersBackfilled():
            return replace(state, done=state.done | {"backfilled"})
        case _:
            assert_never(event)


def _changed(state: CaseState, event: GrantIncreased | GrantReduced) -> CaseState:
    if state.grant is None:
        return state
    grant = replace(state.grant, amount=event.amount, from_month=event.from_month, reason=event.reason)
    return replace(state, grant=grant)


def _halted(state: CaseState, event: GrantSuspended | GrantStopped) -> CaseState:
    if state.grant is None:
        return state
    stopped = isinstance(event, GrantStopped)
    grant = replace(
        state.grant, status="stopped" if stopped else "suspended", from_month=event.from_month, reason=event.reason
    )
    if stopped:
        return replace(state, stage="stopped", grant=grant, due=None, end_reason=event.reason)
    return replace(state, stage="suspended", grant=grant)


def _reviewed(state: CaseState, event: ReviewCompleted) -> CaseState:
    review = Review(due_on=event.due.on, completed_on=event.completed_on, outcome=event.outcome)
    household = replace(state.household, monthly_income=event.monthly_income) if state.household else None
    done = state.done - {"review_due"}
    return replace(state, review=review, household=household, due=event.due, done=done, facts=_found(state, event))


def _found(state: CaseState, event: ReviewCompleted) -> dict[str, FactValue]:
    """What the review found is established, in place of what the opinion rested on and of what followed from it."""
    facts: dict[str, FactValue] = {**state.facts, "monthly_income": event.monthly_income}
    facts.pop("income_per_head", None)
    if event.persons is not None:
        facts["persons"] = event.persons
    return facts
