"""All settings, and the only reader of the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from domain.kernel import Value


class BadSetting(ValueError):
    """A setting that cannot be used; the message names the variable, not its value."""


class Settings(Value):
    """What can be configured; the README has the table."""

    home: Path
    """Where the embedded PostgreSQL, the documents and the keys live."""
    database_url: str = ""
    """A real server; empty: the embedded one."""
    host: str = "127.0.0.1"
    port: int = 8000
    readers: int = 16
    """Connections for reading, per process."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises BadSetting."""
    home = environment.get("ANJUAN_HOME") or str(_default_home(environment))
    return Settings(
        home=Path(home).expanduser().absolute(),
        database_url=_server(environment),
        host=environment.get("ANJUAN_HOST") or "127.0.0.1",
        port=_number(environment, "ANJUAN_PORT", 8000),
        readers=_number(environment, "ANJUAN_READERS", 16),
    )


def child_environment(settings: Settings, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a child process that shall have the same settings."""
    return {
        **environment,
        "ANJUAN_HOME": str(settings.home),
        "ANJUAN_DATABASE_URL": settings.database_url,
        "ANJUAN_HOST": settings.host,
        "ANJUAN_PORT": str(settings.port),
        "ANJUAN_READERS": str(settings.readers),
    }


def _default_home(environment: Mapping[str, str]) -> Path:
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "anjuan"


def _server(environment: Mapping[str, str]) -> str:
    """The parser's own fault repeats parts of the text, which may be a password: it goes no further."""
    text = environment.get("ANJUAN_DATABASE_URL", "")
    try:
        conninfo_to_dict(text)
    except (psycopg.Error, UnicodeError):
        raise BadSetting("ANJUAN_DATABASE_URL") from None
    return text


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if text and not (text.isdigit() and 0 < int(text) < 2**16):
        raise BadSetting(name)
    return int(text) if text else default
