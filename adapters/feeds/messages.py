"""Messages: CloudEvents 1.0 of events, with nothing in them but what a contract allows (DESIGN §8)."""

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from adapters.feeds.cases import CaseAbout
from domain.feeds.contract import PERSONAL, Contract, Delivered

CONTENT_TYPE = "application/json"
_CASE = len("case-")
_encode = msgspec.json.encode


class Row(NamedTuple):
    """An event as it is stored."""

    position: int
    stream: str
    seq: int
    type: str
    state: bytes
    record: bytes


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


class Message(NamedTuple):
    """One message. ``data``: JSON."""

    position: int
    case_id: str
    attributes: Attributes
    data: bytes


class _Meta(msgspec.Struct, gc=False):
    event_id: str
    occurred_at: str
    command_id: str
    correlation: str = ""


class Minimised:
    """One type of event under one contract: decodes nothing but what is allowed."""

    def __init__(self, contract: Contract, delivered: Delivered) -> None:
        """Make the decoder once, for many events."""
        self.contract = contract
        self.persons = contract.persons if delivered.persons else ()
        self.personal = not PERSONAL.isdisjoint(self.persons)
        """Whether it tells what is sealed."""
        fields: list[Any] = [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in delivered.fields]
        data: Any = msgspec.defstruct("Allowed", fields, gc=False)
        state: Any = msgspec.defstruct("State", [("data", data), ("meta", _Meta)], gc=False)
        self._decode = msgspec.json.Decoder(state).decode
        self._schema = f"/feeds/{contract.department}/schemas/{contract.version}/{delivered.type}"

    def message(self, row: Row, about: CaseAbout) -> Message:
        """Return the message of an event."""
        position, stream, seq, type_, state, record = row
        told = self._decode(state)
        meta: _Meta = told.meta
        case_id = stream[_CASE:]
        persons = about.told(seq, self.persons) if self.persons else b""
        attributes = Attributes(
            "1.0",
            meta.event_id,
            type_,
            case_id,
            meta.occurred_at,
            CONTENT_TYPE,
            self._schema,
            f"{seq:010}",
            str(position),
            sha256(record).hexdigest(),
            traceparent(meta.correlation or meta.command_id, meta.event_id),
        )
        data = b'{"case":%b,"event":%b%b}' % (about.case(case_id, seq), _encode(told.data), persons)
        return Message(position, case_id, attributes, data)


def traceparent(trace: str, span: str) -> str:
    """Return a W3C trace context made of our ids: the same event always has the same."""
    return f"00-{sha256(trace.encode()).hexdigest()[:32]}-{sha256(span.encode()).hexdigest()[:16]}-01"


def structured(message: Message, source: str) -> bytes:
    """Return the message as one JSON document (CloudEvents structured mode)."""
    return b'%b,"source":%b,"data":%b}' % (_encode(message.attributes)[:-1], _encode(source), message.data)


def headers(message: Message, source: bytes) -> list[tuple[str, bytes]]:
    """Return the message's headers on Kafka (CloudEvents binary mode)."""
    told = message.attributes
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", told.id.encode()),
        ("ce_type", told.type.encode()),
        ("ce_subject", told.subject.encode()),
        ("ce_time", told.time.encode()),
        ("ce_dataschema", told.dataschema.encode()),
        ("ce_sequence", told.sequence.encode()),
        ("ce_position", told.position.encode()),
        ("ce_record", told.record.encode()),
        ("ce_source", source),
        ("content-type", b"application/json"),
        ("traceparent", told.traceparent.encode()),
    ]


def header_of(attribute: str) -> str:
    """Return the header on Kafka that holds this attribute, for who describes messages."""
    return _PLAIN.get(attribute, f"ce_{attribute}")


_PLAIN = {"datacontenttype": "content-type", "traceparent": "traceparent"}
"""Attributes that have a header of their own name."""
