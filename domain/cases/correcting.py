"""What a correction 更正 puts right in the state of a case."""

from msgspec.structs import replace

from domain.cases.parts import Correction, is_fen
from domain.cases.state import CaseState
from domain.kernel import Fen

INCOME = "household.monthly_income"
NAME, PHONE = "applicant.name", "applicant.phone"


def corrected(state: CaseState, correction: Correction) -> CaseState:
    """Put the right value where the case shows it; every other correction stands in the list alone."""
    state = replace(state, corrections=(*state.corrections, correction))
    if state.household is None or not state.household.members:
        return state
    if correction.field == INCOME and is_fen(correction.value):
        return replace(state, household=replace(state.household, monthly_income=Fen(int(correction.value))))
    applicant, *others = state.household.members
    if correction.field == NAME:
        applicant = replace(applicant, name=correction.value)
    elif correction.field == PHONE:
        applicant = replace(applicant, phone=correction.value)
    return replace(state, household=replace(state.household, members=(applicant, *others)))


def value_shown(state: CaseState, field: str) -> str | int | None:
    """Return what the case shows in a field that a correction can put right; None for every other field."""
    if state.household is None or not state.household.members:
        return None
    applicant = state.household.members[0]
    shown: dict[str, str | int] = {
        INCOME: state.household.monthly_income,
        NAME: applicant.name,
        PHONE: applicant.phone,
    }
    return shown.get(field)
