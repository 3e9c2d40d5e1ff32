"""Reading ahead: where much is to be sent, a process of its own makes messages while this one sends the last ones."""

import gc
import marshal
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from adapters.feeds.progress import Progress, decode, encode
from adapters.feeds.source import Making, Taken, progress_after
from adapters.house import House, open_place
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Record
from adapters.postgres.connections import connect
from adapters.settings import Settings

_PATIENCE_SECONDS = 10.0
Batch = tuple[Taken, Progress]


class Start(NamedTuple):
    """What the other process needs: whose log, where to begin, how many positions to a batch."""

    settings: Settings
    url: str
    kafka: KafkaSettings
    making: Making
    before: Progress
    most: int


class Ahead:
    """The other process. It reads up to the log's end, and ends; it is never further ahead than one batch."""

    def __init__(self, start: Start) -> None:
        """Start it."""
        context = get_context("spawn")  # a fork would have our threads' locks, held for ever
        self._coming, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_read, args=(start, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def take(self) -> Batch | None:
        """Return the next batch, and the progress that it makes; None when no more come, for whatever reason."""
        try:
            return _unpacked(self._coming.recv_bytes())
        except (EOFError, OSError):  # killed, it may leave half a batch
            return None

    def close(self) -> None:
        """End it."""
        self._coming.close()
        self._process.terminate()
        self._process.join(_PATIENCE_SECONDS)
        self._process.close()


def _packed(batch: Batch) -> bytes:
    """Return the batch for a process of the same program: what messages share goes over once, at no cost in time."""
    taken, after = batch
    return marshal.dumps((taken.upto, [tuple(each) for each in taken.records], encode(after)))


def _unpacked(packed: bytes) -> Batch:
    upto, records, after = marshal.loads(packed)  # noqa: S302 it comes from the process that we have started
    progress = decode(after)
    return Taken(upto, [Record._make(each) for each in records], progress.counts, progress.tails), progress


def _read(start: Start, pipe: "Connection[Batch, None]") -> None:
    gc.disable()  # it ends soon, and makes nothing that refers to itself
    before = start.before
    with open_place(start.settings, lambda: start.url) as place:
        house = House(start.settings, place)
        source = start.making(house, start.kafka)
        # A pipe that is broken: whoever sends has been killed, and another one begins anew.
        with suppress(BrokenPipeError), connect(house.locate, "anjuan_reader") as connection:
            while (taken := source.take(connection, before, start.most)).upto > before.position:
                before = progress_after(connection, taken)
                pipe.send_bytes(_packed((taken, before)))
        house.close()
