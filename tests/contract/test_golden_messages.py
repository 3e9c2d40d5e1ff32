"""What a department is given stays as it was: one golden message per department and type, byte for byte."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from adapters.feeds.files import shipped_contracts
from adapters.feeds.released import differences, read_released
from adapters.feeds.schemas import message_schema
from domain.feeds.contract import Contract, Delivered
from tests.support.feed_messages import shipped, whole

GOLDEN = Path(__file__).parent / "golden_messages"
RELEASED = read_released()

every = pytest.mark.parametrize(
    ("contract", "delivered"), shipped(), ids=[f"{contract.department}-{each.type}" for contract, each in shipped()]
)


def file_of(contract: Contract, delivered: Delivered) -> Path:
    return GOLDEN / contract.department / f"{delivered.type}.json"


def golden(contract: Contract, delivered: Delivered) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file_of(contract, delivered).read_bytes())
    return read


_CLOSED = ("additionalProperties", False)


def as_readers_read(schema: Any) -> Any:  # noqa: ANN401  (any part of a schema)
    """The schema to somebody who passes over fields that are new."""
    if isinstance(schema, dict):
        return {key: as_readers_read(part) for key, part in schema.items() if (key, part) != _CLOSED}
    return [as_readers_read(part) for part in schema] if isinstance(schema, list) else schema


def check(document: Any, schema: dict[str, Any]) -> None:  # noqa: ANN401  (any JSON)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)


def test_every_message_has_a_golden_file_and_no_file_is_left_over() -> None:
    assert {file_of(contract, delivered) for contract, delivered in shipped()} == set(GOLDEN.rglob("*.json"))


@every
def test_the_bytes_of_today_are_the_bytes_that_departments_know(contract: Contract, delivered: Delivered) -> None:
    assert whole(contract, delivered) == file_of(contract, delivered).read_bytes()


@every
def test_a_golden_message_has_the_shape_that_is_told_today(contract: Contract, delivered: Delivered) -> None:
    check(golden(contract, delivered)["data"], message_schema(contract, delivered.type) or {})


@every
def test_a_golden_message_has_the_shape_that_was_released(contract: Contract, delivered: Delivered) -> None:
    message = golden(contract, delivered)
    feed = RELEASED[contract.department]
    check(message["data"], as_readers_read(feed.messages[delivered.type]))
    check(message, feed.attributes)
    assert message.keys() >= feed.attributes["properties"].keys() | {"data"}
    assert message[feed.key] == message["data"]["case"]["id"]


@every
def test_a_golden_message_proves_each_personal_value(contract: Contract, delivered: Delivered) -> None:
    data = golden(contract, delivered)["data"]
    proofs = {proof["path"]: proof for proof in data.get("proofs", [])}
    personal = [
        (f"/household/members/{at}/{name}", person[name])
        for at, person in enumerate(data.get("persons", []))
        for name in ("id_number", "name")
        if name in person
    ]
    assert [path for path, _ in personal] == [*proofs]
    for path, value in personal:
        disclosure = json.dumps([proofs[path]["salt"], path, value], ensure_ascii=False, separators=(",", ":"))
        assert sha256(disclosure.encode()).hexdigest() == proofs[path]["d"]


def test_a_message_without_a_field_that_was_released_is_refused() -> None:
    contract, delivered = next((each, event) for each, event in shipped() if event.type == "case.grant_stopped")
    data = golden(contract, delivered)["data"]
    del data["event"]["from_month"]
    with pytest.raises(jsonschema.ValidationError):
        check(data, as_readers_read(RELEASED[contract.department].messages[delivered.type]))


def test_what_ships_breaks_nobody_who_reads_what_was_released() -> None:
    assert [change for change in differences(shipped_contracts(), read_released()) if change.breaks] == []
