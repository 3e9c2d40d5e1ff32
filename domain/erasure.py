"""Erasing a person 个人信息删除 (个人信息保护法 art. 47): what is recorded before and after, and holds that forbid it.

None of these events has a personal value: a subject is a made-up name, and which person it was is no longer known.
"""

from datetime import date
from typing import ClassVar

from domain.errors import Refused
from domain.kernel import Event, SubjectId, Value


class ErasureRequested(Event):
    """删除请求: somebody who may ask for it has asked."""

    TYPE: ClassVar = "erasure.requested"
    subject: SubjectId
    reason: str
    basis: str


class ErasureBegun(Event):
    """开始抹除: allowed, and now finished whatever happens. ``subjects``: the person, and cases of their own."""

    TYPE: ClassVar = "erasure.begun"
    subject: SubjectId
    subjects: tuple[str, ...]
    basis: str


class ErasureCompleted(Event):
    """抹除完成. ``keys`` destroyed, ``fields`` whose ciphertexts are gone, ``cases`` in which they were."""

    TYPE: ClassVar = "erasure.completed"
    subject: SubjectId
    erasure: str
    keys: int
    fields: int
    cases: tuple[str, ...] = ()


class HoldPlaced(Event):
    """留存保全: nothing of this person may be erased while it stands, for a lawsuit or an inspection, say."""

    TYPE: ClassVar = "hold.placed"
    subject: SubjectId
    reason: str
    basis: str


class HoldLifted(Event):
    """解除保全."""

    TYPE: ClassVar = "hold.lifted"
    subject: SubjectId
    reason: str


ErasureEvent = ErasureRequested | ErasureBegun | ErasureCompleted | HoldPlaced | HoldLifted
ERASURE_EVENTS: dict[str, type[Event]] = {
    cls.TYPE: cls for cls in (ErasureRequested, ErasureBegun, ErasureCompleted, HoldPlaced, HoldLifted)
}


class UnknownSubject(Refused):
    """Nothing is kept of such a subject."""

    code = "UNKNOWN_SUBJECT"
    zh = "没有此当事人的个人信息"
    en = "No personal data are kept of such a subject"


class OnHold(Refused):
    """A legal hold stands."""

    code = "ON_HOLD"
    zh = "该当事人的资料处于留存保全中，不得删除"
    en = "A legal hold stands: nothing of this person may be erased"
    basis = "《个人信息保护法》第四十七条"


class RetentionRuns(Refused):
    """A case of the person must be kept still (or has not been archived, so that nobody knows how long)."""

    code = "RETENTION_RUNS"
    zh = "案卷保存期限未届满或尚未归档，不得删除"
    en = "A case must be kept still, or is not archived yet"
    basis = "《个人信息保护法》第四十七条"


class Kept(Value):
    """A case of a subject, and how long it must be kept: ``until`` its last day, None for not archived yet."""

    case_id: str
    until: date | None


def require_erasable(held: bool, kept: tuple[Kept, ...], today: date) -> None:  # noqa: FBT001 a fact, not a switch
    """Raise OnHold, or RetentionRuns naming the cases, unless a person may be erased on that day."""
    if held:
        raise OnHold
    running = [case for case in kept if case.until is None or case.until >= today]
    if running:
        raise RetentionRuns("; ".join(f"{case.case_id} {case.until or 'not archived'}" for case in running))


def is_held(events: list[Event]) -> bool:
    """Tell whether a hold stands after these events of a subject."""
    held = False
    for event in events:
        if isinstance(event, HoldPlaced | HoldLifted):
            held = isinstance(event, HoldPlaced)
    return held


def erasure_stream(subject: str) -> str:
    """Return the stream of a subject's holds and erasure."""
    return f"erasure-{subject}"
