"""Facts and appends for tests of the log: notes with texts of their own, in streams of any name."""

from datetime import UTC, datetime

from application.ports import Append, Guard, Write
from domain.cases.events.closing import NoteAdded
from domain.kernel import Event, Fact, Meta

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def fact_of(event: Event, event_id: str = "event", at: datetime = NOON) -> Fact:
    """The event with the least surroundings that it can have."""
    return Fact(event=event, meta=Meta(event_id=event_id, occurred_at=at, actor="post:1", command_id="command"))


def note(text: str) -> Fact:
    """A note, the smallest event there is."""
    return fact_of(NoteAdded(text=text))


def write(stream: str, expected: int, *texts: str) -> Write:
    """Notes for a stream at a version."""
    return Write(stream=stream, expected=expected, facts=tuple(note(text) for text in texts))


def append(command_id: str, *writes: Write, guards: tuple[Guard, ...] = (), fingerprint: str = "wish") -> Append:
    """One caller's append."""
    return Append(command_id=command_id, fingerprint=fingerprint, writes=writes, guards=guards)


def one(command_id: str, stream: str, expected: int, text: str = "备注") -> Append:
    """An append of one note to one stream."""
    return append(command_id, write(stream, expected, text))
