"""Where the embedded server keeps its things, and the two locks that say who runs it."""

import fcntl
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.supervisor.account import Account
from adapters.postgres.supervisor.failures import PostgresFailed

_LOGS_KEPT = 3
# A socket's path has 107 bytes at most (unix(7)), so it cannot live under a home of any length.
# Not TMPDIR either, which may be long as well.
_SOCKETS = Path("/tmp")  # noqa: S108 - the folder made in it is private and its name is random
_SOCKET_PREFIX = "anjuan-pg-"


@dataclass(frozen=True, slots=True)
class Place:
    """The folder `postgres` in a data home."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def owner_lock(self) -> Path:
        """Held by the process that supervises the server."""
        return self.root / "owner.lock"

    @property
    def server_lock(self) -> Path:
        """Inherited, and so held, by every process of the server: free means nobody is left."""
        return self.root / "server.lock"

    @property
    def sockets(self) -> Path:
        """A link to the folder of the last server's socket."""
        return self.root / "sockets"

    @property
    def log(self) -> Path:
        return self.root / "log" / "server.log"


def prepare(home: Path) -> Place:
    """Make the folders that are missing, 0700; the modes of those that exist are never changed.

    Raises:
        PostgresFailed: a folder cannot be made.
    """
    place = Place(home.absolute() / "postgres")
    try:
        home.absolute().parent.mkdir(parents=True, exist_ok=True)
        for folder in (home, place.root, place.log.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PostgresFailed("postgres.home_unusable", str(error)) from error
    return place


def try_lock(path: Path) -> int | None:
    """An open, locked file, or None when another process holds the lock.

    Raises:
        PostgresFailed: the file cannot be opened.
    """
    handle = _open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def open_log(path: Path) -> int:
    """A fresh log; the ones before it move up, and the oldest goes.

    Raises:
        PostgresFailed: the file cannot be opened.
    """
    for number in range(_LOGS_KEPT - 1, 0, -1):
        older = _numbered(path, number - 1)
        if older.exists():
            older.replace(_numbered(path, number))
    return _open(path, os.O_WRONLY | os.O_APPEND)


def tail(path: Path, lines: int = 12) -> Sequence[str]:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return text.splitlines()[-lines:]


def make_socket_dir(place: Place, account: Account | None) -> Path:
    """A private folder with a short path, which only the server's account and root can enter.

    The link to it outlives a kill -9, so that the next start removes what the last one left.
    """
    if place.sockets.is_symlink():
        remove_socket_dir(place.sockets.readlink())
        place.sockets.unlink()
    folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=_SOCKETS))
    place.sockets.symlink_to(folder)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def remove_socket_dir(folder: Path) -> None:
    """Remove one that is ours by its name; whatever else may be in it stays, and so does it."""
    if folder.parent != _SOCKETS or not folder.name.startswith(_SOCKET_PREFIX):
        return
    with suppress(OSError):
        for leftover in folder.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)
        folder.rmdir()


def _numbered(path: Path, number: int) -> Path:
    return path if number == 0 else path.with_name(f"{path.name}.{number}")


def _open(path: Path, flags: int) -> int:
    try:
        handle = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise PostgresFailed("postgres.home_unusable", str(error)) from error
    if os.geteuid() == 0:
        # Root in another user's home: that user must be able to go on without root.
        owner = path.parent.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle
