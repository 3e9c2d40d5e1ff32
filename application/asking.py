"""What the handler is asked, with what it works, and what it answers."""

import msgspec

from application.bureau import Bureau, BureauMemory
from application.entitlements import EntitlementMemory
from application.entitlements import Known as KnownPerson
from application.hot_cases import HotCases, Loaded
from application.ports import EventLog, Guard, NewId, Subjects
from domain.calendar import WorkCalendar
from domain.cases.facts import Act, Facts
from domain.kernel import CaseId, Command, SubjectId, Value


class Request(Value):
    """One wish: the action, its command, who and when. ``if_match``: the case version that the caller has seen."""

    action: str
    command: Command
    act: Act
    case_id: CaseId | None = None
    if_match: int | None = None


class Answer(Value):
    """What came of it. ``position`` is the last one written (0: nothing was, the wish was true already)."""

    case_id: CaseId
    version: int
    position: int
    events: tuple[str, ...] = ()
    repeated: bool = False


class CaseHouse(msgspec.Struct, frozen=True):
    """The ports and memories that the handler works with. ``key`` is the secret of the fingerprints."""

    log: EventLog
    hot: HotCases
    bureau: BureauMemory
    entitlements: EntitlementMemory
    calendar: WorkCalendar
    subjects: Subjects
    key: bytes
    new_id: NewId


class Read(Value):
    """What one try read: the case at a version, and the bureau."""

    case_id: CaseId
    loaded: Loaded
    bureau: Bureau
    fresh: bool = False


class Known(Value):
    """What one try decides on. ``persons``: what the case's persons receive, with versions, where it matters.

    ``guards``: of streams besides the bureau's.
    """

    read: Read
    facts: Facts
    persons: dict[SubjectId, KnownPerson] = {}
    guards: tuple[Guard, ...] = ()
