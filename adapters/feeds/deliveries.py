"""Deliveries on record: how many messages went to whom, under which version of the contract, by which way, that day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from msgspec.structs import replace
from psycopg import Connection
from psycopg_pool import ConnectionPool

from adapters.feeds.messages import Message
from adapters.house import House
from adapters.postgres.connections import reading
from domain.calendar import civil_day
from domain.feeds.contract import Contract
from domain.kernel import Value

_A_DAY = timedelta(days=1)
_ADD = """
INSERT INTO feeds.delivered AS d (department, contract, manner, day, messages, first_position, last_position, last_at)
VALUES (%s, %s, 'http', %s, %s, %s, %s, clock_timestamp())
    ON CONFLICT (department, contract, manner, day) DO UPDATE
   SET messages = d.messages + excluded.messages, last_at = excluded.last_at,
       first_position = least(d.first_position, excluded.first_position),
       last_position = greatest(d.last_position, excluded.last_position)
"""
_KEEP = """
INSERT INTO feeds.delivered AS d (department, contract, manner, day, messages, first_position, last_position, last_at)
VALUES (%(department)s, %(contract)s, 'kafka', %(day)s, %(messages)s, %(first)s, %(last)s, clock_timestamp())
    ON CONFLICT (department, contract, manner, day) DO UPDATE
   SET messages = excluded.messages, last_position = excluded.last_position, last_at = excluded.last_at
 WHERE d.messages < excluded.messages
"""
_ALL = """
SELECT department, contract, manner, day, messages, first_position, last_position, last_at FROM feeds.delivered
 ORDER BY department, contract, manner, day
"""


class Delivery(Value, omit_defaults=False):
    """A day's deliveries. By Kafka each message counts once; by HTTP as often as it was asked for."""

    department: str
    contract: int
    manner: str
    day: date
    messages: int
    first_position: int
    last_position: int
    last_at: datetime


class Counted(Value, omit_defaults=False):
    """Messages that the relay sends under a contract on a day: of a batch, or as its progress in Kafka says all."""

    department: str
    contract: int
    day: date
    messages: int
    first: int
    last: int


def counted_together(before: Sequence[Counted], more: Sequence[Counted]) -> tuple[Counted, ...]:
    """Return what was sent with this batch, of the newest day and of the one before it."""
    known = {(each.department, each.contract, each.day): each for each in before}
    for each in more:
        key = each.department, each.contract, each.day
        so_far = known.get(key)
        known[key] = replace(so_far, messages=so_far.messages + each.messages, last=each.last) if so_far else each
    newest = max((day for *_, day in known), default=date.min)
    return tuple(each for each in known.values() if newest - each.day <= _A_DAY)


def note_handed_out(
    pool: "ConnectionPool[Connection[Any]]", contract: Contract, messages: Sequence[Message], now: datetime
) -> None:
    """Count messages that are about to be handed out over HTTP. Raises Unavailable."""
    if not messages:
        return
    row = contract.department, contract.version, civil_day(now), len(messages)
    with reading(pool) as connection:
        connection.execute(_ADD, (*row, messages[0].position, messages[-1].position))


def keep_counts(connection: "psycopg.Connection[Any]", counts: Sequence[Counted]) -> None:
    """Keep what the relay has counted; the same again changes nothing."""
    for counted in counts:
        connection.execute(_KEEP, {name: getattr(counted, name) for name in counted.__struct_fields__})


def deliveries(house: House) -> list[Delivery]:
    """Return all that was delivered. Raises Unavailable."""
    return [Delivery(**row) for row in house.read(_ALL)]
