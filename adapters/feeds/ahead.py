"""Reading ahead: where much is to be sent, processes of their own make messages while this one sends the last ones."""

import gc
import marshal
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIG_IGN, SIGINT, signal
from typing import NamedTuple

import msgspec

from adapters.feeds.deliveries import Counted
from adapters.feeds.progress import Progress, at_the_log, head_of
from adapters.feeds.source import Making, Taken
from adapters.house import House, open_place
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Record
from adapters.postgres.connections import connect
from adapters.settings import Settings

MOST_READERS = 4
_PATIENCE_SECONDS = 10.0
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(tuple[Counted, ...]).decode
_HEAD_START = 1
"""So many batches whoever sends makes itself, while they start."""


class Start(NamedTuple):
    """What a reader needs: whose log, where to begin, how many positions to a batch, and how far it is to its next."""

    settings: Settings
    url: str
    kafka: KafkaSettings
    making: Making
    after: int
    most: int
    stride: int


class Ahead:
    """The readers, each of which makes one batch of as many as there are readers; none is further ahead than one.

    They make whole batches only, and end at the log's end.
    """

    def __init__(self, house: House, kafka: KafkaSettings, making: Making, before: Progress, most: int) -> None:
        """Start them. ``before``: how far whoever sends has come; ``most``: positions to a batch."""
        number = min(MOST_READERS, len(os.sched_getaffinity(0)))
        self.begins = before.position + _HEAD_START * most
        """Batches that begin before are not theirs."""
        places = [self.begins + turn * most for turn in range(number)]
        starts = [Start(house.settings, house.conninfo, kafka, making, at, most, number * most) for at in places]
        self._readers = [_Reader(start) for start in starts]
        self._turns = cycle(self._readers)

    def take(self, after: int) -> Taken | None:
        """Return the batch behind this position; None when no more come, for whatever reason."""
        return next(self._turns).take(after)

    def close(self) -> None:
        """End them; again does nothing."""
        while self._readers:
            self._readers.pop().close()


class _Reader:
    def __init__(self, start: Start) -> None:
        # A fork of this process would hold its threads' locks for ever: a server forks, which has loaded the code.
        context = get_context("forkserver")
        context.set_forkserver_preload([start.making.__module__])
        self._coming, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_read, args=(start, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def take(self, after: int) -> Taken | None:
        try:
            began, taken = _unpacked(self._coming.recv_bytes())
        except (EOFError, OSError):  # killed, it may leave half a batch
            return None
        return taken if began == after else None

    def close(self) -> None:
        self._coming.close()
        self._process.terminate()
        self._process.join(_PATIENCE_SECONDS)
        self._process.close()


def _packed(after: int, taken: Taken) -> bytes:
    """Return a batch for a process of the same program: what messages share goes over once."""
    return marshal.dumps((after, taken.upto, [tuple(each) for each in taken.records], _encode(taken.counts)))


def _unpacked(packed: bytes) -> tuple[int, Taken]:
    after, upto, records, counts = marshal.loads(packed)  # noqa: S302 it comes from the process that we have started
    return after, Taken(upto, [Record._make(each) for each in records], _decode(counts))


def _read(start: Start, pipe: "Connection[bytes, None]") -> None:
    signal(SIGINT, SIG_IGN)  # Ctrl-C is for whoever sends, who ends this one
    gc.disable()  # it ends soon, and makes nothing that refers to itself
    with open_place(start.settings, lambda: start.url) as place:
        house = House(start.settings, place)
        # A pipe that is broken: whoever sends has been killed, and another one begins anew.
        with suppress(BrokenPipeError):
            for after, taken in _batches(house, start):
                pipe.send_bytes(_packed(after, taken))
        house.close()


def _batches(house: House, start: Start) -> Iterator[tuple[int, Taken]]:
    source, after = start.making(house, start.kafka), start.after
    with connect(house.locate, "anjuan_reader") as connection:
        while after + start.most <= head_of(connection):
            yield after, source.take(connection, at_the_log(connection, after), start.most)
            after += start.stride
