"""The relay: the log's messages into Kafka, each exactly once, with its progress in the same transaction."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import date
from typing import NamedTuple

import psycopg
from msgspec.structs import replace

from adapters.feeds.deliveries import Counted, keep_counts
from adapters.feeds.messages import Message, headers
from adapters.feeds.progress import KEY, Progress, at_the_log, encode, last_progress, require_ours
from adapters.feeds.reading import FeedReader, Outgoing
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Producer, Record, producer
from adapters.kafka.topics import feed_topic, progress_topic
from adapters.postgres.connections import connect
from adapters.postgres.wake import POLL_SECONDS, Listener
from application.feeds import Contracts
from domain.calendar import civil_day
from domain.errors import Unavailable
from domain.feeds.contract import Contract

MOST_POSITIONS = 2_000
_BACK_OFF_SECONDS = 1.0
_log = logging.getLogger("anjuan.relay")


class Sent(NamedTuple):
    """What one transaction held."""

    position: int
    messages: int


class Relay:
    """One incarnation: after any fault it is closed, and another one asks Kafka how far this one came."""

    def __init__(self, house: House, producing: Producer, settings: KafkaSettings, held: ExitStack) -> None:
        """``held``: what it closes at its end. Raises KafkaAhead, KafkaDown."""
        self._house = house
        self._held = held
        self._producing = producing
        self._prefix = settings.prefix
        self._contracts = Contracts(house.log)
        self._in_force: Sequence[Contract] = ()
        self._reader = FeedReader((), house.vault.opener)
        self._connection = held.enter_context(closing(connect(house.locate, "anjuan_reader")))
        self._writer = held.enter_context(closing(connect(house.locate, "anjuan_writer")))
        progress = last_progress(settings)
        if progress is not None:
            require_ours(self._connection, progress)
            keep_counts(self._writer, progress.counts)  # what a predecessor had no time to
        self._progress = progress or at_the_log(self._connection, 0)
        self._source = f"/logs/{self._progress.log}"

    def step(self, most: int = MOST_POSITIONS) -> Sent:
        """Send what comes next, in one transaction. Raises Fenced, KafkaDown, LogBroken, Unavailable."""
        today = civil_day(self._house.now())
        self._take_on([each for each in self._contracts.on(today) if "kafka" in each.manner])
        before = self._progress
        outgoing = self._reader.read(self._connection, before.position, most)
        if outgoing.upto == before.position:
            return Sent(before.position, 0)
        records = self._records(outgoing)
        come = at_the_log(self._connection, outgoing.upto)
        after = replace(come, counts=self._counted(before, outgoing, today))
        self._producing.send([*records, Record(progress_topic(self._prefix), KEY, encode(after), [])])
        self._producing.commit()
        self._progress = after
        keep_counts(self._writer, after.counts)
        return Sent(outgoing.upto, len(records))

    def head(self) -> int:
        """Return the log's last position."""
        found: int = self._connection.execute("SELECT position FROM log.head").fetchall()[0][0]
        return found

    def close(self) -> None:
        """Close what it holds."""
        self._held.close()

    def _take_on(self, contracts: Sequence[Contract]) -> None:
        if contracts != self._in_force:
            self._in_force, self._reader = contracts, FeedReader(contracts, self._house.vault.opener)

    def _records(self, outgoing: Outgoing) -> list[Record]:
        return [
            Record(
                feed_topic(self._prefix, department),
                message.case_id.encode(),
                message.data,
                headers(message, self._source),
            )
            for department, messages in outgoing.messages.items()
            for message in messages
        ]

    def _counted(self, before: Progress, outgoing: Outgoing, today: date) -> tuple[Counted, ...]:
        known = {(each.department, each.contract): each for each in before.counts if each.day == today}
        for contract in self._in_force:
            if messages := outgoing.messages.get(contract.department):
                key = contract.department, contract.version
                known[key] = _more(known.get(key), contract, messages, today)
        return tuple(known.values())


def _more(so_far: Counted | None, contract: Contract, messages: Sequence[Message], today: date) -> Counted:
    first, last = messages[0].position, messages[-1].position
    if so_far is None:
        return Counted(contract.department, contract.version, today, len(messages), first, last)
    return replace(so_far, messages=so_far.messages + len(messages), last=last)


Told = Callable[[Sent], None]


def open_relay(house: House, settings: KafkaSettings, *, fast: bool = False) -> Relay:
    """Fence whoever was before, and go on where Kafka says. Raises NoKafka, KafkaDown, KafkaAhead, NoFastClient."""
    return relay_with(house, producer(settings, f"{settings.prefix}-relay", fast=fast), settings)


def relay_with(house: House, producing: Producer, settings: KafkaSettings) -> Relay:
    """Go on with a producer that was made before, so that nobody else can write any more. Raises KafkaAhead, KafkaDown.

    It is closed with the relay, or when there cannot be one.
    """
    held = ExitStack()
    held.callback(producing.close)
    try:
        return Relay(house, producing, settings, held)
    except BaseException:
        held.close()
        raise


def relay(house: House, settings: KafkaSettings, stop: threading.Event, told: Told, *, fast: bool = False) -> None:
    """Relay until ``stop`` is set; outages of Kafka and of the database pass by themselves.

    Raises Fenced, KafkaAhead, NoKafka, NoFastClient, LogBroken: somebody has to look.
    """
    grown = threading.Event()
    listener = Listener(lambda: connect(house.locate, "anjuan_reader"), grown.set)
    try:
        while not stop.is_set():
            try:
                _follow(house, settings, (stop, grown), told, fast=fast)
            except (Unavailable, psycopg.OperationalError) as outage:
                _log.warning("relaying is interrupted: %s", type(outage).__name__)
                stop.wait(_BACK_OFF_SECONDS)
    finally:
        listener.close()


def _follow(
    house: House, settings: KafkaSettings, events: tuple[threading.Event, threading.Event], told: Told, *, fast: bool
) -> None:
    stop, grown = events
    running = open_relay(house, settings, fast=fast)
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
    """Send all that there is now; return how many messages. Raises as ``step`` does."""
    messages, before = 0, -1
    while (sent := running.step()).position != before:
        messages, before = messages + sent.messages, sent.position
        told(sent)
    return messages
