"""Appends made ready for the database, by the caller's thread: names checked, events encoded."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from adapters.eventstore.codec import encode_state
from application.ports import Append

_STREAM = re.compile(r"[A-Za-z0-9._:-]{1,200}")
_TYPE = re.compile(r"[A-Za-z0-9._:#-]{1,200}")
_COMMAND = re.compile(r"[\x21-\x7e]{1,200}")
_FINGERPRINT = re.compile(r"[\x20-\x7e]{0,200}")
_MOST_VERSION = 2**31 - 1
_MOST_SCHEMA = 2**15 - 1


class BadAppend(ValueError):
    """An append that no log could take: a name with characters that are not allowed, or a stream written twice."""


class PreparedEvent(NamedTuple):
    """An event's stored type, schema number and state bytes."""

    type: str
    schema: int
    state: bytes


class PreparedWrite(NamedTuple):
    """Events for a stream at an expected version. Without events it is a guard."""

    stream: str
    expected: int
    events: list[PreparedEvent]


@dataclass(frozen=True, slots=True)
class PreparedAppend:
    """One caller's atomic append: the writes, then the guards."""

    command_id: str
    fingerprint: str
    writes: list[PreparedWrite]
    size: int
    """State bytes in all, for the bounds of a batch."""


class Outcome(NamedTuple):
    """What became of one append: ``ok``, ``repeated``, ``reused`` or ``conflict``."""

    outcome: str
    stream: str
    version: int
    first_position: int | None
    last_position: int | None
    recorded_at: datetime
    expected: int | None


def prepare(append: Append) -> PreparedAppend:
    """Encode the events. Raises BadAppend."""
    writes = [
        PreparedWrite(
            write.stream,
            write.expected,
            [PreparedEvent(fact.event.TYPE, fact.event.SCHEMA, encode_state(fact)) for fact in write.facts],
        )
        for write in append.writes
    ]
    writes += [PreparedWrite(guard.stream, guard.version, []) for guard in append.guards]
    return checked(append.command_id, append.fingerprint, writes)


def checked(command_id: str, fingerprint: str, writes: list[PreparedWrite]) -> PreparedAppend:
    """Return the append once its names are known to be good. Raises BadAppend."""
    if not _COMMAND.fullmatch(command_id):
        raise BadAppend("command id")
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise BadAppend("fingerprint")
    if not writes or not writes[0].events:
        raise BadAppend("nothing to write")
    if len({write.stream for write in writes}) != len(writes):
        raise BadAppend("a stream is named twice")
    size = 0
    for write in writes:
        if not _STREAM.fullmatch(write.stream):
            raise BadAppend("stream name")
        if not -1 <= write.expected <= _MOST_VERSION - len(write.events):
            raise BadAppend("version")
        for event in write.events:
            if not _TYPE.fullmatch(event.type):
                raise BadAppend("event type")
            if not 0 <= event.schema <= _MOST_SCHEMA:
                raise BadAppend("schema number")
            size += len(event.state)
    return PreparedAppend(command_id, fingerprint, writes, size)
