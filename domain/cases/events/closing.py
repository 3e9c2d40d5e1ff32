"""Ends of a case, and what may be added to it at any time."""

from datetime import date
from typing import ClassVar

from domain.cases.parts import Correction, Document
from domain.kernel import Event, Personal, PostId


class CaseWithdrawn(Event):
    """撤回申请."""

    TYPE: ClassVar = "case.withdrawn"
    withdrawn_on: date
    reason: str = ""


class CaseTerminated(Event):
    """终止审核 or 终止救助, with the written reason."""

    TYPE: ClassVar = "case.terminated"
    terminated_on: date
    reason: str


class CaseTransferred(Event):
    """迁移: the household moved; the new division goes on with it."""

    TYPE: ClassVar = "case.transferred"
    transferred_on: date
    from_division: str
    to_division: str
    reason: str = ""


class CorrectionAppended(Event):
    """更正: appended, the wrong event stays."""

    TYPE: ClassVar = "case.correction_appended"
    correction: Correction


class DocumentAttached(Event):
    """附件."""

    TYPE: ClassVar = "case.document_attached"
    document: Document


class CaseAssigned(Event):
    """分办."""

    TYPE: ClassVar = "case.assigned"
    to_post: PostId
    from_post: PostId = PostId("")


class NoteAdded(Event):
    """备注."""

    TYPE: ClassVar = "case.noted"
    text: Personal[str]


class CaseArchived(Event):
    """归档."""

    TYPE: ClassVar = "case.archived"
    archived_on: date
    kept_until: date | None = None


ClosingEvent = (
    CaseWithdrawn
    | CaseTerminated
    | CaseTransferred
    | CorrectionAppended
    | DocumentAttached
    | CaseAssigned
    | NoteAdded
    | CaseArchived
)
