"""The messages of a feed as AsyncAPI describes them: on Kafka in binary mode, over HTTP in structured mode."""

from collections.abc import Mapping
from typing import Any

from adapters.feeds.asyncapi_parts import HTTP_BINDING, KAFKA_BINDING, Parts, named, together
from adapters.feeds.envelope import KEY, both, cloudevent_schema, headers_schema
from adapters.feeds.messages import CONTENT_TYPE, header_of
from adapters.feeds.schemas import message_schema
from domain.feeds.contract import PERSONAL, Contract, Delivered

Words = Mapping[str, tuple[str, str]]
"""Type of event -> what it is called, in Chinese and English."""

_DEFINITIONS, _COMPONENTS = "#/$defs/", "#/components/schemas/"
_CORRELATION = both("同一原因引起的事件有同一跟踪号", "what was caused together has the same trace")


def event_name(event_type: str) -> str:
    """Return the name of a whole CloudEvent; the event's type alone names its data, and its message on Kafka."""
    return f"{event_type}.cloudevent"


def page_name() -> str:
    """Return the name of the answer to who asks by cursor."""
    return "feed.page"


def feed_messages(contract: Contract, words: Words) -> Parts:
    """Return messages and schemas of all that the contract delivers, either way."""
    each = [_of_type(contract, delivered, words[delivered.type]) for delivered in contract.events]
    return together([*each, _page(contract)])


def _of_type(contract: Contract, delivered: Delivered, texts: tuple[str, str]) -> Parts:
    event_type, whole = delivered.type, event_name(delivered.type)
    schema = message_schema(contract, event_type) or {}
    address = schema["$id"]
    about = {"title": both(*texts), "tags": _tags(contract, delivered)}
    binary = {
        "name": event_type,
        **about,
        "contentType": CONTENT_TYPE,
        "headers": headers_schema(event_type, address),
        "payload": named("schemas", event_type),
        "correlationId": _correlation(f"$message.header#/{header_of('traceparent')}"),
        "bindings": {"kafka": {"key": _key(), "bindingVersion": KAFKA_BINDING}},
    }
    structured = {
        "name": whole,
        **about,
        "contentType": "application/cloudevents+json",
        "payload": named("schemas", whole),
        "correlationId": _correlation("$message.payload#/traceparent"),
    }
    data = named("schemas", event_type)
    shapes = {event_type: _moved(_plain(schema)), whole: cloudevent_schema(event_type, address, data)}
    return Parts(messages={event_type: binary, whole: structured}, schemas=shapes | _moved(schema["$defs"]))


def _page(contract: Contract) -> Parts:
    whole = [named("schemas", event_name(each.type)) for each in contract.events]
    cursor = {"type": "string", "pattern": "^[0-9]+$", "description": both("下一游标", "the next cursor")}
    headers = {"type": "object", "properties": {"Anjuan-Cursor": cursor}, "required": ["Anjuan-Cursor"]}
    message = {
        "name": page_name(),
        "title": both("一页消息", "a page of messages"),
        "tags": [{"name": "feed"}],
        "contentType": "application/cloudevents-batch+json",
        "headers": headers,
        "payload": {"type": "array", "items": {"oneOf": whole}},
        "bindings": {"http": {"statusCode": 200, "bindingVersion": HTTP_BINDING}},
    }
    return Parts(messages={page_name(): message})


def _tags(contract: Contract, delivered: Delivered) -> list[dict[str, str]]:
    personal = delivered.persons and not PERSONAL.isdisjoint(contract.persons)
    return [{"name": "feed"}, *([{"name": "personal"}] if personal else [])]


def _correlation(location: str) -> dict[str, str]:
    return {"location": location, "description": _CORRELATION}


def _key() -> dict[str, Any]:
    said = both(f"案卷编号，同 ce_{KEY}", f"the id of the case, as in ce_{KEY}")
    return {"type": "string", "description": said}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without what only a document of its own has: AsyncAPI's dialect is draft 7."""
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}


def _moved(part: Any) -> Any:  # noqa: ANN401 any part of a schema
    """Return it with references into the document's components."""
    match part:
        case {"$ref": str(reference)}:
            return {"$ref": reference.replace(_DEFINITIONS, _COMPONENTS)}
        case dict():
            return {key: _moved(value) for key, value in part.items()}
        case list():
            return [_moved(value) for value in part]
        case _:
            return part
