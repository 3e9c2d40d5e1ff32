"""The part of a case page that shows the case at one step: what its template needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.web import sheet
from adapters.web.desk import Desk
from application.replay import Step
from domain.cases.state import CaseState


def state_context(desk: Desk, steps: Sequence[Step], version: int, now: datetime) -> dict[str, Any]:
    """Return the case after so many steps, and what the last of them changed; ``now`` tells which duties are late."""
    state = steps[version - 1].state
    return {
        "state": state,
        "line": sheet.course(desk.names, steps[:version])[-1],
        "glance": sheet.glance(desk.names, steps, version),
        "head": sheet.head(desk.names, steps, version),
        "sections": sheet.sections(desk.names, steps, version, now),
        "amount": _amount(state),
        "badge": None,
    }


def standing_still(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with one more that changes nothing: the case as it stood, no matter how it came to it."""
    last = steps[-1]
    return [*steps, Step(recorded=last.recorded, changes=(), state=last.state)]


def _amount(state: CaseState) -> int | None:
    if state.grant is not None:
        return state.grant.amount
    return state.decision.amount if state.decision and state.decision.result == "grant" else None
