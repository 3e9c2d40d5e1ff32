"""What is around a message's data, as JSON Schema: attributes of CloudEvents over HTTP, headers on Kafka."""

from typing import Any

from adapters.feeds.messages import CONTENT_TYPE, header_of

KEY = "subject"
"""The attribute that is the key on Kafka: all messages of a case stand in one partition, in order."""


def both(zh: str, en: str) -> str:
    """Return a text in both languages."""
    return f"{zh} / {en}"


def _text(zh: str, en: str, **more: str) -> dict[str, Any]:
    return {"type": "string", "description": both(zh, en), **more}


_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "specversion": _text("CloudEvents 版本", "the version of CloudEvents", const="1.0"),
    "id": _text("事件编号，去重用", "the event's id: the same again is the same event"),
    "source": _text("日志的来源", "the log that it comes from"),
    "type": _text("事件类型", "the type of the event"),
    "subject": _text("案卷编号，即 Kafka 的键", "the id of the case; on Kafka the key"),
    "time": _text("发生时间", "when it happened", format="date-time"),
    "datacontenttype": _text("数据格式", "the format of the data", const=CONTENT_TYPE),
    "dataschema": _text("数据的 JSON Schema 地址", "where the JSON Schema of the data is"),
    "sequence": _text("案卷内的顺序", "its place in the case, to be compared as text", pattern="^[0-9]{10}$"),
    "position": _text("日志中的位置，即游标", "its place in the log; over HTTP the cursor", pattern="^[0-9]+$"),
    "record": _text(
        "日志记录的 SHA-256，供核验", "SHA-256 of the log's record, for who checks it", pattern="^[0-9a-f]{64}$"
    ),
    "traceparent": _text(
        "W3C 跟踪上下文", "W3C trace context: what was caused together", pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-01$"
    ),
}


def attributes_schema() -> dict[str, Any]:
    """Return the shape of the attributes that every message has."""
    return _all_of(_ATTRIBUTES)


def headers_schema(event_type: str, dataschema: str) -> dict[str, Any]:
    """Return the shape of a message's headers on Kafka. There are no others of ours; a broker may add some."""
    known = _told(event_type, dataschema)
    return _all_of({header_of(name): shape for name, shape in known.items()})


def cloudevent_schema(event_type: str, dataschema: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the shape of a whole message over HTTP (structured mode)."""
    whole = _all_of({**_told(event_type, dataschema), "data": data})
    return {**whole, "additionalProperties": False}


def _told(event_type: str, dataschema: str) -> dict[str, dict[str, Any]]:
    typed = {**_ATTRIBUTES["type"], "const": event_type}
    return {**_ATTRIBUTES, "type": typed, "dataschema": {**_ATTRIBUTES["dataschema"], "const": dataschema}}


def _all_of(properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}
