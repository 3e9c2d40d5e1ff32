"""What the application needs of the world, as small protocols. The same nouns name the adapters and the fakes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from domain.errors import KeyReused
from domain.kernel import CaseId, Event, Fact, Recorded, SubjectId, Value


class Write(Value):
    """Events for one stream. ``expected``: the stream's version before them; 0 means that the stream is new."""

    stream: str
    expected: int
    facts: tuple[Fact, ...]


class Guard(Value):
    """A stream that must still be at this version when the append happens, though nothing is written to it."""

    stream: str
    version: int


class Append(Value):
    """One atomic append. ``command_id`` is unique for ever; ``fingerprint`` tells a true retry from a reused id."""

    command_id: str
    fingerprint: str
    writes: tuple[Write, ...]
    guards: tuple[Guard, ...] = ()


class Appended(Value):
    """Where an append went: its first stream's version, its positions. ``repeated``: it had been done before."""

    stream: str
    version: int
    first: int
    last: int
    recorded_at: datetime
    repeated: bool = False


class Head(Value):
    """The end of the log: its id, the last position (0 when empty) and the time of it."""

    log: str
    position: int
    recorded_at: datetime


class Conflict(Exception):
    """A stream was not at the version that the append, or one of its guards, expected."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        """Keep the stream and both versions."""
        super().__init__(f"{stream}: expected version {expected}, found {actual}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class EventLog(Protocol):
    """The log (DESIGN §4). All methods may raise Unavailable."""

    def append(self, append: Append) -> Appended:
        """Write it or raise Conflict. A command id seen before returns its first outcome, or raises KeyReused."""

    def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict]:
        """Write many in one transaction, each with an outcome of its own; a reused command id raises KeyReused."""

    def append_each(self, appends: Sequence[Append]) -> list[Appended | Conflict | KeyReused]:
        """Do the same, with a reused command id as an outcome like the others."""

    def outcome(self, command_id: str, fingerprint: str) -> Appended | None:
        """Return what a command id did, if it did anything. Raises KeyReused if it did another thing."""

    def stream_of(self, command_id: str) -> str | None:
        """Return the stream that a command id wrote to first, None where it wrote nothing."""

    def stream(self, stream: str, after: int = 0, upto: int | None = None) -> list[Recorded]:
        """Return a stream's events with ``after`` < version <= ``upto``, contiguous."""

    def events(self, stream: str, after: int = 0) -> list[Event]:
        """Return the same without their surroundings, all there are: what a fold needs, at less than half the cost."""

    def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """Return the version of each of the streams, 0 for one that has no event."""

    def read(self, after: int, limit: int) -> list[Recorded]:
        """Return events with position > ``after``, in order, contiguous."""

    def head(self) -> Head:
        """Return the end of the log."""


NewId = Callable[[], str]
"""Returns a new, time-ordered, unguessable id (UUIDv7 text)."""


class Subjects(Protocol):
    """Finds the subject behind an ID number, making a new one for a number not seen before."""

    def subjects_for(self, id_numbers: Sequence[str]) -> dict[str, SubjectId]:
        """Return the subject of each number."""


def case_stream(case_id: CaseId) -> str:
    """Return the name of a case's stream."""
    return f"case-{case_id}"
