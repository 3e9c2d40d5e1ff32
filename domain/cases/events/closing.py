"""Ends of a case, and what may be added to it at any time."""

from datetime import date, datetime
from typing import ClassVar, Literal

from domain.cases.events.clocked import Clocked
from domain.cases.parts import Correction, Document
from domain.kernel import CaseId, Personal, PostId, Value


class CaseWithdrawn(Clocked):
    """撤回申请."""

    TYPE: ClassVar = "case.withdrawn"
    withdrawn_on: date
    reason: str = ""


class CaseTerminated(Clocked):
    """终止审核 or 终止救助, with the written reason."""

    TYPE: ClassVar = "case.terminated"
    terminated_on: date
    reason: str


class CaseTransferred(Clocked):
    """迁移: the household moved; the new division goes on with it."""

    TYPE: ClassVar = "case.transferred"
    transferred_on: date
    from_division: str
    to_division: str
    reason: str = ""


class CorrectionAppended(Clocked):
    """更正: appended, the wrong event stays."""

    TYPE: ClassVar = "case.correction_appended"
    correction: Correction


class DocumentAttached(Clocked):
    """附件."""

    TYPE: ClassVar = "case.document_attached"
    document: Document


class CaseAssigned(Clocked):
    """分办."""

    TYPE: ClassVar = "case.assigned"
    to_post: PostId
    from_post: PostId = PostId("")


class NoteAdded(Clocked):
    """备注."""

    TYPE: ClassVar = "case.noted"
    text: Personal[str]


class CaseArchived(Clocked):
    """归档."""

    TYPE: ClassVar = "case.archived"
    archived_on: date
    kept_until: date | None = None


class LayerScreened(Value):
    """One lower support that was considered: whether the household goes on to it, and why or why not."""

    matter: str
    outcome: Literal["applies", "not_eligible", "declined"]
    reason: str = ""
    case: CaseId = CaseId("")


class NextLayerScreened(Clocked):
    """兜底筛查: after a refusal or an end, the next lower supports were considered (民发〔2021〕43号 art. 27)."""

    TYPE: ClassVar = "case.next_layer_screened"
    screened_on: date
    layers: tuple[LayerScreened, ...]


class DutyWarned(Clocked):
    """预警: a statutory duty falls due soon."""

    TYPE: ClassVar = "case.duty_warned"
    what: str
    due_at: datetime
    holder: str
    basis: str


class DutyBreached(Clocked):
    """超时: a statutory duty was not done by its due moment. The breach stays, also when it is met later."""

    TYPE: ClassVar = "case.duty_breached"
    what: str
    due_at: datetime
    holder: str
    basis: str


class PersonalErased(Clocked):
    """抹除: personal fields of these subjects were erased (个人信息保护法 art. 47); ``case-…``: the case's own fields.

    ``erasure``: the id of the event by which; it stands in every erased value.
    """

    TYPE: ClassVar = "case.personal_erased"
    subjects: tuple[str, ...]
    erasure: str


ClosingEvent = (
    CaseWithdrawn
    | CaseTerminated
    | CaseTransferred
    | CorrectionAppended
    | DocumentAttached
    | CaseAssigned
    | NoteAdded
    | CaseArchived
    | NextLayerScreened
    | DutyWarned
    | DutyBreached
    | PersonalErased
)
