"""The statutory duties of a case as lines: what is owed, by whom, until when, and how it stands."""

from datetime import datetime
from typing import Literal

from adapters.web.figures import last_moment
from adapters.web.names import Names
from domain.cases.clockwork import runs
from domain.cases.parts import Duty
from domain.cases.state import CaseState
from domain.kernel import Value

Standing = Literal["running", "soon", "late", "paused", "met", "met_late", "dropped"]
LEVELS: dict[Standing, str] = {"late": "late", "met_late": "late", "soon": "soon"}


class DutyLine(Value):
    """One duty in words. ``level`` chooses the look of its standing."""

    what: str
    holder: str
    due: str
    standing: str
    level: str
    basis: str
    changed: bool = False


def duty_lines(names: Names, states: tuple[CaseState, CaseState], now: datetime) -> tuple[DutyLine, ...]:
    """Return the duties of the second state, the earliest due first, marked where the first had another clock."""
    before, case = states
    duties = sorted(case.duties.values(), key=lambda duty: (duty.due_at, duty.what))
    return tuple(_line(names, case.rule, duty, (before.duties.get(duty.what) != duty, now)) for duty in duties)


def standing(duty: Duty, now: datetime) -> Standing:
    """Return how a duty stands at that moment."""
    if duty.status == "met":
        return "met_late" if duty.breached else "met"
    if duty.status in ("paused", "dropped"):
        return "paused" if duty.status == "paused" else "dropped"
    if not runs(duty) or now > duty.due_at:
        return "late"
    return "soon" if now >= duty.warn_at else "running"


def _line(names: Names, rule: str, duty: Duty, seen: tuple[bool, datetime]) -> DutyLine:
    changed, now = seen
    how = standing(duty, now)
    return DutyLine(
        what=names.duty(rule, duty.what),
        holder=names.texts.word("role", duty.holder),
        due=last_moment(duty.due_at),
        standing=names.texts(f"duty.{how}"),
        level=LEVELS.get(how, "calm"),
        basis=duty.basis,
        changed=changed,
    )
