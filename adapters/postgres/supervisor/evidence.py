"""What the kernel says about a server: more than a pid in a file, which proves nothing."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.supervisor.failures import PostgresFailed
from adapters.postgres.supervisor.place import Place, try_lock

_PROC = Path("/proc")
_ORPHANS_QUIT_AFTER = 1.0
_ORPHANS_KILLED_AFTER = 8.0
_ORPHANS_GIVEN_UP_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class PidFile:
    """`postmaster.pid` as PostgreSQL 18 writes it (`src/include/utils/pidfile.h`)."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """None while there is none, or while the server is still writing it."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return PidFile(
            pid=int(lines[0]),
            port=int(lines[3]),
            socket_dir=Path(lines[4]),
            ready=len(lines) > 7 and lines[7].strip() == "ready",  # noqa: PLR2004 - its line 8
        )
    except (FileNotFoundError, IndexError, ValueError):
        return None


def works_in(pid: int, data: Path) -> bool:
    """Whether the process is a living `postgres` whose working directory is this data directory.

    A zombie has no working directory, and a foreign program has another one.
    """
    try:
        return (_PROC / str(pid) / "cwd").samefile(data) and _is_postgres(pid)
    except OSError:
        return False


def claim_data(place: Place, progress: Callable[[str], None]) -> int:
    """The server lock, once no process of an earlier server is left; the stale pid file goes.

    Raises:
        PostgresFailed: a server that is not ours, or that we cannot end, uses the data.
    """
    began = time.monotonic()
    while (lock := try_lock(place.server_lock)) is None:
        waited = time.monotonic() - began
        _end_orphans(place.server_lock, waited)
        if waited > _ORPHANS_GIVEN_UP_AFTER:
            raise PostgresFailed("postgres.data_in_use", str(place.data))
        progress("等待上一个数据库进程结束 Waiting for the last server's processes to end")
        time.sleep(0.05)
    stranger = next((pid for pid in _pids() if works_in(pid, place.data)), None)
    if stranger is not None:
        os.close(lock)
        raise PostgresFailed("postgres.data_in_use", f"pid {stranger}: {place.data}")
    # Nobody works here: a pid in the file is a stranger's by now, but PostgreSQL would believe it.
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    return lock


def _end_orphans(lock: Path, waited: float) -> None:
    """Hurry those who still hold the lock: a backend in a long query notices nothing by itself."""
    if waited < _ORPHANS_QUIT_AFTER:
        return
    number = signal.SIGKILL if waited > _ORPHANS_KILLED_AFTER else signal.SIGQUIT
    for pid in _pids():
        if pid != os.getpid() and _holds(pid, lock):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _is_postgres(pid: int) -> bool:
    # The kernel adds " (deleted)" when the binary has been replaced by an upgrade.
    program = (_PROC / str(pid) / "exe").readlink().name
    return program.removesuffix(" (deleted)") in {"postgres", "initdb"}


def _holds(pid: int, lock: Path) -> bool:
    """Whether it is one of our server's: nothing else ever inherits the lock file."""
    try:
        handles = list((_PROC / str(pid) / "fd").iterdir())
        return any(handle.samefile(lock) for handle in handles) and _is_postgres(pid)
    except OSError:
        return False


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
