"""Appends made ready for the database, by the caller's thread: names checked, events encoded.

A long run's events are encoded while the server stores those before them; see ``prepare_run``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from adapters.eventstore.codec import encode_parts, encode_state
from adapters.eventstore.fields import SealedField
from adapters.eventstore.seals import IN_CLEAR, Sealing
from application.ports import Append, Write

_STREAM = re.compile(r"[A-Za-z0-9._:-]{1,200}")
_TYPE = re.compile(r"[A-Za-z0-9._:#-]{1,200}")
_COMMAND = re.compile(r"[\x21-\x7e]{1,200}")
_FINGERPRINT = re.compile(r"[\x20-\x7e]{0,200}")
_MOST_VERSION = 2**31 - 1
_MOST_SCHEMA = 2**15 - 1
_GUESS = 500
"""Bytes of an event's state, about."""


class BadAppend(ValueError):
    """An append that no log could take: a name with characters that are not allowed, or a stream written twice."""


class PreparedEvent(NamedTuple):
    """An event's stored type, schema number and state bytes, and the personal fields that its state commits to."""

    type: str
    schema: int
    state: bytes
    sealed: Sequence[SealedField] = ()


class PreparedWrite(NamedTuple):
    """Events for a stream at an expected version. Without events it is a guard."""

    stream: str
    expected: int
    events: Sequence[PreparedEvent]


@dataclass(frozen=True, slots=True)
class PreparedAppend:
    """One caller's atomic append: the writes, then the guards."""

    command_id: str
    fingerprint: str
    writes: list[PreparedWrite]
    size: int
    """State bytes in all, for the bounds of a batch; of a run, a guess."""


class Outcome(NamedTuple):
    """What became of one append: ``ok``, ``repeated``, ``reused`` or ``conflict``."""

    outcome: str
    stream: str
    version: int
    first_position: int | None
    last_position: int | None
    recorded_at: datetime
    expected: int | None


_prepared = partial(tuple.__new__, PreparedEvent)
"""Like PreparedEvent, without its constructor in Python: an event in a run costs a few microseconds in all."""


class Encoding(Sequence[PreparedEvent]):
    """Events that are sealed and encoded when they are gone through; that may raise what sealing and the codec do."""

    def __init__(self, write: Write, sealing: Sealing) -> None:
        """Encode nothing yet."""
        self._facts = write.facts
        self._stream = write.stream
        self._expected = write.expected
        self._sealing = sealing

    def __len__(self) -> int:
        return len(self._facts)

    def __iter__(self) -> Iterator[PreparedEvent]:
        if self._sealing is IN_CLEAR:  # an event in a run costs a few microseconds in all
            for fact in self._facts:
                event = fact.event
                yield _prepared((event.TYPE, event.SCHEMA, encode_state(fact), ()))
            return
        events = self._sealing.seal([fact.event for fact in self._facts], self._stream, self._expected)
        for fact, (event, sealed) in zip(self._facts, events, strict=True):
            yield _prepared((event.TYPE, event.SCHEMA, encode_parts(event, fact.meta), sealed))

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 a sequence's own signature
        return [*self][index]


def prepare(append: Append, sealing: Sealing = IN_CLEAR) -> PreparedAppend:
    """Seal and encode the events. Raises BadAppend, SubjectErased, Unavailable."""
    writes = [PreparedWrite(write.stream, write.expected, [*Encoding(write, sealing)]) for write in append.writes]
    writes += _guards(append)
    return checked(append.command_id, append.fingerprint, writes)


def prepare_run(append: Append, sealing: Sealing = IN_CLEAR) -> PreparedAppend:
    """Check the names and leave sealing and encoding to whoever writes. Raises BadAppend."""
    writes = [PreparedWrite(write.stream, write.expected, Encoding(write, sealing)) for write in append.writes]
    writes += _guards(append)
    for cls in {type(fact.event) for write in append.writes for fact in write.facts}:
        _check_type(cls.TYPE, cls.SCHEMA)
    _check(append.command_id, append.fingerprint, writes)
    return PreparedAppend(
        append.command_id, append.fingerprint, writes, sum(len(w.facts) for w in append.writes) * _GUESS
    )


def _guards(append: Append) -> list[PreparedWrite]:
    return [PreparedWrite(guard.stream, guard.version, []) for guard in append.guards]


def checked(command_id: str, fingerprint: str, writes: list[PreparedWrite]) -> PreparedAppend:
    """Return the append once its names are known to be good. Raises BadAppend."""
    _check(command_id, fingerprint, writes)
    size = 0
    for write in writes:
        for event in write.events:
            _check_type(event.type, event.schema)
            size += len(event.state)
    return PreparedAppend(command_id, fingerprint, writes, size)


@lru_cache(maxsize=1_000)
def _check_type(stored_type: str, schema: int) -> None:
    if not _TYPE.fullmatch(stored_type):
        raise BadAppend("event type")
    if not 0 <= schema <= _MOST_SCHEMA:
        raise BadAppend("schema number")


def _check(command_id: str, fingerprint: str, writes: list[PreparedWrite]) -> None:
    if not _COMMAND.fullmatch(command_id):
        raise BadAppend("command id")
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise BadAppend("fingerprint")
    if not writes or not writes[0].events:
        raise BadAppend("nothing to write")
    if len({write.stream for write in writes}) != len(writes):
        raise BadAppend("a stream is named twice")
    for write in writes:
        if not _STREAM.fullmatch(write.stream):
            raise BadAppend("stream name")
        if not -1 <= write.expected <= _MOST_VERSION - len(write.events):
            raise BadAppend("version")
