"""Feeds as a source of the relay: messages of the contracts that are in force today, to each department's topic."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from psycopg import Connection

from adapters.feeds.deliveries import Counted
from adapters.feeds.messages import headers
from adapters.feeds.progress import Progress
from adapters.feeds.reading import FeedReader, Outgoing
from adapters.feeds.relay import Relay, relaying
from adapters.feeds.source import Taken
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Record
from adapters.kafka.topics import feed_topic
from application.feeds import Contracts
from domain.calendar import civil_day
from domain.feeds.contract import Contract


def open_relay(house: House, settings: KafkaSettings, *, fast: bool = False) -> Relay:
    """Return a relay of the feeds. Raises NoKafka, KafkaDown, KafkaAhead, NoFastClient."""
    return relaying(house, settings, FeedSource, fast=fast)


class FeedSource:
    """The feeds of all departments that take theirs from Kafka."""

    key = b"relay"
    is_apart = True

    def __init__(self, house: House, settings: KafkaSettings) -> None:
        """Read the contracts of this house."""
        self._house = house
        self._prefix = settings.prefix
        self._contracts = Contracts(house.log)
        self._in_force: Sequence[Contract] = ()
        self._reader = FeedReader((), house.vault.opener)

    def take(self, connection: "Connection[Any]", before: Progress, most: int) -> Taken:
        """Return what comes next. Raises LogBroken, NoVault, KeyLost, Unavailable."""
        today = civil_day(self._house.now())
        self._take_on(self._valid(today))
        outgoing = self._reader.read(connection, before.position, most)
        records = self._records(outgoing, f"/logs/{before.log}".encode())
        return Taken(outgoing.upto, records, tuple(self._counted(outgoing, today)))

    def may_send(self, taken: Taken) -> bool:
        """Tell whether each contract that messages were made under is still in force. Raises Unavailable."""
        valid = {(each.department, each.version) for each in self._valid(civil_day(self._house.now()))}
        return all((each.department, each.contract) in valid for each in taken.counts)

    def _valid(self, today: date) -> list[Contract]:
        return [each for each in self._contracts.on(today) if "kafka" in each.manner]

    def _take_on(self, contracts: Sequence[Contract]) -> None:
        if contracts != self._in_force:
            self._in_force, self._reader = contracts, FeedReader(contracts, self._house.vault.opener)

    def _records(self, outgoing: Outgoing, source: bytes) -> list[Record]:
        return [
            Record(topic, each.event.key, each.data, headers(each, source))
            for department, messages in outgoing.messages.items()
            for topic in [feed_topic(self._prefix, department)]
            for each in messages
        ]

    def _counted(self, outgoing: Outgoing, today: date) -> Iterator[Counted]:
        for contract in self._in_force:
            if messages := outgoing.messages.get(contract.department):
                first, last = messages[0].position, messages[-1].position
                yield Counted(contract.department, contract.version, today, len(messages), first, last)
