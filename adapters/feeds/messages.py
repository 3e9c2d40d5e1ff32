"""Messages: CloudEvents 1.0 of events, with nothing in them but what a contract allows (DESIGN §8)."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import msgspec

from adapters.feeds.cases import CaseAbout
from domain.feeds.contract import PERSONAL, Contract, Delivered

CONTENT_TYPE = "application/json"
_VERSION = "1.0"
_CASE = len("case-")
_encode = msgspec.json.encode


class Row(NamedTuple):
    """An event as it is stored. ``record``: the SHA-256 of its record, in hex."""

    position: int
    stream: str
    seq: int
    type: str
    state: bytes
    record: str


class Happened(msgspec.Struct, gc=False):
    """What messages of an event say to all departments alike: read once, and made once into what each is made of."""

    position: int
    seq: int
    case_id: str
    type: str
    id: str
    time: str
    record: str
    traceparent: str
    key: bytes
    fields: dict[str, msgspec.Raw]
    headers: tuple[tuple[str, bytes], ...] = ()
    told: dict[tuple[str, ...], bytes] = {}


class Message(NamedTuple):
    """One message. ``data``: JSON."""

    event: Happened
    dataschema: str
    data: bytes

    @property
    def position(self) -> int:
        """The event's place in the log."""
        return self.event.position

    @property
    def case_id(self) -> str:
        """The case that it is about."""
        return self.event.case_id


class _Meta(msgspec.Struct, gc=False):
    event_id: str
    occurred_at: str
    command_id: str
    correlation: str = ""


class _State(msgspec.Struct, gc=False):
    data: dict[str, msgspec.Raw]
    meta: _Meta


_decode = msgspec.json.Decoder(_State).decode


def happened(row: Row) -> Happened:
    """Return the event; its fields are left as they are stored."""
    position, stream, seq, type_, state, record = row
    told = _decode(state)
    meta = told.meta
    case_id = stream[_CASE:]
    trace = traceparent(meta.correlation or meta.command_id, record)
    known = (position, seq, case_id, type_, meta.event_id, meta.occurred_at, record, trace)
    return Happened(*known, case_id.encode(), told.data)


class Minimised:
    """One type of event under one contract: takes nothing but what is allowed."""

    def __init__(self, contract: Contract, delivered: Delivered) -> None:
        """Make it once, for many events."""
        self.contract = contract
        self.persons = contract.persons if delivered.persons else ()
        self.personal = not PERSONAL.isdisjoint(self.persons)
        """Whether it tells what is sealed."""
        self._fields = delivered.fields
        self._labels = tuple((name, b',"%b":' % name.encode()) for name in delivered.fields)
        self._schema = f"/feeds/{contract.department}/schemas/{contract.version}/{delivered.type}"

    def message(self, event: Happened, about: CaseAbout) -> Message:
        """Return the message of an event."""
        told = event.told.get(self._fields)
        if told is None:  # those who may see the same of an event share it
            told = event.told[self._fields] = self._event(event.fields)
        persons = about.told(event.seq, self.persons) if self.persons else b""
        case = about.case(event.case_id, event.seq)
        return Message(event, self._schema, b'{"case":%b,"event":{%b}%b}' % (case, told, persons))

    def _event(self, stored: dict[str, msgspec.Raw]) -> bytes:
        parts: list[bytes | msgspec.Raw] = []
        for name, label in self._labels:
            if name in stored:
                parts += label, stored[name]
        return b"".join(parts)[1:]  # without the first comma


def traceparent(trace: str, record: str) -> str:
    """Return a W3C trace context of what caused an event, and of its record: the same event always has the same."""
    return f"00-{sha256(trace.encode()).hexdigest()[:32]}-{record[:16]}-01"


class Attributes(msgspec.Struct, gc=False):
    """Attributes of CloudEvents, without ``source``."""

    specversion: str
    id: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    dataschema: str
    sequence: str
    position: str
    record: str
    traceparent: str


def structured(message: Message, source: str) -> bytes:
    """Return the message as one JSON document (CloudEvents structured mode)."""
    told = message.event
    attributes = Attributes(
        _VERSION,
        told.id,
        told.type,
        told.case_id,
        told.time,
        CONTENT_TYPE,
        message.dataschema,
        _sequence(told.seq),
        str(told.position),
        told.record,
        told.traceparent,
    )
    return b'%b,"source":%b,"data":%b}' % (_encode(attributes)[:-1], _encode(source), message.data)


def _sequence(seq: int) -> str:
    return f"{seq:010}"


def headers(message: Message, source: bytes) -> list[tuple[str, bytes]]:
    """Return the message's headers on Kafka (CloudEvents binary mode)."""
    told = message.event
    if not told.headers:
        told.headers = _headers_of(told)
    return [*_shared_headers(told.type, message.dataschema, source), *told.headers]


def _headers_of(told: Happened) -> tuple[tuple[str, bytes], ...]:
    return (
        ("ce_id", told.id.encode()),
        ("ce_subject", told.key),
        ("ce_time", told.time.encode()),
        ("ce_sequence", _sequence(told.seq).encode()),
        ("ce_position", str(told.position).encode()),
        ("ce_record", told.record.encode()),
        ("traceparent", told.traceparent.encode()),
    )


@lru_cache(maxsize=1_000)
def _shared_headers(event_type: str, dataschema: str, source: bytes) -> tuple[tuple[str, bytes], ...]:
    return (
        ("ce_specversion", _VERSION.encode()),
        ("ce_type", event_type.encode()),
        ("ce_dataschema", dataschema.encode()),
        ("ce_source", source),
        ("content-type", CONTENT_TYPE.encode()),
    )


def header_of(attribute: str) -> str:
    """Return the header on Kafka that holds this attribute, for who describes messages."""
    return _PLAIN.get(attribute, f"ce_{attribute}")


_PLAIN = {"datacontenttype": "content-type", "traceparent": "traceparent"}
"""Attributes that have a header of their own name."""
