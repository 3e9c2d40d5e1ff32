"""JSON Schemas of messages: what a contract's ``data`` looks like, for consumers and for the compatibility check."""

from typing import Any

import msgspec

from domain.cases.events import CASE_EVENTS
from domain.feeds.contract import ATTRIBUTES, PERSONAL, Contract, Delivered

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}


def message_schema(contract: Contract, event_type: str) -> dict[str, Any] | None:
    """Return the schema of a message's data, None for an event that the contract does not deliver."""
    delivered = next((each for each in contract.events if each.type == event_type), None)
    return None if delivered is None else _schema(contract, delivered)


def _schema(contract: Contract, delivered: Delivered) -> dict[str, Any]:
    event, definitions = _event(delivered)
    case = dict.fromkeys(("division", "id", "matter", "number"), _TEXT)
    properties: dict[str, Any] = {"case": _object(case, sorted(case)), "event": event}
    if delivered.persons:
        told: dict[str, Any] = {name: _TEXT for name in ATTRIBUTES if name in contract.persons}
        properties["persons"] = {"type": "array", "items": _object(told, sorted(told.keys() - PERSONAL))}
        properties["proofs"] = {"type": "array", "items": _PROOF}
    return {
        "$schema": DIALECT,
        "$id": f"/feeds/{contract.department}/schemas/{contract.version}/{delivered.type}",
        **_object(properties, sorted(properties)),
        "$defs": definitions,
    }


def _event(delivered: Delivered) -> tuple[dict[str, Any], dict[str, Any]]:
    (_,), components = msgspec.json.schema_components([CASE_EVENTS[delivered.type]], ref_template="#/$defs/{name}")
    whole = components[CASE_EVENTS[delivered.type].__name__]
    allowed = {name: shape for name, shape in whole["properties"].items() if name in delivered.fields}
    needed = [name for name in whole.get("required", ()) if name in allowed]
    return _object(allowed, needed), _used(allowed, components)


def _used(shape: Any, components: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 any part of a schema
    """Return the components that a shape refers to, and those that they refer to."""
    found: dict[str, Any] = {}
    waiting = [shape]
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference)}:
                name = reference.rpartition("/")[2]
                if name not in found:
                    found[name] = components[name]
                    waiting.append(components[name])
            case dict(parts):
                waiting.extend(parts.values())
            case list(parts):
                waiting.extend(parts)
            case _:
                continue
    return dict(sorted(found.items()))


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, "required": required} if required else shape


_HEX = {"type": "string", "pattern": "^[0-9a-f]+$"}
_PROOF = _object(
    {"position": {"type": "integer"}, "path": _TEXT, "salt": _HEX, "d": _HEX, "alg": _TEXT},
    ["alg", "d", "path", "position", "salt"],
)
