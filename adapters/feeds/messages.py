"""Messages: CloudEvents 1.0 of events, with nothing in them but what a contract allows (DESIGN §8)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from adapters.feeds.cases import CaseAbout, Told
from domain.feeds.contract import Contract, Delivered

CONTENT_TYPE = "application/json"
_CASE = "case-"
_encode = msgspec.json.encode


class Row(NamedTuple):
    """An event as it is stored."""

    position: int
    stream: str
    seq: int
    type: str
    state: bytes
    record: bytes
    recorded_at: datetime


class Message(NamedTuple):
    """One message. ``attributes``: CloudEvents attributes, without ``source``; ``data``: JSON."""

    position: int
    case_id: str
    division: str
    recorded_at: datetime
    attributes: dict[str, str]
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
        fields: list[Any] = [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in delivered.fields]
        data: Any = msgspec.defstruct("Allowed", fields, gc=False)
        state: Any = msgspec.defstruct("State", [("data", data), ("meta", _Meta)], gc=False)
        self._decode = msgspec.json.Decoder(state).decode
        self._schema = f"/feeds/{contract.department}/schemas/{contract.version}/{delivered.type}"

    def message(self, row: Row, about: CaseAbout) -> Message:
        """Return the message of an event."""
        state = self._decode(row.state)
        meta: _Meta = state.meta
        division = about.divisions(row.seq)[1]
        case_id = row.stream.removeprefix(_CASE)
        case = {"division": division, "id": case_id, "matter": about.matter, "number": about.number}
        parts = [b'{"case":', _encode(case), b',"event":', _encode(state.data)]
        if self.persons:
            parts += self._persons(about.persons(row.seq))
        parts.append(b"}")
        attributes = {
            "specversion": "1.0",
            "id": meta.event_id,
            "type": row.type,
            "subject": case_id,
            "time": meta.occurred_at,
            "datacontenttype": CONTENT_TYPE,
            "dataschema": self._schema,
            "sequence": f"{row.seq:010}",
            "position": str(row.position),
            "record": sha256(row.record).hexdigest(),
            "traceparent": traceparent(meta.correlation or meta.command_id, meta.event_id),
        }
        return Message(row.position, case_id, division, row.recorded_at, attributes, b"".join(parts))

    def _persons(self, persons: Sequence[Told]) -> Iterator[bytes]:
        told = (
            b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), each.values[name]) for name in names)
            for each in persons
            if (names := [name for name in self.persons if name in each.values])
        )
        proofs = (each.proofs[name] for each in persons for name in self.persons if name in each.proofs)
        yield b',"persons":[%b],"proofs":[%b]' % (b",".join(told), b",".join(proofs))


def traceparent(trace: str, span: str) -> str:
    """Return a W3C trace context made of our ids: the same event always has the same."""
    return f"00-{sha256(trace.encode()).hexdigest()[:32]}-{sha256(span.encode()).hexdigest()[:16]}-01"


def structured(message: Message, source: str) -> bytes:
    """Return the message as one JSON document (CloudEvents structured mode)."""
    return b'%b,"source":%b,"data":%b}' % (_encode(message.attributes)[:-1], _encode(source), message.data)


def headers(message: Message, source: str) -> list[tuple[str, bytes]]:
    """Return the message's headers on Kafka (CloudEvents binary mode)."""
    named = [(f"ce_{name}", value.encode()) for name, value in message.attributes.items() if name not in _PLAIN]
    plain = [(header, message.attributes[name].encode()) for name, header in _PLAIN.items()]
    return [*named, ("ce_source", source.encode()), *plain]


def header_of(attribute: str) -> str:
    """Return the header on Kafka that holds this attribute, for who describes messages."""
    return _PLAIN.get(attribute, f"ce_{attribute}")


_PLAIN = {"datacontenttype": "content-type", "traceparent": "traceparent"}
"""Attributes that have a header of their own name."""
