"""Relays with ``URL HOME SERVERS PREFIX CLIENT TIMES``; says ``relaying``, and the position after each transaction.

``TIMES`` incarnations, each a process of its own, commit one transaction and are killed with the next one in the
broker's hands and not committed; then one works on until the input ends.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from adapters.feeds.relay import Relay, Sent, relay, relay_with
from adapters.feeds.sending import FeedSource, open_relay
from adapters.house import House, open_place
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Record, producer
from adapters.settings import Settings
from tests.support.processes import input_end, say

STEP = 4
"""Positions in a transaction, where it dies again and again."""


class Dying:
    """A producer that is killed before its second commit, when the broker has all that it sent."""

    def __init__(self, kafka: KafkaSettings, *, fast: bool) -> None:
        self._real = producer(kafka, f"{kafka.prefix}-relay", fast=fast)
        self._commits = 0

    def send(self, records: Sequence[Record]) -> None:
        self._real.send(records)

    def commit(self) -> None:
        self._commits += 1
        if self._commits > 1:
            self._real._client.flush(10)  # type: ignore[attr-defined]  # noqa: SLF001 the client's own, of either kind
            os.kill(os.getpid(), signal.SIGKILL)
        self._real.commit()

    def close(self) -> None:
        self._real.close()


def main(url: str, home: str, kafka: KafkaSettings, *, fast: bool, times: int) -> None:
    settings = Settings(home=Path(home), database_url=url, readers=2, kafka=kafka)
    for _ in range(times):
        child = os.fork()
        if not child:
            with open_place(settings, lambda: url) as place:
                house = House(settings, place)
                die(relay_with(house, Dying(kafka, fast=fast), kafka, FeedSource))
        _, status = os.waitpid(child, 0)
        say("killed" if os.WIFSIGNALED(status) else f"ended {status}")
    ended = threading.Event()
    with open_place(settings, lambda: url) as place:
        house = House(settings, place)
        threading.Thread(target=input_end, args=(ended,), daemon=True).start()
        say("relaying")
        relay(house, partial(open_relay, house, kafka, fast=fast), ended, tell)
        house.close()


def die(running: Relay) -> None:
    """Work until killed; an end in peace means that there was not enough to do."""
    running.step(STEP)
    running.step(STEP)
    os._exit(3)


def tell(sent: Sent) -> None:
    say(str(sent.position))


if __name__ == "__main__":
    main(
        sys.argv[1],
        sys.argv[2],
        KafkaSettings(servers=sys.argv[3], prefix=sys.argv[4]),
        fast=sys.argv[5] == "fast",
        times=int(sys.argv[6]),
    )
