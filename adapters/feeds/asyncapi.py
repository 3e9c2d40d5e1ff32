"""AsyncAPI 3 documents: all that a machine of one department needs to know to read its feed and to send signals.

One document for each department, so that it learns nothing of what others are given. The application described is the
bureau's: it sends the feed and receives the signals. Pure: the same contract always gives the same document.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from adapters.feeds.asyncapi_inbox import inbox_parts, kinds_of
from adapters.feeds.asyncapi_messages import event_name, feed_messages, page_name
from adapters.feeds.asyncapi_parts import (
    KAFKA_BINDING,
    Parts,
    channel,
    http_server,
    kafka_servers,
    operation,
    over_http,
    security_schemes,
    together,
)
from adapters.feeds.envelope import both
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import feed_topic, wanted
from domain.feeds.contract import Contract
from domain.signals.kinds import DEPARTMENTS

VERSION = "3.0.0"
MOST_LIMIT, MOST_WAIT_SECONDS = 5_000, 60
_QUERY: dict[str, Any] = {
    "after": {"type": "integer", "minimum": 0, "default": 0, "description": both("游标", "the cursor")},
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_LIMIT,
        "default": 1_000,
        "description": both("最多查看的位置数", "at most so many positions of the log"),
    },
    "wait": {
        "type": "number",
        "minimum": 0,
        "maximum": MOST_WAIT_SECONDS,
        "default": 0,
        "description": both("无消息时最多等待的秒数", "seconds to wait when there is nothing yet"),
    },
}
_TAGS = {
    "feed": both("民政局提供", "what the bureau gives"),
    "inbox": both("部门报送", "what the department sends"),
    "personal": both("含个人信息", "with personal values"),
}


class Around(NamedTuple):
    """What a document says besides the contract. ``texts``: the table of words, ``event.TYPE`` -> zh, en."""

    kafka: KafkaSettings
    texts: Mapping[str, tuple[str, str]]


def is_described(department: str, contract: Contract | None) -> bool:
    """Tell whether there is anything to describe: a contract, or signals that the department may send."""
    return contract is not None or bool(kinds_of(department))


def document(department: str, contract: Contract | None, around: Around) -> dict[str, Any]:
    """Return the document of a department; ``contract``: None for one that only sends."""
    servers = {"http": http_server(), **kafka_servers(around.kafka)}
    brokers = [name for name in servers if name != "http"]
    ways = [*_feed_ways(contract, around, brokers)] if contract else []
    parts = together([*ways, inbox_parts(department, around.kafka.prefix, brokers)])
    return {
        "asyncapi": VERSION,
        "id": f"urn:anjuan:feed:{department}",
        "info": _info(department, contract),
        "defaultContentType": "application/json",
        "servers": servers,
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {
            "messages": parts.messages,
            "schemas": dict(sorted(parts.schemas.items())),
            "securitySchemes": security_schemes(around.kafka),
        },
    }


def _info(department: str, contract: Contract | None) -> dict[str, Any]:
    zh, en = DEPARTMENTS[department]
    tags = [{"name": name, "description": text} for name, text in _TAGS.items()]
    if contract is None:
        return {"title": both(f"{zh}：报送", f"{en}: signals"), "version": "0.0.0", "tags": tags}
    terms = ("basis", "scene", "matters", "divisions", "manner", "persons", "confirmed_only")
    span = {name: getattr(contract, name).isoformat() for name in ("valid_from", "valid_until")}
    until = both(f"有效期至 {span['valid_until']}", f"valid until {span['valid_until']}")
    return {
        "title": both(contract.title_zh, contract.title_en),
        "version": f"{contract.version}.0.0",
        "description": f"{contract.scene}。{until}。",
        "tags": tags,
        "x-contract": {name: getattr(contract, name) for name in terms} | span,
    }


def _feed_ways(contract: Contract, around: Around, brokers: list[str]) -> list[Parts]:
    words = {each.type: around.texts[f"event.{each.type}"] for each in contract.events}
    given = [feed_messages(contract, words)]
    if "kafka" in contract.manner:
        given.append(_on_kafka(contract, around.kafka.prefix, brokers))
    if "http" in contract.manner:
        given += [_by_cursor(contract), _as_stream(contract)]
    return given


def _on_kafka(contract: Contract, prefix: str, brokers: list[str]) -> Parts:
    types = [each.type for each in contract.events]
    name = feed_topic(prefix, contract.department)
    (topic,) = (each for each in wanted(prefix, [contract.department], 1) if each.name == name)
    binding = {
        "topic": name,
        "partitions": topic.partitions,
        "topicConfiguration": {"retention.ms": int(topic.settings["retention.ms"])},
        "bindingVersion": KAFKA_BINDING,
    }
    texts = "本部门主题，键为案卷编号", "the department's topic, by the id of the case"
    where = channel(name, texts, brokers, types)
    sends = operation("send", "feedOnKafka", ("向 Kafka 转发", "messages are relayed to Kafka"), types)
    tags = {"tags": [{"name": "feed"}]}
    return Parts({"feedOnKafka": where | {"bindings": {"kafka": binding}} | tags}, {"relayFeed": sends | tags})


def _by_cursor(contract: Contract) -> Parts:
    page = [page_name()]
    texts = "按游标取数", "messages after a cursor"
    where = channel(f"/feeds/{contract.department}", texts, ["http"], page)
    query = {"type": "object", "properties": _QUERY, "additionalProperties": False}
    tags = {"tags": [{"name": "feed"}]}
    sends = operation("send", "feedByCursor", texts, page) | {"bindings": over_http("GET", query)}
    return Parts({"feedByCursor": where | tags}, {"answerFeed": sends | tags})


def _as_stream(contract: Contract) -> Parts:
    events = [event_name(each.type) for each in contract.events]
    texts = "实时推送（SSE），自 Last-Event-ID 之后", "server-sent events, after Last-Event-ID"
    where = channel(f"/feeds/{contract.department}/stream", texts, ["http"], events)
    tags = {"tags": [{"name": "feed"}]}
    sends = operation("send", "feedAsStream", texts, events) | {"bindings": over_http("GET")}
    return Parts({"feedAsStream": where | tags}, {"streamFeed": sends | tags})
