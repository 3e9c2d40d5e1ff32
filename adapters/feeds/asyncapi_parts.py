"""Pieces that an AsyncAPI document is put together from. Pure."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from adapters.feeds.envelope import both
from adapters.kafka.connection import KafkaSettings

KAFKA_BINDING, HTTP_BINDING = "0.5.0", "0.3.0"
"""Versions of the bindings, of those that AsyncAPI 3.0.0 knows."""
_SCHEMES = {"SCRAM-SHA-256": "scramSha256", "SCRAM-SHA-512": "scramSha512"}
_ADDRESS = {"description": both("地址由民政局告知", "the address is told by the bureau")}


class Parts(NamedTuple):
    """What one way in or out adds to a document, by name."""

    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}


def together(parts: Iterable[Parts]) -> Parts:
    """Return all of it as one; the same name means the same thing wherever it stands."""
    whole = Parts({}, {}, {}, {})
    for part in parts:
        for known, more in zip(whole, part, strict=True):
            known.update(more)
    return whole


def named(kind: str, name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def channel(address: str, texts: tuple[str, str], servers: list[str], messages: Iterable[str]) -> dict[str, Any]:
    """Return a channel on these servers, with these messages."""
    return {
        "address": address,
        "title": both(*texts),
        "servers": [{"$ref": f"#/servers/{name}"} for name in servers],
        "messages": {name: named("messages", name) for name in messages},
    }


def operation(action: str, where: str, texts: tuple[str, str], messages: Iterable[str]) -> dict[str, Any]:
    """Return what the bureau does on a channel: ``send`` or ``receive``."""
    told = [{"$ref": f"#/channels/{where}/messages/{name}"} for name in messages]
    return {"action": action, "channel": {"$ref": f"#/channels/{where}"}, "title": both(*texts), "messages": told}


def over_http(method: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the binding of an operation over HTTP."""
    asked = {"query": query} if query else {}
    return {"http": {"method": method, **asked, "bindingVersion": HTTP_BINDING}}


def kafka_servers(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the brokers; where none is named yet, one whose address is left open, as secure as it should be."""
    if not kafka.servers:
        return {"kafka": _kafka_server("{broker}", "SASL_SSL") | {"variables": {"broker": _ADDRESS}}}
    hosts = kafka.servers.split(",")
    names = ["kafka", *(f"kafka-{number}" for number in range(2, len(hosts) + 1))]
    return {name: _kafka_server(host, kafka.security) for name, host in zip(names, hosts, strict=True)}


def http_server() -> dict[str, Any]:
    """Return the bureau's server; departments reach it over TLS."""
    return {
        "host": "{host}",
        "protocol": "https",
        "title": both("HTTP 接口", "HTTP"),
        "variables": {"host": _ADDRESS},
        "security": [named("securitySchemes", "department")],
    }


def security_schemes(kafka: KafkaSettings) -> dict[str, Any]:
    """Return how a department proves who it is."""
    user = both("每个部门一个 Kafka 用户，与部门同名", "one Kafka user for each department, called like it")
    token = both("部门令牌", "the department's token")
    return {
        "department": {"type": "http", "scheme": "bearer", "description": token},
        "kafka": {"type": _SCHEMES[kafka.mechanism], "description": user},
    }


def _kafka_server(host: str, security: str) -> dict[str, Any]:
    protocol = "kafka-secure" if security.endswith("SSL") else "kafka"
    signed = {"security": [named("securitySchemes", "kafka")]} if security.startswith("SASL") else {}
    return {"host": host, "protocol": protocol, "title": "Kafka", **signed}
