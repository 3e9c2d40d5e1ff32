"""How Kafka is reached, in the words of both clients. TLS and SASL/SCRAM where the bureau's broker asks for them."""

from pathlib import Path
from typing import Any, Literal

from domain.errors import Refused, Unavailable
from domain.kernel import Value

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SECURITIES: tuple[Security, ...] = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512")

BLOCK_MS = 15_000
"""So long a call waits for a broker that does not answer."""


class KafkaSettings(Value):
    """``servers``: host:port, with commas between. ``ca``: file of the authority that signed the broker's key."""

    servers: str = ""
    security: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = ""
    ca: str = ""
    prefix: str = "anjuan"
    """What the names of topics, and of the relay, begin with: several logs may share a broker."""


class NoKafka(Refused):
    """No broker is named."""

    code = "NO_KAFKA"
    zh = "未设置 Kafka 地址（ANJUAN_KAFKA）"
    en = "No Kafka is named: set ANJUAN_KAFKA"


class KafkaDown(Unavailable):
    """No broker answers, or not as it must; to be tried again later."""

    code = "KAFKA_DOWN"
    zh = "Kafka 暂不可用"
    en = "Kafka is not available"


def options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the options of kafka-python's clients. Raises NoKafka."""
    if not settings.servers:
        raise NoKafka
    found: dict[str, Any] = {
        "bootstrap_servers": settings.servers.split(","),
        "bootstrap_timeout_ms": BLOCK_MS,
        "security_protocol": settings.security,
        "ssl_cafile": settings.ca or None,
        "retry_backoff_ms": 20,
        "reconnect_backoff_max_ms": 1_000,
    }
    if settings.security.startswith("SASL"):
        credentials = {"sasl_plain_username": settings.user, "sasl_plain_password": settings.password}
        found |= {"sasl_mechanism": settings.mechanism, **credentials}
    return found


def fast_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the same for confluent-kafka. Raises NoKafka."""
    if not settings.servers:
        raise NoKafka
    found: dict[str, Any] = {
        "bootstrap.servers": settings.servers,
        "security.protocol": settings.security,
        "log_level": 2,  # what matters, a call raises
        "socket.timeout.ms": BLOCK_MS,
    }
    if settings.ca:
        found["ssl.ca.location"] = str(Path(settings.ca).expanduser())
    if settings.security.startswith("SASL"):
        found |= {
            "sasl.mechanism": settings.mechanism,
            "sasl.username": settings.user,
            "sasl.password": settings.password,
        }
    return found
