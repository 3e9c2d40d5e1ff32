"""How the clocks of statutory duties move."""

from datetime import UTC, datetime

from msgspec.structs import replace

from domain.cases.parts import Duty, DutyMove
from domain.cases.state import CaseState

_FAR = datetime.max.replace(tzinfo=UTC)


def evolve_duties(state: CaseState, moves: tuple[DutyMove, ...]) -> CaseState:
    """Return the state with every move applied. A start makes the duty anew; other moves change one that is there."""
    duties = dict(state.duties)
    for move in moves:
        known = duties.get(move.what)
        if move.to == "started":
            duties[move.what] = _started(move)
        elif known is not None:
            duties[move.what] = replace(
                known,
                status=move.to,
                due_at=move.due_at or known.due_at,
                warn_at=move.warn_at or known.warn_at,
                left=move.left,
            )
    return replace(state, duties=duties)


def _started(move: DutyMove) -> Duty:
    return Duty(
        what=move.what,
        status="started",
        due_at=move.due_at or _FAR,
        warn_at=move.warn_at or _FAR,
        holder=move.holder,
        basis=move.basis,
    )
