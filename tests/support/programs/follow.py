"""The projector as a service, until its input ends: ``URL MOST [MOMENT NUMBER TOKEN]``. ``MOST`` events to a step.

Says ``ready``, then each position reached. Once it has come to ``MOMENT`` that many times, and if no other process has
taken the file ``TOKEN`` yet, it names the file after itself and stops, as by SIGSTOP.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from adapters.projector import service, step, worker
from projections.registry import VIEWS
from tests.support.processes import input_end, say

Call = Callable[..., Any]
# What is called just before the moment, in adapters/projector/step.py.
_CALLS = {"before a transaction": "read_batch", "in a transaction": "fold_view", "before the commit": "renew"}
MOMENTS = ("between steps", "in a copy", *_CALLS)


class Stopper:
    """Counts how often the moment has come."""

    def __init__(self, number: int, token: Path) -> None:
        self._left = number
        self._token = token

    def come(self) -> None:
        self._left -= 1
        if self._left < 0:
            with suppress(FileNotFoundError):
                self._token.rename(f"{self._token}.{os.getpid()}")
                os.kill(os.getpid(), signal.SIGSTOP)

    def after(self, call: Call, counts: Callable[[Any], object]) -> Call:
        """The same call, at whose end the moment has come, if its result counts."""

        def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401  (passed on)
            done = call(*args, **given)
            if counts(done):
                self.come()
            return done

        return called


def stop_at(moment: str, stopper: Stopper) -> None:
    """Put the moment where it comes."""
    if moment in _CALLS:
        called = stopper.after(getattr(step, _CALLS[moment]), lambda done: getattr(done, "events", True))
        setattr(step, _CALLS[moment], called)
    elif moment == "in a copy":
        first, table = VIEWS["duties"].tables  # those of the dashboard, which all ranges count in, are written by then
        dumping = replace(table, dump=stopper.after(table.dump, lambda _: True))
        VIEWS["duties"] = replace(VIEWS["duties"], tables=(first, dumping))


def main(url: str, most: int, moment: str = "", number: str = "0", token: str = "") -> None:
    worker.MOST_EVENTS = worker.FIRST_EVENTS = most
    stop = threading.Event()
    threading.Thread(target=input_end, args=(stop,), daemon=True).start()
    stopper = Stopper(int(number), Path(token))
    stop_at(moment, stopper)

    def progress(done: step.Step) -> None:
        say(str(done.position))
        if moment == "between steps":
            stopper.come()

    say("ready")
    service.project(lambda: url, stop, progress)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
