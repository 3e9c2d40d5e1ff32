"""How the clocks of statutory duties move."""

from datetime import UTC, datetime

from msgspec.structs import force_setattr, replace

from domain.cases.parts import Duty, DutyMove
from domain.cases.state import CaseState

_FAR = datetime.max.replace(tzinfo=UTC)


def moved_duties(known_duties: dict[str, Duty], moves: tuple[DutyMove, ...]) -> dict[str, Duty]:
    """Return the duties with every move applied. A start makes the duty anew; other moves change one that is there."""
    duties = dict(known_duties)
    for move in moves:
        what, to = move.what, move.to
        if to == "started":
            duties[what] = _started(move)
        elif what in duties:
            known = replace(duties[what], status=to, left=move.left)
            duties[what] = _put_off(known, move) if move.due_at or move.warn_at else known
    return duties


def _put_off(known: Duty, move: DutyMove) -> Duty:
    return replace(known, due_at=move.due_at or known.due_at, warn_at=move.warn_at or known.warn_at)


def _started(move: DutyMove) -> Duty:
    return Duty(
        what=move.what,
        status="started",
        due_at=move.due_at or _FAR,
        warn_at=move.warn_at or _FAR,
        holder=move.holder,
        basis=move.basis,
    )


def evolve_duties(before: CaseState, after: CaseState, moves: tuple[DutyMove, ...]) -> CaseState:
    """Return the state after an event with the moves of its duties; ``before``: the state it came upon.

    A state that the event has just made is nobody else's yet, so it takes the duties itself: a fold is a tenth faster.
    """
    duties = moved_duties(after.duties, moves)
    if after is before:
        return replace(after, duties=duties)
    force_setattr(after, "duties", duties)
    return after
