"""What a decision may know besides the case: who acts, when, and what other streams say."""

from datetime import datetime

from domain.authority.check import Asked
from domain.authority.posts import Post
from domain.authority.powers import Grant
from domain.authority.register import Register
from domain.calendar import WorkCalendar
from domain.kernel import CaseId, PostId, SubjectId, Value
from domain.rulebook.rules import RuleVersion
from domain.signals.state import Signal
from domain.subjects.entitlements import Entitlements


class Act(Value):
    """Who does it and when. ``occurred_at``: when it happened, as told; ``received_at``: when we learned of it. UTC."""

    command_id: str
    actor: str
    post: Post
    occurred_at: datetime
    received_at: datetime
    correlation: str = ""
    causation: str = ""


class Facts(Value):
    """Facts for one decision. The handler keeps the stream versions they were read at; the append asserts them."""

    act: Act
    rule: RuleVersion
    calendar: WorkCalendar
    register: Register
    asked: Asked
    """The power that the act exercises, and how far."""
    new_case_id: CaseId = CaseId("")
    subjects: dict[str, SubjectId] = {}
    """ID number -> subject, for the persons named in the command."""
    kin_posts: tuple[PostId, ...] = ()
    """Handlers' posts whose holders declared somebody of this household as close kin."""
    version: int = 0
    """The case's version; 0 when it is new, or nobody needs to know."""
    posts: dict[PostId, Post] = {}
    """All posts there are."""
    entitlements: dict[SubjectId, Entitlements] = {}
    """What the persons of the case receive, for decisions that change it; without those who never received anything."""
    grant: Grant | None = None
    """The grant that the act is done under, once authority has been judged."""
    signal: Signal | None = None
    """The signal that the command names, where it is about a person of the household."""
    urban: bool | None = None
    """Whether the case's village or community is urban 居委会; for statistics, and rules with a cited dual track."""
