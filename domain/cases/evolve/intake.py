"""How intake events change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.events.intake import (
    AcceptanceRefused,
    CaseAccepted,
    CaseOpened,
    CorrectionRequested,
    IntakeEvent,
    SeparatelyRegistered,
    SubjectIdentified,
)
from domain.cases.state import CaseState


def evolve_intake(state: CaseState, event: IntakeEvent) -> CaseState:
    """Return the state after an intake event."""
    match event:
        case CaseOpened():
            return _opened(event)
        case SeparatelyRegistered():
            return replace(state, kin_posts=event.kin_posts, done=state.done | {"separately_registered"})
        case CorrectionRequested():
            return replace(
                state,
                stage="correcting",
                defects=event.defects,
                papers_when_told=len(state.documents),
                due=event.due,
                done=state.done | {"correction_requested"},
            )
        case CaseAccepted():
            return _accepted(state, event)
        case AcceptanceRefused():
            return replace(state, stage="not_accepted", end_reason=event.reason, due=None)
        case SubjectIdentified():
            return _identified(state, event)
        case _:
            assert_never(event)


def _opened(event: CaseOpened) -> CaseState:
    return CaseState(
        id=event.case_id,
        number=event.number,
        matter=event.matter,
        division=event.division,
        channel=event.channel,
        stage="opened",
        household=event.household,
        mandate=event.mandate,
        organisation=event.organisation,
        received_on=event.received_on,
        due=event.due,
        done=frozenset({"opened"}),
    )


def _accepted(state: CaseState, event: CaseAccepted) -> CaseState:
    return replace(
        state,
        stage="accepted",
        accepted_on=event.accepted_on,
        deemed=event.deemed,
        rule=event.rule,
        due=event.due,
        defects=(),
        done=state.done | {"accepted"},
    )


def _identified(state: CaseState, event: SubjectIdentified) -> CaseState:
    if state.household is None:
        return state
    members = tuple(event.person if member.subject == event.temporary else member for member in state.household.members)
    return replace(state, household=replace(state.household, members=members), done=state.done | {"identified"})
