"""Takes in signals from Kafka with ``URL HOME SERVERS PREFIX TIMES`` until its input ends; says each batch.

Before that, ``TIMES`` processes one after the other commit one batch, and are killed when the next one is in the log
and its offset is not committed.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from adapters.house import House, open_place
from adapters.inbox import following, parked
from adapters.inbox.following import Followed, Told, follow
from adapters.inbox.parked import Refusal
from adapters.kafka import consuming
from adapters.kafka.connection import KafkaSettings
from adapters.settings import Settings
from tests.support.processes import input_end, say

STEP = 5
"""Messages in a batch, where it dies again and again."""
SOON_MS = 800
"""Whoever was killed is missed after that."""


def main(settings: Settings, times: int) -> None:
    consuming._SESSION_MS = SOON_MS  # noqa: SLF001 a test that waits for nothing else
    for _ in range(times):
        child = os.fork()
        if not child:
            die(settings)
        _, status = os.waitpid(child, 0)
        say("killed" if os.WIFSIGNALED(status) else f"ended {status}")
    ended = threading.Event()
    threading.Thread(target=input_end, args=(ended,), daemon=True).start()
    say("following")
    run(settings, ended, tell)


def die(settings: Settings) -> None:
    """Work until killed; an end in peace means that there was not enough to do."""
    following.MOST_MESSAGES = STEP
    keep, batches = parked.park, 0

    def park(house: House, refusals: Sequence[Refusal]) -> None:
        nonlocal batches
        batches += 1
        keep(house, refusals)
        if batches > 1:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(following, "park", park)  # noqa: B010 what it has imported
    run(settings, threading.Event(), lambda _: None)


def run(settings: Settings, ended: threading.Event, told: Told) -> None:
    url = settings.database_url
    with open_place(settings, lambda: url) as place:
        house = House(settings, place)
        follow(house, settings.kafka, ended, told)
        house.close()


def tell(done: Followed) -> None:
    say(f"{done.department} {done.taken} {done.repeated} {done.parked}")


if __name__ == "__main__":
    main(
        Settings(
            home=Path(sys.argv[2]),
            database_url=sys.argv[1],
            readers=2,
            kafka=KafkaSettings(servers=sys.argv[3], prefix=sys.argv[4]),
        ),
        int(sys.argv[5]),
    )
