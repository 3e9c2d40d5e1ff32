"""Relaying: what a source makes of the log into Kafka, each once, with the progress in the same transaction."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple

from adapters.feeds.ahead import Ahead
from adapters.feeds.deliveries import keep_counts
from adapters.feeds.progress import Progress, at_the_log, encode, head_of, last_progress, require_ours
from adapters.feeds.source import Making, Taken, progress_after
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.outages import until_stopped
from adapters.kafka.producing import Producer, Record, producer
from adapters.kafka.topics import progress_topic
from adapters.postgres.connections import connect
from adapters.postgres.wake import POLL_SECONDS, Listener

MOST_POSITIONS = 10_000
FAR_POSITIONS = 30_000
"""So far behind, it is worth processes of their own to read ahead."""


class Sent(NamedTuple):
    """What one transaction held."""

    position: int
    messages: int


class Relay:
    """One incarnation: after any fault it is closed, and another one asks Kafka how far this one came."""

    def __init__(
        self, house: House, producing: Producer, settings: KafkaSettings, making: Making, held: ExitStack
    ) -> None:
        """``held``: what it closes at its end. Raises KafkaAhead, KafkaDown."""
        self._house = house
        self._held = held
        self._producing = producing
        self._settings = settings
        self._making = making
        self._source = making(house, settings)
        self._ahead: Ahead | None = None
        self._alone = False
        self._connection = held.enter_context(closing(connect(house.locate, "anjuan_reader")))
        self._writer = held.enter_context(closing(connect(house.locate, "anjuan_writer")))
        progress = last_progress(settings, making.key)
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
        taken, after = self._next(before, most)
        if taken.upto == before.position:
            return Sent(before.position, 0)
        progress = Record(progress_topic(self._settings.prefix), self._making.key, encode(after), [])
        self._producing.send([*taken.records, progress])
        self._producing.commit()
        self._progress = after
        keep_counts(self._writer, after.counts)
        return Sent(taken.upto, len(taken.records))

    def _next(self, before: Progress, most: int) -> tuple[Taken, Progress]:
        """Return what comes next, and the progress that it makes; of much, from the processes that read ahead."""
        if self._ahead is None and not self._alone and self._making.is_apart and self._is_far(before):
            readers = Ahead(self._house, self._settings, self._making, before, most)
            self._ahead = self._held.enter_context(closing(readers))
        taken = self._taken_ahead(before) or self._source.take(self._connection, before, most)
        return taken, progress_after(self._connection, before, taken)

    def _taken_ahead(self, before: Progress) -> Taken | None:
        if self._ahead is None or before.position < self._ahead.begins:
            return None
        found = self._ahead.take(before.position)
        if found and self._source.may_send(found):
            return found
        self._ahead.close()
        # At the end; or one has met what we shall meet, and they are not asked again.
        self._alone, self._ahead = found is None and self._is_far(before), None
        return None

    def _is_far(self, before: Progress) -> bool:
        return self.head() - before.position > FAR_POSITIONS

    def head(self) -> int:
        """Return the log's last position."""
        return head_of(self._connection)

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


def relaying(house: House, settings: KafkaSettings, making: Making, *, fast: bool = False) -> Relay:
    """Fence whoever was before, and go on where Kafka says. Raises NoKafka, KafkaDown, KafkaAhead, NoFastClient."""
    made = producer(settings, f"{settings.prefix}-{making.key.decode()}", fast=fast)
    return relay_with(house, made, settings, making)


def relay_with(house: House, producing: Producer, settings: KafkaSettings, making: Making) -> Relay:
    """Go on with a producer that was made before, so that nobody else can write any more. Raises KafkaAhead, KafkaDown.

    It is closed with the relay, or when there cannot be one.
    """
    held = ExitStack()
    held.callback(producing.close)
    try:
        return Relay(house, producing, settings, making, held)
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
        until_stopped(stop, "relaying", lambda: _follow(opening(), stop, grown, told))
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
