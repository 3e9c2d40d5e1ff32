"""A child process tied to this one: it cannot outlive us, not even a kill -9."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from adapters.postgres.supervisor.account import Account

_SHIM = Path(__file__).with_name("shim.py")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run, as whom, with which open files, and how it is told that we died."""

    command: Sequence[str]
    account: Account | None
    output: int
    inherit: Sequence[int]
    death_signal: signal.Signals = signal.SIGQUIT


@dataclass(slots=True)
class Child:
    """A running child; `returncode` is set once it has been reaped."""

    process: "subprocess.Popen[bytes]"
    parent: int = field(default_factory=os.getpid)
    ended: threading.Event = field(default_factory=threading.Event)
    reaping: threading.Lock = field(default_factory=threading.Lock)
    keeper: threading.Thread | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Signal the child, never a later process with the same pid."""
        with self.reaping:
            if not self.ended.is_set():
                os.kill(self.pid, number)


def spawn(launch: Launch, at_end: Callable[[], None] = lambda: None) -> Child:
    """Start the child in a thread of its own, which waits for it and then calls `at_end`.

    The thread matters: the kernel sends the death signal when the *thread* that forked ends, and
    the caller's thread may be a short-lived one.

    Raises:
        OSError: the interpreter cannot be started.
    """
    born: SimpleQueue[Child | OSError] = SimpleQueue()
    keeper = threading.Thread(target=_keep, args=(launch, born, at_end), name="postgres-keeper", daemon=True)
    keeper.start()
    outcome = born.get()
    if isinstance(outcome, OSError):
        raise outcome
    outcome.keeper = keeper
    return outcome


def stop(child: Child, patience: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds, until the child has ended."""
    if child.parent != os.getpid():
        # A forked copy of this process, at its exit: the child is not its own.
        return
    for number, seconds in patience:
        child.send(number)
        if child.ended.wait(seconds):
            break
    if child.keeper is not None:
        child.keeper.join()


def _keep(launch: Launch, born: "SimpleQueue[Child | OSError]", at_end: Callable[[], None]) -> None:
    try:
        child = Child(_popen(launch))
    except OSError as error:
        at_end()
        born.put(error)
        return
    born.put(child)
    # Wait without reaping: until `ended` is set, the pid is still the child's.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with child.reaping:
        child.process.wait()
        child.ended.set()
    at_end()


def _popen(launch: Launch) -> "subprocess.Popen[bytes]":
    account = launch.account or Account(-1, -1)
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments, no shell
        [
            *(sys.executable, "-I", "-S", str(_SHIM)),
            *(str(account.uid), str(account.gid)),
            *(str(os.getpid()), str(int(launch.death_signal))),
            *launch.command,
        ],
        stdin=subprocess.DEVNULL,
        stdout=launch.output,
        stderr=launch.output,
        pass_fds=launch.inherit,
        cwd="/",
        # Nothing of ours: PG* variables would change what the server does.
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        # A Ctrl-C at the terminal is ours to answer, not the server's.
        start_new_session=True,
    )
