"""Anjuan's own PostgreSQL: started on first use, shared by processes on one home, gone with us.

The reasons for its shape are in `docs/decisions/0003-embedded-postgresql.md`.
"""

import atexit
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from adapters.postgres.supervisor import binaries, cluster, evidence, place
from adapters.postgres.supervisor.account import server_account
from adapters.postgres.supervisor.child import Child, spawn, stop
from adapters.postgres.supervisor.failures import PostgresFailed

__all__ = ["EmbeddedServer", "PostgresFailed", "start"]

_DATABASE = "anjuan"
_SAY_EVERY = 3.0
# While it recovers, PostgreSQL logs its progress every 10 s (log_startup_progress_interval).
_SILENCE = 300.0
_OWNER_SILENCE = 60.0
_IN_ORDER = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
_AT_ONCE = ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 10.0))

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server that this process owns, or shares with the process that does."""

    socket_dir: Path
    port: int
    data: Path
    pid: int
    _child: Child | None = field(default=None, repr=False, compare=False)

    @property
    def owned(self) -> bool:
        """Whether the server ends with this process."""
        return self._child is not None

    @property
    def alive(self) -> bool:
        """Whether the server still works in its data directory."""
        ended = self._child is not None and self._child.ended.is_set()
        return not ended and evidence.works_in(self.pid, self.data)

    def url(self, database: str = _DATABASE, user: str = cluster.OWNER) -> str:
        """A libpq URI over the Unix socket."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={self.port}"

    def stop(self) -> None:
        """Shut down in order, and return when the server has ended; a shared server goes on."""
        if self._child is not None:
            atexit.unregister(self.stop)
            stop(self._child, _IN_ORDER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(home: Path, *, progress: Progress = lambda _: None) -> EmbeddedServer:
    """The server on `home/postgres`: the one that another process runs there, or else our own.

    Waits as long as the server makes progress, and tells `progress` about it every 3 s.

    Raises:
        PostgresFailed: with the last lines of the server's log.
    """
    tick = _paced(progress)
    here = place.prepare(home)
    began = time.monotonic()
    while (owner := place.try_lock(here.owner_lock)) is None:
        shared = _running(here)
        if shared is not None:
            return shared
        if time.monotonic() - began > _OWNER_SILENCE and not _any_server(here):
            raise PostgresFailed("postgres.owner_silent", str(here.root))
        tick("等待另一个进程启动数据库 Waiting for another process to start the database")
        time.sleep(0.05)
    server = _own(here, owner, tick)
    atexit.register(server.stop)
    return server


def _running(here: place.Place) -> EmbeddedServer | None:
    """The server of another process, when it is ready and answers."""
    found = evidence.read_pid_file(here.data)
    if found is None or not found.ready or not evidence.works_in(found.pid, here.data):
        return None
    server = EmbeddedServer(found.socket_dir, found.port, here.data, found.pid)
    try:
        _ensure_database(server)
    except psycopg.OperationalError:
        return None
    return server


def _any_server(here: place.Place) -> bool:
    found = evidence.read_pid_file(here.data)
    return found is not None and evidence.works_in(found.pid, here.data)


def _own(here: place.Place, owner: int, tick: Progress) -> EmbeddedServer:
    """Start a server, whose keeper holds the owner lock until it has ended."""
    with ExitStack() as held, ExitStack() as passed:
        held.callback(os.close, owner)
        site = _site(here, passed, tick)
        socket_dir = place.make_socket_dir(here, site.account)
        held.callback(place.remove_socket_dir, socket_dir)
        data = passed.enter_context(cluster.opened(here.data))
        launch = cluster.server_launch(site, data, socket_dir)
        child = spawn(launch, held.pop_all().close)
    server = EmbeddedServer(socket_dir, cluster.PORT, here.data, child.pid, child)
    try:
        _await_ready(here, child, tick)
        _ensure_database(server)
    except BaseException:
        stop(child, _AT_ONCE)
        raise
    return server


def _site(here: place.Place, passed: ExitStack, tick: Progress) -> cluster.Site:
    """Log, lock, programs and data directory: all that a server needs before it can run."""
    log = place.open_log(here.log)
    passed.callback(os.close, log)
    lock = evidence.claim_data(here, tick)
    passed.callback(os.close, lock)
    account = server_account(here.data)
    site = cluster.Site(here, binaries.find(account), account, log, lock)
    if not (here.data / "PG_VERSION").exists():
        cluster.initialise(site, tick)
    return site


def _await_ready(here: place.Place, child: Child, tick: Progress) -> None:
    size, heard = -1, time.monotonic()
    while not child.ended.wait(0.02):
        found = evidence.read_pid_file(here.data)
        if found is not None and found.pid == child.pid and found.ready:
            return
        if (grown := here.log.stat().st_size) != size:
            size, heard = grown, time.monotonic()
        if time.monotonic() - heard > _SILENCE:
            raise PostgresFailed("postgres.silent", log=place.tail(here.log))
        tick("等待数据库就绪 Waiting for the database to be ready")
    raise PostgresFailed("postgres.exited", log=place.tail(here.log))


def _ensure_database(server: EmbeddedServer) -> None:
    """Also the last proof that the server answers.

    Raises:
        psycopg.OperationalError: it does not.
    """
    url = server.url("postgres")
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        known = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(known, [_DATABASE]).rowcount:
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            # Another process was a moment faster.
            return


def _paced(progress: Progress) -> Progress:
    """The same, at most once in a while, and not for a start that takes no time at all."""
    last = time.monotonic() - _SAY_EVERY + 0.5

    def tick(message: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _SAY_EVERY:
            last = time.monotonic()
            progress(message)

    return tick
