"""Events to bytes and back. The only place that knows how an event, and a Personal field in it, is stored.

State bytes are canonical JSON: keys sorted, no spaces, UTF-8, integers and strings, no floats.
"""

from functools import cache
from typing import Any

import msgspec

from adapters.eventstore.event_types import EVENT_TYPES
from domain.kernel import Event, Fact, Meta

_encode = msgspec.json.Encoder(order="sorted").encode


class UnknownType(Exception):
    """A stored event whose type or schema this program does not know: it must stop, not guess."""


class _State(msgspec.Struct, gc=False):
    data: Event
    meta: Meta


def encode_state(fact: Fact) -> bytes:
    """Return the state bytes of an event and its surroundings, with its personal values in clear."""
    return _encode(_State(fact.event, fact.meta))


def encode_parts(event: Event, meta: Meta) -> bytes:
    """The same of the two parts; of an event with commitments, they are its state as the log stores it."""
    return _encode(_State(event, meta))


def decode_state(stored_type: str, schema: int, state: bytes) -> Fact:
    """Return the event and its surroundings. Raises UnknownType, or msgspec.DecodeError on bytes that are not ours."""
    stored = _decoder(stored_type, schema).decode(state)
    return Fact(event=stored.data, meta=stored.meta)


def decode_parts(stored_type: str, schema: int, state: bytes) -> tuple[Event, Meta]:
    """Like ``decode_state`` without the pair, for readers of many events."""
    stored = _decoder(stored_type, schema).decode(state)
    return stored.data, stored.meta


def decode_event(stored_type: str, schema: int, state: bytes) -> Event:
    """Return the event without its surroundings, which are passed over undecoded."""
    event: Event = _event_decoder(stored_type, schema).decode(state).data
    return event


@cache
def _decoder(stored_type: str, schema: int) -> "msgspec.json.Decoder[Any]":
    cls = _class_of(stored_type, schema)
    state: Any = msgspec.defstruct(f"State_{cls.__name__}", [("data", cls), ("meta", Meta)], gc=False)
    return msgspec.json.Decoder(state)


@cache
def _event_decoder(stored_type: str, schema: int) -> "msgspec.json.Decoder[Any]":
    cls = _class_of(stored_type, schema)
    state: Any = msgspec.defstruct(f"Data_{cls.__name__}", [("data", cls)], gc=False)
    return msgspec.json.Decoder(state)


def _class_of(stored_type: str, schema: int) -> type[Event]:
    cls = EVENT_TYPES.get(stored_type)
    if cls is None or schema != cls.SCHEMA:
        raise UnknownType(f"{stored_type} schema {schema}")
    return cls
