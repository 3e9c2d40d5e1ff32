"""The AsyncAPI document of a department: valid by the official schema, closed in itself, and true of real messages."""

import json
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from adapters.feeds.asyncapi import Around, document, is_described
from adapters.feeds.asyncapi_inbox import kinds_of, signal_schema
from adapters.feeds.files import shipped_contracts
from adapters.feeds.messages import headers
from adapters.http.feeds import FeedQuery
from adapters.kafka.connection import KafkaSettings
from adapters.web.texts import load_texts
from domain.errors import Refused
from domain.feeds.contract import Contract, Delivered
from domain.signals.kinds import DEPARTMENTS, KINDS
from domain.signals.receiving import SignalIn, check_signal
from tests.contract.test_golden_messages import every, golden
from tests.support.asyncapi import official
from tests.support.feed_messages import SOURCE, message
from tests.support.signals import RECEIVED, signal

CONTRACTS = {contract.department: replace(contract, version=1) for contract in shipped_contracts()}
OPEN = KafkaSettings()
BROKERS = KafkaSettings(servers="kafka-1:9092,kafka-2:9092", security="SASL_SSL", mechanism="SCRAM-SHA-256")
departments = pytest.mark.parametrize("department", sorted(DEPARTMENTS))


def told(department: str, kafka: KafkaSettings = OPEN, **changed: Any) -> dict[str, Any]:  # noqa: ANN401  (of a contract)
    contract = CONTRACTS.get(department)
    made = document(department, replace(contract, **changed) if contract else None, Around(kafka, load_texts()))
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def parts(part: Any) -> Any:  # noqa: ANN401  (any part of a document)
    """Every object in a document."""
    if isinstance(part, dict):
        yield part
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts(value)


def found_at(whole: dict[str, Any], reference: str) -> Any:  # noqa: ANN401  (any part of a document)
    assert reference.startswith("#/"), f"leads out of the document: {reference}"
    part: Any = whole
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def check(value: Any, whole: dict[str, Any], schema: dict[str, Any]) -> None:  # noqa: ANN401  (any JSON)
    """Validate by a schema that stands in the document, in AsyncAPI's dialect."""
    jsonschema.validate(value, {**schema, "components": whole["components"]}, jsonschema.Draft7Validator)


def payload(whole: dict[str, Any], name: str) -> dict[str, Any]:
    return {"allOf": [whole["components"]["messages"][name]["payload"]]}


@departments
@pytest.mark.parametrize("kafka", [OPEN, BROKERS], ids=["open", "named"])
def test_the_official_schema_accepts_it(department: str, kafka: KafkaSettings) -> None:
    assert [f"{error.json_path}: {error.message}" for error in official().iter_errors(told(department, kafka))] == []


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("info", "version"), 1),
        (("operations", "relayFeed", "action"), "publish"),
        (("channels", "feedOnKafka", "bindings", "kafka", "partitions"), 0),
        (("components", "messages", "case.confirmed", "payload"), 7),
        (("components", "securitySchemes", "kafka", "type"), "scram"),
    ],
)
def test_the_official_schema_refuses_what_is_wrong(place: tuple[str, ...], wrong: object) -> None:
    whole = told("yibao")
    *way, last = place
    found_at(whole, "#/" + "/".join(way))[last] = wrong
    assert not official().is_valid(whole)


@departments
def test_every_reference_leads_to_something_in_the_document(department: str) -> None:
    whole = told(department)
    references = [part["$ref"] for part in parts(whole) if isinstance(part.get("$ref"), str)]
    assert references
    assert all(found_at(whole, reference) for reference in references)


@departments
def test_an_operation_names_messages_of_its_channel(department: str) -> None:
    whole = told(department)
    for operation in whole["operations"].values():
        inside = operation["channel"]["$ref"] + "/messages/"
        assert operation["messages"]
        assert all(each["$ref"].startswith(inside) for each in operation["messages"])


@departments
def test_a_document_speaks_of_one_department_only(department: str) -> None:
    text = json.dumps(told(department))
    others = [name for name in DEPARTMENTS if name != department]
    assert [name for name in others if f".{name}" in text or f"/{name}" in text] == []


@every
def test_it_is_true_of_golden_messages_over_http(contract: Contract, delivered: Delivered) -> None:
    whole = told(contract.department)
    event = golden(contract, delivered)
    check(event, whole, payload(whole, f"{delivered.type}.cloudevent"))
    check([event, event], whole, payload(whole, "feed.page"))
    with pytest.raises(jsonschema.ValidationError):
        check([{**event, "more": 1}], whole, payload(whole, "feed.page"))


@every
def test_it_is_true_of_golden_messages_on_kafka(contract: Contract, delivered: Delivered) -> None:
    whole = told(contract.department)
    described = whole["components"]["messages"][delivered.type]
    check(golden(contract, delivered)["data"], whole, payload(whole, delivered.type))
    sent = {name: value.decode() for name, value in headers(message(contract, delivered), SOURCE.encode())}
    check(sent, whole, described["headers"])
    assert described["headers"]["properties"].keys() == sent.keys()
    for name in sent:
        with pytest.raises(jsonschema.ValidationError):
            check({key: value for key, value in sent.items() if key != name}, whole, described["headers"])
    assert described["correlationId"]["location"].partition("#/")[2] in sent


