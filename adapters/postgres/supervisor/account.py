"""Whose processes the server's are: PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.supervisor.failures import PostgresFailed

# Neither Debian (Policy 9.2.2) nor systemd (UIDS-GIDS) hands out 60706 to 61183. Not `nobody`:
# other daemons run as nobody, and would own our data with us.
_PRIVATE_ID = 60917


@dataclass(frozen=True, slots=True)
class Account:
    """Ids that a child takes on before it becomes PostgreSQL."""

    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """The account to drop to, or None when we are not root; existing data keep their owner.

    Raises:
        PostgresFailed: root owns the data, which PostgreSQL never accepts.
    """
    if os.geteuid() != 0:
        return None
    if not data.exists():
        return Account(_PRIVATE_ID, _PRIVATE_ID)
    found = data.stat()
    if found.st_uid == 0:
        raise PostgresFailed("postgres.home_unusable", f"root: {data}")
    return Account(found.st_uid, found.st_gid)


def named_account(account: Account | None) -> Account | None:
    """The same, or nobody when it has no entry in the user database: initdb asks for a name."""
    if account is None:
        return None
    try:
        pwd.getpwuid(account.uid)
    except KeyError:
        return _nobody()
    return account


def give(directory: int, account: Account) -> None:
    """Give the directory behind an open handle, and all in it, to the account."""
    for _, folders, files, handle in os.fwalk(".", dir_fd=directory, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, account.uid, account.gid, dir_fd=handle, follow_symlinks=False)
    os.fchown(directory, account.uid, account.gid)


def _nobody() -> Account:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresFailed("postgres.init_failed", "nobody: no such account") from error
    return Account(found.pw_uid, found.pw_gid)
