"""Relaying: what a source makes of the log into Kafka, each once, with the progress in the same transaction."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, NamedTuple, Protocol

import psycopg
from msgspec.structs import replace
from psycopg import Connection

from adapters.feeds.deliveries import Counted, keep_counts
from adapters.feeds.progress import Progress, at_the_log, encode, last_progress, require_ours
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Producer, Record, producer
from adapters.kafka.topics import progress_topic
from adapters.postgres.connections import connect
from adapters.postgres.wake import POLL_SECONDS, Listener
from domain.errors import Unavailable

MOST_POSITIONS = 10_000
_BACK_OFF_SECONDS = 1.0
_log = logging.getLogger("anjuan.relay")


class Sent(NamedTuple):
    """What one transaction held."""

    position: int
    messages: int


class Taken(NamedTuple):
    """What a source makes of the next positions, up to ``upto``; no further on: there is nothing."""

    upto: int
    records: Sequence[Record] = ()
    counts: tuple[Counted, ...] = ()
    tails: tuple[int, ...] = ()


class Source(Protocol):
    """What is relayed."""

    key: bytes
    """Names the relay: its progress, and who fences whom."""

    def take(self, connection: "Connection[Any]", before: Progress, most: int) -> Taken:
        """Return what comes next, of at most so many positions. Raises LogBroken, Unavailable."""


class Relay:
    """One incarnation: after any fault it is closed, and another one asks Kafka how far this one came."""

    def __init__(
        self, house: House, producing: Producer, settings: KafkaSettings, source: Source, held: ExitStack
    ) -> None:
        """``held``: what it closes at its end. Raises KafkaAhead, KafkaDown."""
        self._held = held
        self._producing = producing
        self._prefix = settings.prefix
        self._source = source
        self._connection = held.enter_context(closing(connect(house.locate, "anjuan_reader")))
        self._writer = held.enter_context(closing(connect(house.locate, "anjuan_writer")))
        progress = last_progress(settings, source.key)
        if progress is not None:
            require_ours(self._connection, progress)
            keep_counts(self._writer, progress.counts)  # what a predecessor had no time to
        self._progress = progress or at_the_log(self._connection, 0)

    def step(self, most: int = MOST_POSITIONS) -> Sent:
        """Send what comes next, in one transaction. Raises Fenced, KafkaDown, LogBroken, Unavailable."""
        with _no_collecting():
            return self._step(most)

    def _step(self, most: int) -> Sent:
        before = self._progress
        taken = self._source.take(self._connection, before, most)
        if taken.upto == before.position:
            return Sent(before.position, 0)
        after = replace(at_the_log(self._connection, taken.upto), counts=taken.counts, tails=taken.tails)
        progress = Record(progress_topic(self._prefix), self._source.key, encode(after), [])
        self._producing.send([*taken.records, progress])
        self._producing.commit()
        self._progress = after
        keep_counts(self._writer, after.counts)
        return Sent(taken.upto, len(taken.records))

    def head(self) -> int:
        """Return the log's last position."""
        found: int = self._connection.execute("SELECT position FROM log.head").fetchall()[0][0]
        return found

    def close(self) -> None:
        """Close what it holds."""
        self._held.close()


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking over a batch again and again while it is made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


Told = Callable[[Sent], None]


def relaying(house: House, settings: KafkaSettings, source: Source, *, fast: bool = False) -> Relay:
    """Fence whoever was before, and go on where Kafka says. Raises NoKafka, KafkaDown, KafkaAhead, NoFastClient."""
    made = producer(settings, f"{settings.prefix}-{source.key.decode()}", fast=fast)
    return relay_with(house, made, settings, source)


def relay_with(house: House, producing: Producer, settings: KafkaSettings, source: Source) -> Relay:
    """Go on with a producer that was made before, so that nobody else can write any more. Raises KafkaAhead, KafkaDown.

    It is closed with the relay, or when there cannot be one.
    """
    held = ExitStack()
    held.callback(producing.close)
    try:
        return Relay(house, producing, settings, source, held)
    except BaseException:
        held.close()
        raise


def relay(house: House, opening: Callable[[], Relay], stop: threading.Event, told: Told) -> None:
    """Relay until ``stop`` is set; outages of Kafka and of the database pass by themselves.

    ``opening`` makes an incarnation, anew after each outage. Raises Fenced, KafkaAhead, NoKafka, NoFastClient,
    LogBroken: somebody has to look.
    """
    grown = threading.Event()
    listener = Listener(lambda: connect(house.locate, "anjuan_reader"), grown.set)
    try:
        while not stop.is_set():
            try:
                _follow(opening(), stop, grown, told)
            except (Unavailable, psycopg.OperationalError) as outage:
                _log.warning("relaying is interrupted: %s", type(outage).__name__)
                stop.wait(_BACK_OFF_SECONDS)
    finally:
        listener.close()


def _follow(running: Relay, stop: threading.Event, grown: threading.Event, told: Told) -> None:
    try:
        while not stop.is_set():
            grown.clear()
            sent = running.step()
            if sent.messages:
                told(sent)
            elif not _behind(running, sent):
                grown.wait(POLL_SECONDS)
    finally:
        running.close()


def _behind(running: Relay, sent: Sent) -> bool:
    """Tell whether the log is longer than what was looked at, which held nothing for anybody."""
    return running.head() > sent.position


def drain(running: Relay, told: Told = lambda _: None) -> int:
    """Send all that there is now, and close; return how many messages. Raises as ``step`` does."""
    messages, before = 0, -1
    try:
        while (sent := running.step()).position != before:
            messages, before = messages + sent.messages, sent.position
            told(sent)
    finally:
        running.close()
    return messages