def test_personal_messages_are_marked() -> None:
    marks = {department: json.dumps(told(department)["components"]["messages"]) for department in ("yibao", "shenji")}
    assert ('{"name": "personal"}' in marks["yibao"], '{"name": "personal"}' in marks["shenji"]) == (True, False)


def test_only_the_ways_of_the_contract_are_told() -> None:
    kafka = {"feedOnKafka"}
    http = {"feedByCursor", "feedAsStream"}
    assert told("caizheng").get("channels", {}).keys() == kafka | http
    assert told("caizheng", manner=("kafka",))["channels"].keys() == kafka
    assert told("caizheng", manner=("http",))["channels"].keys() == http
    assert told("sifa")["channels"].keys() == {"inboxOnKafka", "inboxOverHttp"}


def test_the_same_contract_gives_the_same_document_and_the_prefix_is_in_every_topic() -> None:
    assert json.dumps(told("yibao")) == json.dumps(told("yibao"))
    whole = told("gongan", KafkaSettings(prefix="city"))
    topics = [channel["address"] for name, channel in whole["channels"].items() if name.endswith("OnKafka")]
    assert topics == ["city.feed.gongan", "city.inbox.gongan"]


def test_servers_are_as_the_bureau_has_them() -> None:
    servers = told("yibao", BROKERS)["servers"]
    assert [servers[name]["host"] for name in ("kafka", "kafka-2")] == ["kafka-1:9092", "kafka-2:9092"]
    assert servers["kafka"]["protocol"] == "kafka-secure"
    assert told("yibao", BROKERS)["components"]["securitySchemes"]["kafka"]["type"] == "scramSha256"
    plain = told("yibao", KafkaSettings(servers="kafka:9092"))["servers"]["kafka"]
    assert (plain["protocol"], "security" in plain) == ("kafka", False)


def test_no_password_gets_into_a_document() -> None:
    settings = replace(BROKERS, user="relay-user", password="canary-password", ca="canary-file")  # noqa: S106  (a canary)
    text = json.dumps(told("yibao", settings))
    assert not [word for word in ("relay-user", "canary-password", "canary-file") if word in text]


def test_the_query_is_the_one_that_the_feed_takes() -> None:
    query = told("yibao")["operations"]["answerFeed"]["bindings"]["http"]["query"]["properties"]
    taken = FeedQuery.model_json_schema()["properties"]
    assert query.keys() == taken.keys()
    for name, shape in query.items():
        assert {key: shape[key] for key in ("minimum", "default")} == {
            key: taken[name][key] for key in ("minimum", "default")
        }
        assert "maximum" not in shape or shape["maximum"] == taken[name]["maximum"]


def test_there_is_a_document_for_every_department() -> None:
    assert [name for name in DEPARTMENTS if not is_described(name, CONTRACTS.get(name))] == []
    assert not is_described("caizheng", None)


# What departments send.

FACTS: dict[str, dict[str, Any]] = {
    "death": {"hukou_cancelled": True},
    "custody": {"measure": "detained", "until": "2026-12-31"},
    "disability_issued": {"class": "visual", "grade": 1, "valid_until": "2030-01-01"},
    "disability_changed": {"class": "mental", "grade": 2},
    "disability_expired": {"valid_until": "2026-01-01"},
    "hukou_moved": {"moved_to": "3210"},
    "medical_bill": {"own_expense": 5_000_000},
    "employment": {"monthly_wage": 400_000, "since": "2026-07-01"},
    "property_hit": {"houses": 2},
}


def sent(given: SignalIn) -> dict[str, Any]:
    facts = {"facts": given.facts} if given.facts else {}
    day = given.happened_on.isoformat()
    plain = {name: getattr(given, name) for name in ("id", "kind", "name", "id_number", "division")}
    return {**plain, "happened_on": day, **facts}


def is_taken(given: SignalIn) -> bool:
    try:
        check_signal(KINDS[given.kind].sources[0], given, RECEIVED)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_signal_that_is_taken_is_as_described(kind: str) -> None:
    given = signal("d-1", kind, facts=FACTS[kind])
    assert is_taken(given)
    department = KINDS[kind].sources[0]
    assert kind in kinds_of(department)
    whole = told(department)
    check(sent(given), whole, payload(whole, f"signal.{kind}"))


@pytest.mark.parametrize(
    "given",
    [
        signal("-1", "death"),
        signal("x" * 101, "death"),
        signal("d", "death", name=""),
        signal("d", "death", division="3"),
        signal("d", "death", facts={"hukou_cancelled": "yes"}),
        signal("d", "death", facts={"grade": 1}),
        signal("d", "custody", facts={"measure": "other"}),
        signal("d", "hukou_moved", facts={"moved_to": "城西"}),
        signal("d", "medical_bill", facts={"own_expense": -1}),
        signal("d", "medical_bill", facts={"own_expense": 10**15 + 1}),
        signal("d", "property_hit", facts={"houses": 10_001}),
    ],
)
def test_a_signal_that_is_refused_for_its_shape_is_not_as_described(given: SignalIn) -> None:
    assert not is_taken(given)
    assert not jsonschema.Draft7Validator(signal_schema(given.kind)).is_valid(sent(given))
