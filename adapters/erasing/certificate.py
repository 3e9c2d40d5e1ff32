"""The certificate of an erasure 抹除证明: what was done, when, and which events of the log prove it."""

from datetime import datetime

from adapters.erasing.books import Books
from application.ports import EventLog
from domain.erasure import ErasureBegun, ErasureCompleted, ErasureRequested, UnknownSubject, erasure_stream
from domain.kernel import Recorded, Value

_LINE = "{zh}：{value}    / {en}"


class Certificate(Value, omit_defaults=False):
    """What became of an erasure. Positions are those of the log; moments are the server's, UTC.

    ``keys`` and ``fields``: how many were destroyed; ``alive``: what is there still, and must be 0. ``views``: those
    that have not taken it in yet, because they are behind, paused, or have parked a case.
    """

    subject: str
    erasure: str
    basis: str
    requested_at: datetime | None
    begun_at: datetime
    completed_at: datetime | None
    positions: tuple[int, ...]
    keys: int
    fields: int
    alive: int
    cases: tuple[str, ...]
    views: tuple[str, ...] = ()


def certificate(log: EventLog, books: Books, subject: str) -> Certificate:
    """Return the certificate of a subject's erasure. Raises UnknownSubject where none was begun; Unavailable."""
    history = log.stream(erasure_stream(subject))
    begun = next((each for each in history if isinstance(each.event, ErasureBegun)), None)
    if begun is None or not isinstance(begun.event, ErasureBegun):
        raise UnknownSubject
    asked = _last(history, ErasureRequested)
    completed = [each for each in history if isinstance(each.event, ErasureCompleted)]
    done = [each.event for each in completed if isinstance(each.event, ErasureCompleted)]
    cases = tuple(sorted({case for event in done for case in event.cases}))
    return Certificate(
        subject=subject,
        erasure=begun.meta.event_id,
        basis=begun.event.basis,
        requested_at=asked.recorded_at if asked else None,
        begun_at=begun.recorded_at,
        completed_at=completed[-1].recorded_at if completed else None,
        positions=tuple(each.position for each in (asked, begun, *completed) if each),
        keys=sum(event.keys for event in done),
        fields=sum(event.fields for event in done),
        alive=sum(books.alive(each) for each in begun.event.subjects),
        cases=cases,
        views=tuple(books.views_behind([f"case-{case}" for case in cases])),
    )


def as_text(told: Certificate, log_name: str) -> str:
    """Return the certificate as a text to print and file, Chinese first."""
    rows = (
        ("日志", "log", log_name),
        ("当事人", "subject", told.subject),
        ("依据", "basis", told.basis),
        ("抹除事件", "erasure", told.erasure),
        ("开始", "begun", told.begun_at.isoformat()),
        ("完成", "completed", told.completed_at.isoformat() if told.completed_at else "未完成 not yet"),
        ("日志位置", "positions", ", ".join(map(str, told.positions))),
        ("销毁密钥", "keys destroyed", str(told.keys)),
        ("删除密文", "ciphertexts deleted", str(told.fields)),
        ("尚存", "still there", str(told.alive)),
        ("尚未更新的视图", "views still to take it in", ", ".join(told.views) or "无 none"),
        ("案卷", "cases", ", ".join(told.cases)),
    )
    lines = [_LINE.format(zh=zh, en=en, value=value) for zh, en, value in rows]
    return "\n".join(["个人信息抹除证明 / Certificate of erasure", "", *lines, ""])


def _last(history: list[Recorded], cls: type) -> Recorded | None:
    return next((each for each in reversed(history) if isinstance(each.event, cls)), None)
