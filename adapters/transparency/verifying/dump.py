"""Verifying a dump: its log and tree are restored into a server of their own, which is gone afterwards."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from adapters.postgres import embedded
from adapters.postgres.supervisor import binaries
from adapters.transparency.verifying.database import Unreadable
from adapters.transparency.verifying.findings import Verdict
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import Progress, verify_database

_PLAIN = (".sql",)
_PARTS = ("log", "tree", "reads")
_THERE = "SELECT to_regclass('log.head') IS NOT NULL AND to_regclass('tree.sizes') IS NOT NULL"
_QUIETLY = ("--no-owner", "--no-privileges")


def verify_dump(file: Path, trust: Trust, progress: Progress = lambda *_: None) -> Verdict:
    """Verify the log in a dump (custom, directory, tar or plain SQL). Raises Unreadable, PostgresFailed."""
    with _restored(file) as url, psycopg.connect(url, autocommit=True) as connection:
        return verify_database(connection, trust, progress)


@contextmanager
def _restored(file: Path) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="anjuan-verify-", ignore_cleanup_errors=True) as home,
        embedded.start(Path(home)) as server,
    ):
        url = server.url("postgres")
        if file.suffix not in _PLAIN:
            _make_schemas(url)
        # A dump names roles and schemas that are not here; whether the log came is seen by looking at it.
        subprocess.run(_command(file, url), capture_output=True, check=False)  # noqa: S603  PostgreSQL's own programs
        with psycopg.connect(url) as connection:
            if connection.execute(_THERE).fetchall() != [(True,)]:
                raise Unreadable(file.name)
        yield url


def _make_schemas(url: str) -> None:
    """pg_restore makes what is in a schema, not the schema."""
    with psycopg.connect(url, autocommit=True) as connection:
        for part in _PARTS:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(part)))


def _command(file: Path, url: str) -> list[str]:
    programs = binaries.find(None)
    if file.suffix in _PLAIN:
        return [str(programs / "psql"), "--quiet", f"--file={file}", url]
    return [
        str(programs / "pg_restore"),
        *(f"--schema={part}" for part in _PARTS),
        *_QUIETLY,
        f"--dbname={url}",
        str(file),
    ]
