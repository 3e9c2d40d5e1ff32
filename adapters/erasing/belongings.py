"""What is kept of a person: under which names, in which cases, and how long those must be kept."""

from typing import TYPE_CHECKING, cast

from application.ports import EventLog
from domain.cases.events.closing import CaseArchived
from domain.cases.events.intake import SubjectIdentified
from domain.cases.evolve import fold
from domain.erasure import Kept, UnknownSubject
from domain.kernel import Recorded, SubjectId, Value
from domain.signals.events import signals_stream

if TYPE_CHECKING:
    from datetime import date

    from adapters.erasing.books import Books
    from domain.cases.events import CaseEvent

_CASE, _SIGNALS = "case-", signals_stream("")


class Belongings(Value):
    """``subjects``: the person, earlier identities of theirs, and the cases of which they are the applicant.

    ``cases``: every case with personal fields of theirs, and how long it must be kept.
    """

    subject: SubjectId
    subjects: tuple[str, ...]
    cases: tuple[Kept, ...]


def belongings(log: EventLog, books: "Books", subject: str) -> Belongings:
    """Return what is kept of a subject. Raises UnknownSubject, Unavailable.

    Of somebody in no case there may be signals of other departments: no law says how long those must be kept (assumed).
    """
    known, waiting = {subject: None}, [subject]
    told = any(stream.startswith(_SIGNALS) for stream in books.streams_of(subject))
    cases: dict[str, Kept] = {}
    own: dict[str, None] = {}
    while waiting:
        whose = waiting.pop()
        for stream in sorted(books.streams_of(whose)):
            if stream in cases or not stream.startswith(_CASE):
                continue
            history = log.stream(stream)
            cases[stream] = Kept(case_id=stream[len(_CASE) :], until=_kept_until(history))
            if _is_of(history, whose):
                own[stream] = None
            before = _before(history, whose)
            waiting += [each for each in before if each not in known]
            known |= dict.fromkeys(before)
    if not cases and not told:
        raise UnknownSubject
    return Belongings(SubjectId(subject), (*known, *own), tuple(cases.values()))


def _is_of(history: list[Recorded], subject: str) -> bool:
    """Whether the case is the person's own: what it says without naming somebody, it says of its applicant."""
    state = fold(cast("CaseEvent", recorded.event) for recorded in history)
    return bool(state.household and state.household.members and state.household.members[0].subject == subject)


def _before(history: list[Recorded], subject: str) -> list[str]:
    events = [recorded.event for recorded in history]
    return [e.temporary for e in events if isinstance(e, SubjectIdentified) and e.person.subject == subject]


def _kept_until(history: list[Recorded]) -> "date | None":
    ends = [recorded.event.kept_until for recorded in history if isinstance(recorded.event, CaseArchived)]
    return ends[-1] if ends else None
