"""Rebuilds all views of streams and swaps them in: ``URL [STAGE SIGNAL]``. Says ``done`` at the end.

At the stage it says ``there`` and sends itself the signal: ``filling``, ``indexing``, ``comparing``, ``catching up``,
``copying`` (an event within the swap, for which it waits until a line has come in), ``swapping`` (within the swap, the
tables moved), ``swapped``.
"""

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from msgspec.structs import replace

from adapters.projector import filling, rebuild, sessions, swapping
from adapters.projector.asides import Aside
from projections.registry import VIEWS
from tests.support.processes import say

CHUNKS = 3
# What is called just before the stage ends.
_CALLS = {
    "comparing": (rebuild, "compare"),
    "catching up": (rebuild, "_catch_up"),
    "swapping": (swapping, "checkpoints_at"),
    "swapped": (rebuild, "swap"),
}
Call = Callable[..., Any]


class Signalled:
    """Sends a signal to this process, once."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.due = True

    def come(self) -> None:
        if self.due:
            self.due = False
            say("there")
            os.kill(os.getpid(), self._number)


def before(call: Call, then: Callable[[], None]) -> Call:
    """The call, and then something else."""

    def called(*args: Any) -> Any:  # noqa: ANN401  (passed on)
        done = call(*args)
        then()
        return done

    return called


def put(module: ModuleType, name: str, then: Callable[[], None]) -> None:
    """Let the module's function do something else afterwards."""
    setattr(module, name, before(getattr(module, name), then))


def copy_in_the_swap(signalled: Signalled) -> None:
    """Wait for events after the last look at the log; stop while one of them is copied."""
    signalled.due = False

    def arm() -> None:
        say("caught up")
        sys.stdin.readline()
        signalled.due = True

    put(*_CALLS["catching up"], arm)
    (table,) = VIEWS["history"].tables
    dumping = replace(table, dump=before(table.dump, signalled.come))
    VIEWS["history"] = replace(VIEWS["history"], tables=(dumping,))


def main(url: str, stage: str = "", number: str = "0") -> None:
    filling.CHUNK_EVENTS = 60
    signalled = Signalled(int(number))
    if stage in _CALLS:
        put(*_CALLS[stage], signalled.come)
    elif stage == "copying":
        copy_in_the_swap(signalled)
    seen: list[str] = []

    def progress(aside: Aside) -> None:
        seen.append(aside.stage)
        if stage == aside.stage and seen.count(aside.stage) == CHUNKS:
            signalled.come()

    with sessions.session(lambda: url) as (connection, name):
        rebuild.rebuild(connection, [view for view in VIEWS.values() if view.by_stream], name, progress)
    say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
