"""Folding the moves of duties: a row for each time that a clock was started."""

from collections.abc import Iterable

from domain.cases.events.clocked import Clocked
from domain.cases.events.closing import DutyBreached
from domain.cases.parts import DutyMove
from domain.kernel import Recorded
from projections.shape import Key, Working
from projections.views.audit_questions.rows import CaseRow, ClockRow

_ENDED = frozenset({"met", "dropped"})
_CASE = "case."


def clocks_of(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the clocks that the event moves, as far as they can have been started before, and the row of the case."""
    event, case_id = recorded.event, recorded.stream[5:]
    if isinstance(event, DutyBreached):
        yield "audit_clock", (case_id, event.what)
    if isinstance(event, Clocked):
        for what in {move.what for move in event.moves if move.to != "started"}:
            yield "audit_clock", (case_id, what)
        if event.moves:
            yield "audit_case", (case_id,)


def fold_clocks(rows: Working, recorded: Recorded) -> None:
    """Start, stop, go on, end; note a breach that was recorded."""
    event = recorded.event
    if isinstance(event, DutyBreached):
        clock = _last(rows, recorded, event.what)
        if clock is not None and clock.state not in _ENDED:
            clock.told = recorded.position
            _put(rows, clock)
    if isinstance(event, Clocked):
        for move in event.moves:
            _move(rows, recorded, move)


def _move(rows: Working, recorded: Recorded, move: DutyMove) -> None:
    clock = _started(rows, recorded, move) if move.to == "started" else _last(rows, recorded, move.what)
    if clock is None or (move.to != "started" and clock.state in _ENDED):
        return
    if move.to == "paused":
        pause = f"{recorded.type.removeprefix(_CASE)}:{recorded.position}-"
        clock.state, clock.pauses = "paused", f"{clock.pauses} {pause}".strip()
    elif move.to == "resumed":
        clock.state, clock.pauses = "running", f"{clock.pauses}{recorded.position}"
        clock.due_at = move.due_at or clock.due_at
    elif move.to in _ENDED:
        clock.ended, clock.ended_at, clock.post = recorded.position, recorded.meta.occurred_at, recorded.meta.post
        clock.late = clock.state == "running" and clock.ended_at > clock.due_at
        clock.state = move.to
    _put(rows, clock)


def _started(rows: Working, recorded: Recorded, move: DutyMove) -> ClockRow | None:
    if move.due_at is None:
        return None
    case: CaseRow | None = rows["audit_case"].get((recorded.stream[5:],))
    return ClockRow(
        case_id=recorded.stream[5:],
        what=move.what,
        since=recorded.position,
        division=case.division if case else "",
        rule=recorded.meta.rule,
        holder=move.holder,
        basis=move.basis,
        due_at=move.due_at,
    )


def _last(rows: Working, recorded: Recorded, what: str) -> ClockRow | None:
    known = (clock for clock in rows["audit_clock"].under(recorded.stream[5:]) if clock.what == what)
    return max(known, key=lambda clock: clock.since, default=None)


def _put(rows: Working, clock: ClockRow) -> None:
    rows["audit_clock"].put((clock.case_id, clock.what, clock.since), clock)
