"""How inquiry events change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.events.inquiry import (
    AppraisalHeld,
    ComparisonAuthorised,
    ComparisonReported,
    FactsEstablished,
    HomeVisited,
    InquiryEvent,
    NeighbourInterviewed,
    OpinionIssued,
)
from domain.cases.parts import Comparison, Opinion, Visit
from domain.cases.state import CaseState


def evolve_inquiry(state: CaseState, event: InquiryEvent) -> CaseState:
    """Return the state after an inquiry event."""
    match event:
        case ComparisonAuthorised():
            comparison = Comparison(authorised_on=event.authorised_on)
            return replace(state, comparison=comparison, done=state.done | {"comparison_authorised"})
        case ComparisonReported():
            return _compared(state, event)
        case HomeVisited():
            visit = Visit(at=event.visited_at, investigators=event.investigators)
            return replace(state, visits=(*state.visits, visit), done=state.done | {"home_visited"})
        case NeighbourInterviewed():
            return replace(state, interviews=state.interviews + 1)
        case AppraisalHeld():
            return replace(state, done=state.done | {"appraisal_held"})
        case OpinionIssued():
            return _opinion(state, event)
        case FactsEstablished():
            return replace(state, facts={**state.facts, **event.facts}, done=state.done | {"facts_established"})
        case _:
            assert_never(event)


def _compared(state: CaseState, event: ComparisonReported) -> CaseState:
    authorised_on = state.comparison.authorised_on if state.comparison else event.reported_on
    comparison = Comparison(authorised_on=authorised_on, reported_on=event.reported_on, hits=event.hits)
    return replace(state, comparison=comparison, done=state.done | {"comparison_reported"})


def _opinion(state: CaseState, event: OpinionIssued) -> CaseState:
    opinion = Opinion(
        result=event.result, persons=event.persons, monthly_income=event.monthly_income, reason=event.reason
    )
    return replace(state, stage="opinion", opinion=opinion, due=event.due, done=state.done | {"opinion_issued"})
