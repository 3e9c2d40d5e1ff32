"""What a department may send, as AsyncAPI describes it: each kind of signal with the facts that it may carry."""

from typing import Any

import msgspec

from adapters.feeds.asyncapi_parts import Parts, channel, named, operation, over_http
from adapters.feeds.envelope import both
from adapters.kafka.topics import inbox_topic
from application.signals import Taken
from domain.signals.kinds import KINDS, Kind, Shape
from domain.signals.receiving import DIVISION_OR_NONE, MOST_COUNT, MOST_FEN, MOST_NAME, SHORT_CODE, SIGNAL_ID, SignalIn

_RECEIPT = "signal.receipt"
_TAGS = {"tags": [{"name": "inbox"}, {"name": "personal"}]}
_ID = both(
    "本部门的编号，同一信号永远相同，不得含公民身份号码",
    "the department's own id, for ever the same; no citizen's number",
)


def kinds_of(department: str) -> list[str]:
    """Return the kinds of signals that a department may send."""
    return [name for name, kind in KINDS.items() if department in kind.sources]


def inbox_parts(department: str, prefix: str, brokers: list[str]) -> Parts:
    """Return the inbox, on Kafka and over HTTP; nothing for a department that may send nothing."""
    kinds = kinds_of(department)
    if not kinds:
        return Parts()
    names = [_name(kind) for kind in kinds]
    topic, address = inbox_topic(prefix, department), f"/inbox/{department}/signals"
    on_kafka = channel(topic, ("本部门的报送主题", "the topic that the department writes to"), brokers, names)
    over = channel(address, ("HTTP 报送", "signals over HTTP, one or a list"), ["http"], [*names, _RECEIPT])
    reads = operation("receive", "inboxOnKafka", ("读取报送", "signals are taken in from Kafka"), names)
    takes = operation("receive", "inboxOverHttp", ("接收报送", "signals are taken in over HTTP"), names)
    where = {"$ref": "#/channels/inboxOverHttp"}
    reply = {"reply": {"channel": where, "messages": [{"$ref": f"{where['$ref']}/messages/{_RECEIPT}"}]}}
    return Parts(
        {"inboxOnKafka": on_kafka | _TAGS, "inboxOverHttp": over | _TAGS},
        {
            "receiveSignals": reads | _TAGS,
            "receiveSignalsOverHttp": takes | {"bindings": over_http("POST")} | reply | _TAGS,
        },
        {_name(kind): _message(kind) for kind in kinds} | {_RECEIPT: _receipt()},
        {_name(kind): signal_schema(kind) for kind in kinds} | {"Taken": _taken()},
    )


def signal_schema(kind: str) -> dict[str, Any]:
    """Return the shape of a signal of a kind."""
    known = KINDS[kind]
    shape = _shape_of(SignalIn)
    facts = {name: _fact(each) for name, each in known.facts.items()}
    narrowed: dict[str, dict[str, Any]] = {
        "id": {"pattern": f"^{SIGNAL_ID.pattern}$", "description": _ID},
        "kind": {"const": kind},
        "name": {"minLength": 1, "maxLength": MOST_NAME},
        "division": {"pattern": f"^(?:{DIVISION_OR_NONE.pattern})$"},
        "facts": {"properties": facts, "additionalProperties": False},
    }
    properties = {name: given | narrowed.get(name, {}) for name, given in shape["properties"].items()}
    return {**shape, "title": both(known.zh, known.en), "properties": properties}


def _name(kind: str) -> str:
    return f"signal.{kind}"


def _message(name: str) -> dict[str, Any]:
    kind: Kind = KINDS[name]
    about = {"name": _name(name), "title": both(kind.zh, kind.en), "contentType": "application/json"}
    return {**about, "payload": named("schemas", _name(name)), **_TAGS}


def _receipt() -> dict[str, Any]:
    one = named("schemas", "Taken")
    several = {"type": "object", "properties": {"signals": {"type": "array", "items": one}}, "required": ["signals"]}
    about = {"name": _RECEIPT, "title": both("回执", "what became of each signal"), "contentType": "application/json"}
    return {**about, "payload": {"oneOf": [one, several]}, "tags": [{"name": "inbox"}]}


def _taken() -> dict[str, Any]:
    return _shape_of(Taken)


def _shape_of(cls: type[msgspec.Struct]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([cls])
    shape: dict[str, Any] = components[cls.__name__]
    return shape


def _fact(shape: Shape | tuple[str, ...]) -> dict[str, Any]:
    match shape:
        case "flag":
            return {"type": "boolean"}
        case "fen" | "count":
            return {"type": "integer", "minimum": 0, "maximum": MOST_FEN if shape == "fen" else MOST_COUNT}
        case "date":
            return {"type": "string", "format": "date"}
        case "code":
            return {"type": "string", "pattern": f"^{SHORT_CODE.pattern}$"}
        case _:
            return {"enum": list(shape)}
