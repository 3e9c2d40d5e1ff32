"""Which events move a case to which stage, as a table: for read models that follow stages without folding whole cases.

A test holds it against evolve for every event.
"""

from domain.cases.events.benefit import GrantStarted, GrantStopped, GrantSuspended
from domain.cases.events.closing import CaseArchived, CaseTerminated, CaseWithdrawn
from domain.cases.events.decision import (
    CaseRefused,
    Confirmed,
    DecisionServed,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
)
from domain.cases.events.inquiry import OpinionIssued
from domain.cases.events.intake import AcceptanceRefused, CaseAccepted, CaseOpened, CorrectionRequested
from domain.cases.events.legacy import LegacyCaseOpened
from domain.cases.parts import Due
from domain.cases.state import Stage
from domain.kernel import Event

STAGE_AFTER: dict[type[Event], Stage] = {
    CaseOpened: "opened",
    CorrectionRequested: "correcting",
    CaseAccepted: "accepted",
    AcceptanceRefused: "not_accepted",
    OpinionIssued: "opinion",
    NoticePosted: "notice",
    NoticeObjected: "accepted",
    NoticeClosed: "noticed",
    Confirmed: "confirmed",
    CaseRefused: "refused",
    GrantStarted: "granted",
    GrantSuspended: "suspended",
    GrantStopped: "stopped",
    CaseWithdrawn: "withdrawn",
    CaseTerminated: "terminated",
    LegacyCaseOpened: "legacy_running",
}

_ENDS_DUTIES = (AcceptanceRefused, GrantStopped, CaseWithdrawn, CaseTerminated, CaseArchived)


def due_after(due: Due | None, event: Event) -> Due | None:
    """Return the next due date after an event, given the one before."""
    if isinstance(event, _ENDS_DUTIES):
        return None
    if isinstance(event, DecisionServed) and due is not None and due.what == "serve":
        return None
    found: Due | None = getattr(event, "due", due)
    return found
