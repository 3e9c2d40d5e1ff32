"""All settings, and the only reader of the environment."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.kafka.connection import MECHANISMS, SECURITIES, KafkaSettings
from adapters.vault.suites import SUITES, USUAL
from domain.kernel import Value


class BadSetting(ValueError):
    """A setting that cannot be used; the message names the variable, not its value."""


class Settings(Value):
    """What can be configured; the README has the table."""

    home: Path
    """Where the embedded PostgreSQL, the documents and the keys live."""
    database_url: str = ""
    """A real server; empty: the embedded one."""
    vault_url: str = ""
    """The vault's database; empty: a second one on the log's server, named after it with ``_vault``."""
    keks: str = ""
    """Key-encryption keys, ``kek-1:hex,kek-2:hex``; empty: the files in ``home/keks``."""
    suite: str = USUAL
    """What new data keys seal with: ``aes-256-gcm`` or ``sm4-gcm``."""
    reads_days: int = 1_095
    """So long who has read what is kept: three years at least (《个人信息保护法》第五十六条)."""
    host: str = "127.0.0.1"
    port: int = 8000
    readers: int = 16
    """Connections for reading, per process."""
    kafka: KafkaSettings = KafkaSettings()
    """The broker that feeds go to; none named: feeds over HTTP alone."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises BadSetting."""
    home = environment.get("ANJUAN_HOME") or str(_default_home(environment))
    return Settings(
        home=Path(home).expanduser().absolute(),
        database_url=_server(environment, "ANJUAN_DATABASE_URL"),
        vault_url=_server(environment, "ANJUAN_VAULT_URL"),
        keks=environment.get("ANJUAN_KEKS", ""),
        suite=_one_of(environment, "ANJUAN_SUITE", SUITES, USUAL),
        host=environment.get("ANJUAN_HOST") or "127.0.0.1",
        port=_number(environment, "ANJUAN_PORT", 8000),
        reads_days=_number(environment, "ANJUAN_READS_DAYS", 1_095),
        readers=_number(environment, "ANJUAN_READERS", 16),
        kafka=_kafka(environment),
    )


def child_environment(settings: Settings, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a child process that shall have the same settings."""
    return {
        **environment,
        "ANJUAN_HOME": str(settings.home),
        "ANJUAN_DATABASE_URL": settings.database_url,
        "ANJUAN_VAULT_URL": settings.vault_url,
        "ANJUAN_KEKS": settings.keks,
        "ANJUAN_SUITE": settings.suite,
        "ANJUAN_HOST": settings.host,
        "ANJUAN_PORT": str(settings.port),
        "ANJUAN_READERS": str(settings.readers),
        "ANJUAN_READS_DAYS": str(settings.reads_days),
        "ANJUAN_KAFKA": settings.kafka.servers,
        "ANJUAN_KAFKA_SECURITY": settings.kafka.security,
        "ANJUAN_KAFKA_MECHANISM": settings.kafka.mechanism,
        "ANJUAN_KAFKA_USER": settings.kafka.user,
        "ANJUAN_KAFKA_PASSWORD": settings.kafka.password,
        "ANJUAN_KAFKA_CA": settings.kafka.ca,
        "ANJUAN_KAFKA_PREFIX": settings.kafka.prefix,
    }


def _default_home(environment: Mapping[str, str]) -> Path:
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "anjuan"


def _kafka(environment: Mapping[str, str]) -> KafkaSettings:
    return KafkaSettings(
        servers=environment.get("ANJUAN_KAFKA", ""),
        security=_one_of(environment, "ANJUAN_KAFKA_SECURITY", SECURITIES, "PLAINTEXT"),
        mechanism=_one_of(environment, "ANJUAN_KAFKA_MECHANISM", MECHANISMS, "SCRAM-SHA-512"),
        user=environment.get("ANJUAN_KAFKA_USER", ""),
        password=environment.get("ANJUAN_KAFKA_PASSWORD", ""),
        ca=environment.get("ANJUAN_KAFKA_CA", ""),
        prefix=environment.get("ANJUAN_KAFKA_PREFIX") or "anjuan",
    )


def _one_of(environment: Mapping[str, str], name: str, known: Collection[str], usual: str) -> str:
    text = environment.get(name) or usual
    if text not in known:
        raise BadSetting(name)
    return text


def _server(environment: Mapping[str, str], name: str) -> str:
    """The parser's own fault repeats parts of the text, which may be a password: it goes no further."""
    text = environment.get(name, "")
    try:
        conninfo_to_dict(text)
    except (psycopg.Error, UnicodeError):
        raise BadSetting(name) from None
    return text


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if text and not (text.isdigit() and 0 < int(text) < 2**16):
        raise BadSetting(name)
    return int(text) if text else default
