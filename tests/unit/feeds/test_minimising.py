"""A field outside the list never leaves: every event against every contract."""

from hashlib import sha256
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eventstore.codec import encode_state
from adapters.feeds.cases import CaseAbout
from adapters.feeds.files import shipped_contracts
from adapters.feeds.messages import Minimised, Row, happened, headers, structured
from adapters.feeds.persons import Told
from adapters.feeds.schemas import message_schema
from domain.cases.events import CASE_EVENTS
from domain.feeds.contract import ATTRIBUTES, Contract, Delivered
from domain.feeds.scope import deliverable
from tests.support.samples import CONTRACT, SAMPLES, fact

CASE = {"number": "320903-1", "matter": "dibao", "division": "320903002202"}
TYPES = sorted(name for name in CASE_EVENTS if name in deliverable())
PERSON = Told({name: msgspec.json.encode(f"值-{name}") for name in ATTRIBUTES}, {})


def row_of(event_type: str) -> Row:
    return Row(7, "case-c-1", 3, event_type, encode_state(fact(SAMPLES[event_type])), sha256(b"record").hexdigest())


def case() -> CaseAbout:
    about = CaseAbout(**CASE)
    about.is_of(1, [PERSON])
    return about


def data_of(contract: Contract, delivered: Delivered) -> dict[str, Any]:
    message = Minimised(contract, delivered).message(happened(row_of(delivered.type)), case())
    decoded: dict[str, Any] = msgspec.json.decode(message.data)
    return decoded


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, Delivered]:
    """Any contract on any event: any fields that can be allowed, any attributes of persons."""
    event_type = draw(st.sampled_from(TYPES))
    fields = draw(st.lists(st.sampled_from(sorted(deliverable()[event_type]) or ["none"]), unique=True, max_size=9))
    fields = [name for name in fields if name in deliverable()[event_type]]
    persons = draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True))
    delivered = Delivered(event_type, tuple(fields), persons=bool(persons))
    changed = {**msgspec.structs.asdict(CONTRACT), "events": (delivered,), "persons": tuple(persons)}
    return Contract(**changed), delivered


@given(contracts())
def test_nothing_but_what_is_allowed_leaves(made: tuple[Contract, Delivered]) -> None:
    contract, delivered = made
    data = data_of(contract, delivered)
    assert data.keys() <= {"case", "event", "persons", "proofs"}
    assert data["case"] == {**CASE, "id": "c-1"}
    stored = msgspec.json.decode(row_of(delivered.type).state)["data"]
    assert data["event"] == {name: stored[name] for name in delivered.fields if name in stored}
    assert all(person.keys() <= set(contract.persons) for person in data.get("persons", []))
    jsonschema.validate(data, message_schema(contract, delivered.type) or {}, jsonschema.Draft202012Validator)


SHIPPED = [(contract, delivered) for contract in shipped_contracts() for delivered in contract.events]


@pytest.mark.parametrize(
    ("contract", "delivered"), SHIPPED, ids=[f"{contract.department}-{each.type}" for contract, each in SHIPPED]
)
def test_what_ships_delivers_what_it_lists_in_the_shape_that_it_tells(contract: Contract, delivered: Delivered) -> None:
    data = data_of(contract, delivered)
    stored = msgspec.json.decode(row_of(delivered.type).state)["data"]
    assert data["event"].keys() == set(delivered.fields) & stored.keys()
    assert data["event"], "an event of which nothing is told"
    jsonschema.validate(data, message_schema(contract, delivered.type) or {}, jsonschema.Draft202012Validator)


def test_a_schema_refuses_a_field_too_many() -> None:
    data = data_of(CONTRACT, CONTRACT.events[0])
    data["event"]["monthly_income"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, message_schema(CONTRACT, "case.confirmed") or {}, jsonschema.Draft202012Validator)


def test_both_modes_of_cloudevents_say_the_same() -> None:
    message = Minimised(CONTRACT, CONTRACT.events[0]).message(happened(row_of("case.confirmed")), case())
    whole = msgspec.json.decode(structured(message, "/logs/l"))
    told = {name.removeprefix("ce_"): value.decode() for name, value in headers(message, b"/logs/l")}
    told["datacontenttype"] = told.pop("content-type")
    assert msgspec.json.decode(message.data) == whole.pop("data")
    assert told == whole
    assert {"specversion", "id", "source", "type", "subject", "sequence", "dataschema", "traceparent"} <= whole.keys()
