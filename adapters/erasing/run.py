"""The run of an erasure: recorded before and after, finished by whoever comes next when it was cut off.

Allowed and recorded (``erasure.begun``) → noted in the journal → keys destroyed → ciphertexts deleted → every case told
(``case.personal_erased``), from which the views take it → copies of views dropped → ``erasure.completed``.
Each step may be done twice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from adapters.erasing.belongings import belongings
from adapters.erasing.books import Books
from adapters.erasing.journal import Erased, note, noted
from adapters.ids import new_id
from adapters.projector.forgetting import forget_copies
from adapters.vault.vault import Place
from application.ports import Append, Conflict, EventLog, Write
from domain.calendar import civil_day
from domain.cases.events.closing import PersonalErased
from domain.erasure import (
    ErasureBegun,
    ErasureCompleted,
    ErasureRequested,
    HoldLifted,
    HoldPlaced,
    erasure_stream,
    is_held,
    require_erasable,
)
from domain.errors import Unavailable
from domain.kernel import Event, Fact, Meta, Recorded, SubjectId

T = TypeVar("T")
Progress = Callable[[str], None]
_TRIES = 20
_AFTER_RESTORE = "恢复备份后重放"
_VAULT = "anjuan-vault"


class By(NamedTuple):
    """Who erases, and when (UTC)."""

    actor: str
    post: str
    now: datetime


class Eraser(NamedTuple):
    """What a run works on."""

    place: Place
    log: EventLog

    @property
    def books(self) -> Books:
        """The books of log and vault."""
        return Books(self.place)


def erase(eraser: Eraser, subject: SubjectId, why: tuple[str, str], by: By) -> Recorded:
    """Erase a person and return the event that completed it; a person who is erased already is not erased again.

    ``why``: reason and legal basis. Raises UnknownSubject, OnHold, RetentionRuns, Unavailable.
    """
    _again_on_conflict(lambda: _begin(eraser, subject, why, by))
    return finish(eraser, subject, by)


def _begin(eraser: Eraser, subject: SubjectId, why: tuple[str, str], by: By) -> None:
    stream, (reason, basis) = erasure_stream(subject), why
    history = eraser.log.stream(stream)
    if _begun(history):
        return
    kept = belongings(eraser.log, eraser.books, subject)
    if not _asked(history):
        asked = ErasureRequested(subject=subject, reason=reason, basis=basis)
        _append(eraser.log, stream, asked, by, len(history))
        history = eraser.log.stream(stream)
    require_erasable(is_held([recorded.event for recorded in history]), kept.cases, civil_day(by.now))
    # On the version that was judged: a hold that was placed meanwhile is a conflict, and it is judged again.
    begun = ErasureBegun(subject=subject, subjects=kept.subjects, basis=basis)
    _append(eraser.log, stream, begun, by, len(history))


def _asked(history: list[Recorded]) -> bool:
    """Whether the last thing that happened is the request: a conflict must not ask twice."""
    return bool(history) and isinstance(history[-1].event, ErasureRequested)


def hold(log: EventLog, event: HoldPlaced | HoldLifted, by: By) -> bool:
    """Place or lift a hold; False where it is so already. Raises Unavailable."""
    return _again_on_conflict(lambda: _hold(log, event, by))


def _hold(log: EventLog, event: HoldPlaced | HoldLifted, by: By) -> bool:
    stream = erasure_stream(event.subject)
    history = log.stream(stream)
    if is_held([recorded.event for recorded in history]) == isinstance(event, HoldPlaced):
        return False
    _append(log, stream, event, by, len(history))
    return True


def _again_on_conflict(work: Callable[[], T]) -> T:
    """Do it again on what somebody else has written meanwhile. Raises Unavailable where that never ends."""
    for _ in range(_TRIES):
        try:
            return work()
        except Conflict:
            continue
    raise Unavailable("conflict")


def finish(eraser: Eraser, subject: SubjectId, by: By) -> Recorded:
    """Do what is left of an erasure that was begun, and return the event that completed it. Raises Unavailable."""
    stream = erasure_stream(subject)
    history = eraser.log.stream(stream)
    begun = _begun(history)
    if begun is None or not isinstance(begun.event, ErasureBegun):
        raise Unavailable(f"{stream}: not begun")
    books, subjects, erasure = eraser.books, begun.event.subjects, begun.meta.event_id
    note(eraser.place.vault.home, Erased(subject=subject, subjects=subjects, erasure=erasure))
    keys = sum(books.destroy(each, erasure) for each in subjects)
    fields = sum(books.delete_fields(each, erasure) for each in subjects)
    cases = tuple(sorted(_tell_cases(eraser, subjects, erasure, by)))
    forget_copies(eraser.place)
    completed = ErasureCompleted(subject=subject, erasure=erasure, keys=keys, fields=fields, cases=cases)
    return _again_on_conflict(lambda: _complete(eraser.log, stream, completed, by))


def _complete(log: EventLog, stream: str, completed: ErasureCompleted, by: By) -> Recorded:
    """Record it, unless somebody has and nothing was left to do."""
    history = log.stream(stream)
    done = [e for e in history if isinstance(e.event, ErasureCompleted) and e.event.erasure == completed.erasure]
    if done and not (completed.keys or completed.fields):
        return done[-1]
    _append(log, stream, completed, by, len(history))
    return log.stream(stream, len(history))[0]


def replay(eraser: Eraser, now: datetime, progress: Progress = lambda _: None) -> int:
    """Finish what was cut off, and erase again what came back with a backup; return how many erasures. Before serving.

    Raises Unavailable.
    """
    if eraser.books.are_empty() and not noted(eraser.place.vault.home):
        return 0
    by, begun = By(_VAULT, "", now), eraser.books.begun()
    for erased in _restored(eraser, begun):
        again = ErasureBegun(subject=SubjectId(erased.subject), subjects=erased.subjects, basis=_AFTER_RESTORE)
        _again_on_conflict(partial(_begin_again, eraser.log, again, by))
    left = eraser.books.unfinished()
    for subject in left:
        progress(subject)
        finish(eraser, SubjectId(subject), by)
    return len(left)


def _begin_again(log: EventLog, begun: ErasureBegun, by: By) -> None:
    stream = erasure_stream(begun.subject)
    history = log.stream(stream)
    if not _begun(history):
        _append(log, stream, begun, by, len(history))


def _restored(eraser: Eraser, begun: dict[str, tuple[str, ...]]) -> list[Erased]:
    """Erasures that the log has forgotten: told by the journal, or by the vault."""
    told = {erased.subject: erased for erased in noted(eraser.place.vault.home) if erased.subject not in begun}
    known = {subject for subjects in begun.values() for subject in subjects}
    known |= {subject for erased in told.values() for subject in erased.subjects}
    keyless = {who: erasure for who, erasure in eraser.books.erased_keys().items() if who not in known}
    return [*told.values(), *(Erased(subject=who, subjects=(who,), erasure=keyless[who]) for who in sorted(keyless))]


def _begun(history: list[Recorded]) -> Recorded | None:
    """The first counts: by its id values are known to be erased."""
    return next((recorded for recorded in history if isinstance(recorded.event, ErasureBegun)), None)


def _tell_cases(eraser: Eraser, subjects: tuple[str, ...], erasure: str, by: By) -> Iterator[str]:
    """Tell every case whose fields are gone, once; yield its id."""
    where = {each: eraser.books.streams_of(each) for each in subjects}
    for stream in sorted(set().union(*where.values())):
        if not stream.startswith("case-"):
            continue
        yield stream.removeprefix("case-")
        concerned = tuple(each for each in subjects if stream in where[each])
        event = PersonalErased(subjects=concerned, erasure=erasure)
        _again_on_conflict(partial(_tell, eraser.log, stream, event, by))


def _tell(log: EventLog, stream: str, event: PersonalErased, by: By) -> None:
    history = log.stream(stream)
    if not any(isinstance(each.event, PersonalErased) and each.event.erasure == event.erasure for each in history):
        _append(log, stream, event, by, len(history))


def _append(log: EventLog, stream: str, event: Event, by: By, version: int) -> None:
    """Append at a version. Raises Conflict."""
    command = new_id()
    meta = Meta(event_id=new_id(), occurred_at=by.now, actor=by.actor, command_id=command, post=by.post)
    log.append(Append(command, event.TYPE, (Write(stream, version, (Fact(event=event, meta=meta),)),)))
