"""Runs between fork and exec: gives up root, ties its life to the parent's, becomes the command.

Started by path in an isolated interpreter (`python -I -S`), in about 25 ms. A `preexec_fn` would run
Python in a forked copy of a process with threads, which can deadlock.

Arguments: uid, gid (-1: keep ours), pid of the parent, signal at its death, command …
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _drop_root(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def main(arguments: list[str]) -> None:
    """Never returns when all is well.

    Raises:
        OSError: an id cannot be taken on, or the command cannot be executed.
    """
    uid, gid, parent, death = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    os.umask(0o077)
    if uid >= 0:
        _drop_root(uid, gid)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    # After the change of ids, which clears it.
    _prctl(_PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        # The parent died before the line above: no signal will ever come.
        sys.exit(1)
    # Python ignores these two, and a program inherits what its parent ignores.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted here


if __name__ == "__main__":
    main(sys.argv[1:])
