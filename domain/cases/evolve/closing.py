"""How endings and additions change a case."""

from typing import Any, assert_never

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
    PersonalErased,
)
from domain.cases.state import CaseState
from domain.personal import Field, erased, erased_values, with_personal


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
        case PersonalErased():
            return _erased(state, event)
        case _:
            assert_never(event)


def _erased(state: CaseState, event: PersonalErased) -> CaseState:
    own = any(subject.startswith("case-") for subject in event.subjects)

    def blank(field: Field) -> Any:  # noqa: ANN401 what stands in the value's place
        if field.subject in event.subjects or (own and not field.subject):
            return erased_values(event.erasure) if field.mapping else erased(event.erasure)
        return field.value

    return with_personal(state, "", blank)


def _late(state: CaseState, event: DutyWarned | DutyBreached) -> CaseState:
    duty = state.duties.get(event.what)
    if duty is None:
        return state
    duty = replace(duty, breached=True) if isinstance(event, DutyBreached) else replace(duty, warned=True)
    return replace(state, duties={**state.duties, event.what: duty})
