"""How events brought in from older systems change a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened, LegacyEvent
from domain.cases.state import CaseState


def evolve_legacy(state: CaseState, event: LegacyEvent) -> CaseState:
    """Return the state after an imported event."""
    match event:
        case LegacyCaseOpened():
            return CaseState(
                id=event.case_id,
                number=event.number,
                matter="legacy",
                division=event.division,
                stage="legacy_running",
                done=frozenset({"opened"}),
            )
        case LegacyActivityRecorded():
            return replace(state, activity=event.activity, activities=state.activities + 1)
        case _:
            assert_never(event)
