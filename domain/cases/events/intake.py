"""Intake 受理: from the application to the acceptance or its refusal."""

from datetime import date
from typing import ClassVar

from domain.cases.events.clocked import Clocked
from domain.cases.parts import Channel, Due, Household, Mandate, Organisation, Person
from domain.kernel import CaseId, PostId, SubjectId


class CaseOpened(Clocked):
    """申请登记. ``division`` is the household's village or community (12 digits)."""

    TYPE: ClassVar = "case.opened"
    case_id: CaseId
    number: str
    matter: str
    division: str
    channel: Channel
    household: Household
    received_on: date
    due: Due
    mandate: Mandate | None = None
    organisation: Organisation | None = None


class SeparatelyRegistered(Clocked):
    """单独登记备案: the applicant is kin of these posts' holders, who must not handle the case."""

    TYPE: ClassVar = "case.separately_registered"
    kin_posts: tuple[PostId, ...]
    reason: str


class CorrectionRequested(Clocked):
    """一次性告知: all defects in one notice."""

    TYPE: ClassVar = "case.correction_requested"
    defects: tuple[str, ...]
    told_on: date
    due: Due


class CaseAccepted(Clocked):
    """受理通知书. ``deemed``: counts as accepted on the day received because defects were not told in time."""

    TYPE: ClassVar = "case.accepted"
    accepted_on: date
    rule: str
    due: Due
    deemed: bool = False


class AcceptanceRefused(Clocked):
    """不予受理, with the written reason."""

    TYPE: ClassVar = "case.acceptance_refused"
    refused_on: date
    reason: str


class SubjectIdentified(Clocked):
    """身份查明: the person kept under a temporary subject is this person; the history before stays as it was."""

    TYPE: ClassVar = "case.subject_identified"
    temporary: SubjectId
    person: Person
    identified_on: date
    source: str


IntakeEvent = (
    CaseOpened | SeparatelyRegistered | CorrectionRequested | CaseAccepted | AcceptanceRefused | SubjectIdentified
)
