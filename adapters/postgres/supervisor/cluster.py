"""The data directory and the settings of the embedded server."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.supervisor.account import Account, give, named_account
from adapters.postgres.supervisor.child import Launch, spawn, stop
from adapters.postgres.supervisor.failures import PostgresFailed
from adapters.postgres.supervisor.place import Place, tail

OWNER = "anjuan_owner"
PORT = 5432  # a number in the socket's file name; nothing listens on TCP

_INITDB = (
    f"--username={OWNER}",
    "--encoding=UTF8",
    # Built in: sorts the same on every machine, whatever its C library.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
)
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "anjuan",
    # Statements, their parameters and the texts of errors may hold personal values: none is logged.
    # `log` lies above `error` in a server's log; the caller gets the error all the same.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_destination": "stderr",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What a start has in its hands: programs, account, open log, held server lock."""

    place: Place
    binaries: Path
    account: Account | None
    log: int
    lock: int


def initialise(site: Site, tick: Callable[[str], None]) -> None:
    """Make the data directory beside its place and move it there when it is complete.

    Raises:
        PostgresFailed: initdb failed, or something else lies at the place.
    """
    place = site.place
    for leftover in place.root.glob("data.new-*"):
        shutil.rmtree(leftover)
    fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=place.root))
    _run_initdb(site, fresh, tick)
    try:
        fresh.rename(place.data)
    except OSError as error:
        raise PostgresFailed("postgres.home_unusable", str(error)) from error
    with opened(place.root) as folder:
        os.fsync(folder)


def server_launch(site: Site, data: int, socket_dir: Path) -> Launch:
    """The server on an open data directory; it inherits the lock and dies at once with us.

    SIGQUIT is an immediate shutdown: what was committed is in the write-ahead log.
    """
    settings = {**_SETTINGS, "unix_socket_directories": str(socket_dir)}
    options = (f"--{name.replace('_', '-')}={value}" for name, value in settings.items())
    program = str(site.binaries / "postgres")
    return Launch(
        [program, "-D", _reach(site.place.data, data, site.account), *options],
        site.account,
        site.log,
        (data, site.lock),
        signal.SIGQUIT,
    )


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """An open handle on the folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _reach(folder: Path, handle: int, account: Account | None) -> str:
    """How the child names the folder.

    Root's folders are closed to the account that we drop to. A handle opened by root is passed on
    instead: it opens this one folder, and no mode, owner or capability has to change.
    """
    return str(folder) if account is None else f"/proc/self/fd/{handle}"


def _run_initdb(site: Site, fresh: Path, tick: Callable[[str], None]) -> None:
    account = named_account(site.account)
    with opened(fresh) as handle:
        if account is not None:
            os.fchown(handle, account.uid, account.gid)
        program = str(site.binaries / "initdb")
        command = [program, "-D", _reach(fresh, handle, account), *_INITDB]
        child = spawn(Launch(command, account, site.log, (handle, site.lock), signal.SIGKILL))
        try:
            while not child.ended.wait(0.02):
                tick("正在初始化数据库 Initialising the database")
        finally:
            stop(child, ((signal.SIGKILL, 10.0),))
        if child.process.returncode != 0:
            raise PostgresFailed("postgres.init_failed", log=tail(site.place.log))
        if site.account is not None:
            give(handle, site.account)
