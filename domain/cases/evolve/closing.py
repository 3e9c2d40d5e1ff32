"""How endings and additions change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.correcting import corrected
from domain.cases.events.closing import (
    CaseArchived,
    CaseAssigned,
    CaseTerminated,
    CaseTransferred,
    CaseWithdrawn,
    ClosingEvent,
    CorrectionAppended,
    DocumentAttached,
    DutyBreached,
    DutyWarned,
    NextLayerScreened,
    NoteAdded,
)
from domain.cases.state import CaseState


def evolve_closing(state: CaseState, event: ClosingEvent) -> CaseState:
    """Return the state after an ending or an addition."""
    match event:
        case CaseWithdrawn():
            return replace(state, stage="withdrawn", end_reason=event.reason, due=None)
        case CaseTerminated():
            return replace(state, stage="terminated", end_reason=event.reason, due=None)
        case CaseTransferred():
            return replace(state, division=event.to_division, assignee="")
        case CorrectionAppended():
            return corrected(state, event.correction)
        case DocumentAttached():
            return replace(state, documents=(*state.documents, event.document))
        case CaseAssigned():
            return replace(state, assignee=event.to_post)
        case NoteAdded():
            return replace(state, notes=state.notes + 1)
        case CaseArchived():
            return replace(state, archived=True, due=None, done=state.done | {"archived"})
        case NextLayerScreened():
            screened = tuple(layer.matter for layer in event.layers)
            return replace(state, screened=screened, done=state.done | {"screened"})
        case DutyWarned() | DutyBreached():
            return _late(state, event)
        case _:
            assert_never(event)


def _late(state: CaseState, event: DutyWarned | DutyBreached) -> CaseState:
    duty = state.duties.get(event.what)
    if duty is None:
        return state
    duty = replace(duty, breached=True) if isinstance(event, DutyBreached) else replace(duty, warned=True)
    return replace(state, duties={**state.duties, event.what: duty})
