"""What a department was sent, made again from the log for what is on record as delivered; nothing sealed is opened."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from adapters.eventstore.fields import Place, StoredField
from adapters.feeds.deliveries import deliveries
from adapters.feeds.messages import Message
from adapters.feeds.reading import MOST_POSITIONS, FeedReader
from adapters.house import House
from adapters.postgres.pinned import reading_pinned
from application.feeds import read_feed
from domain.feeds.contract import Contract, Delivered
from domain.feeds.reconciling import Tally

Progress = Callable[[int, int], None]
"""Is told how many positions were read, of how many."""


class Stretch(NamedTuple):
    """Positions that were delivered under one version of a contract."""

    version: int
    first: int
    last: int


class _Sealed:
    """Opens nothing: what is counted has no persons."""

    def disclosed(self, places: list[Place], fields: list[StoredField]) -> Iterable[tuple[StoredField, bytes]]:
        raise AssertionError(f"{len(fields)} fields of {len(places)} places were to be opened")


SEALED = _Sealed()


class _Case(msgspec.Struct, gc=False):
    division: str


class _Data(msgspec.Struct, gc=False):
    case: _Case


_data = msgspec.json.Decoder(_Data).decode


def division_of(message: Message) -> str:
    """Return where the case of a message was."""
    return _data(message.data).case.division


def without_contents(contract: Contract) -> Contract:
    """Return the contract with its scope alone: the same messages, with nothing of event and persons in them."""
    return replace(contract, persons=(), events=tuple(Delivered(each.type) for each in contract.events))


def stretches(house: House, department: str, until: int | None) -> list[Stretch]:
    """Return what was delivered, by version, none of it twice under the same one. Raises Unavailable."""
    rows = sorted(
        (row.contract, row.first_position, row.last_position)
        for row in deliveries(house)
        if row.department == department
    )
    joined: list[Stretch] = []
    for version, first, last in rows:
        end = last if until is None else min(last, until)
        if joined and joined[-1].version == version and first <= joined[-1].last + 1:
            joined[-1] = Stretch(version, joined[-1].first, max(end, joined[-1].last))
        elif first <= end:
            joined.append(Stretch(version, first, end))
    return joined


def count_sent(house: House, department: str, parts: list[Stretch], progress: Progress) -> Tally:
    """Return what was sent in these stretches, each message once. Raises UnknownFeed, LogBroken, Unavailable."""
    versions = read_feed(house.log, department).versions
    tally, done, total = Tally(), 0, sum(part.last - part.first + 1 for part in parts)
    progress(0, total)
    for part in parts:
        for read, messages in _messages(house, versions[part.version - 1], part):
            for message in messages:
                told = message.event
                tally.add(told.time, division_of(message), (told.id, told.record), message.position)
            done += read
            progress(done, total)
    return tally


def _messages(house: House, contract: Contract, part: Stretch) -> Iterator[tuple[int, list[Message]]]:
    """Yield how many positions were read, and the messages there, batch by batch."""
    reader, after = FeedReader([without_contents(contract)], SEALED), part.first - 1
    while after < part.last:
        with reading_pinned(house.readers) as connection:
            found = reader.read(connection, after, min(MOST_POSITIONS, part.last - after))
        if found.upto == after:
            return
        yield found.upto - after, found.messages[contract.department]
        after = found.upto
