"""Appending what the log vouches for itself: keys that begin and end, the heads of all streams."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from adapters.house import House
from adapters.ids import new_id
from adapters.transparency.heads import heads_now, keep_sealed, root_of
from application.ports import Append, Conflict, EventLog, Write
from domain.attested import HEADS, KEYS, HeadsSealed, LogKeyIntroduced, LogKeyRetired
from domain.kernel import Event, Fact, Meta, Recorded

_ACTOR = "anjuan-notary"


def seal_heads(connection: "Connection[Any]", house: House, now: datetime) -> HeadsSealed | None:
    """Seal the heads of all streams as they are; None where another process was first, or the log is empty.

    Raises Unavailable.
    """
    found = heads_now(connection)
    if not found.heads:
        return None
    event = HeadsSealed(position=found.position, streams=len(found.heads), root=root_of(found.heads).hex())
    if not _append(house.log, HEADS, event, now):
        return None
    keep_sealed(connection, found.heads)
    return event


def introduce(log: EventLog, key: str, now: datetime) -> None:
    """Tell the log of a key that signs from now on; a key that it knows is not told again. Raises Unavailable."""
    if not any(isinstance(event, LogKeyIntroduced) and event.key == key for event in log.events(KEYS)):
        _append(log, KEYS, LogKeyIntroduced(key=key), now)


def retire(log: EventLog, key: str, reason: str, now: datetime) -> None:
    """Tell the log that a key signs nothing any more. Raises Unavailable."""
    _append(log, KEYS, LogKeyRetired(key=key, reason=reason), now)


def last_sealed(log: EventLog) -> Recorded | None:
    """Return the event by which heads were sealed last."""
    version = log.versions([HEADS])[HEADS]
    return log.stream(HEADS, version - 1)[0] if version else None


def _append(log: EventLog, stream: str, event: Event, now: datetime) -> bool:
    """Append to a stream as it stands; False where somebody was faster."""
    version, command = log.versions([stream])[stream], new_id()
    fact = Fact(event=event, meta=Meta(event_id=new_id(), occurred_at=now, actor=_ACTOR, command_id=command))
    try:
        log.append(Append(command, event.TYPE, (Write(stream, version, (fact,)),)))
    except Conflict:
        return False
    return True
