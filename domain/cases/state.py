"""What a case is at one moment."""

from datetime import date
from typing import Literal

from domain.cases.parts import (
    Channel,
    Comparison,
    Correction,
    Decision,
    Document,
    Due,
    Duty,
    Grant,
    Household,
    Mandate,
    Notice,
    Opinion,
    Organisation,
    Review,
    Visit,
)
from domain.kernel import CaseId, Personal, PostId, Value
from domain.rulebook.criteria import FactValue

Stage = Literal[
    "none",
    "opened",
    "correcting",
    "accepted",
    "opinion",
    "notice",
    "noticed",
    "confirmed",
    "refused",
    "granted",
    "suspended",
    "stopped",
    "not_accepted",
    "withdrawn",
    "terminated",
    "legacy_running",
]

ENDED: frozenset[Stage] = frozenset({"refused", "stopped", "not_accepted", "withdrawn", "terminated"})
"""Stages in which nothing is decided any more; serving, publishing, corrections, notes and archiving remain."""


class CaseState(Value):
    """The fold of a case's events. ``done``: the milestones that the order of steps is judged by."""

    id: CaseId = CaseId("")
    number: str = ""
    matter: str = ""
    division: str = ""
    channel: Channel | None = None
    stage: Stage = "none"
    archived: bool = False
    done: frozenset[str] = frozenset()
    household: Household | None = None
    mandate: Mandate | None = None
    kin_posts: tuple[PostId, ...] = ()
    received_on: date | None = None
    accepted_on: date | None = None
    deemed: bool = False
    rule: str = ""
    due: Due | None = None
    defects: tuple[str, ...] = ()
    papers_when_told: int = 0
    """How many documents were there when defects were last told: a later notice may only speak of newer ones."""
    comparison: Comparison | None = None
    visits: tuple[Visit, ...] = ()
    interviews: int = 0
    opinion: Opinion | None = None
    notice: Notice | None = None
    decision: Decision | None = None
    grant: Grant | None = None
    review: Review | None = None
    changes: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    corrections: tuple[Correction, ...] = ()
    notes: int = 0
    assignee: PostId = PostId("")
    end_reason: str = ""
    activity: str = ""
    """The last activity of a case brought in from an older system."""
    activities: int = 0
    organisation: Organisation | None = None
    facts: Personal[dict[str, FactValue]] = {}
    """What has been established, by name (``rule.facts``)."""
    duties: dict[str, Duty] = {}
    """The statutory duties by name, met and dropped ones too."""
    screened: tuple[str, ...] = ()
    """The lower supports that were considered after the end of this one (兜底线)."""


NO_CASE = CaseState()
