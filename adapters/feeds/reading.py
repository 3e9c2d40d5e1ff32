"""The log as feeds deliver it: exact, in order, a batch of positions at a time."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.eventstore.reader import LogBroken
from adapters.feeds.cases import CaseAbout, Situation, cases_about, name_persons
from adapters.feeds.messages import Message, Minimised, Row, happened
from adapters.feeds.persons import Disclosing
from domain.feeds.contract import Contract

MOST_POSITIONS = 5_000
_MOST_SITUATIONS = 100_000
_HEAD = "SELECT log, position FROM log.head"
_ROWS = """
SELECT position, stream, seq, type, state, encode(sha256(record), 'hex') FROM log.events
 WHERE position > %s AND position <= %s AND type = ANY(%s) AND left(stream, 5) = 'case-' ORDER BY position
"""
"""A pattern on the stream would tempt the planner to look through an index of all streams."""
_COUNT = "SELECT count(*) FROM log.events WHERE position > %s AND position <= %s"


class Outgoing(NamedTuple):
    """Messages by department, in the order of positions, and the position up to which there are no others."""

    upto: int
    messages: dict[str, list[Message]]


class Takers(NamedTuple):
    """Who is told of an event; whether anybody is told of persons, and of what is sealed of them."""

    each: tuple[Minimised, ...]
    persons: bool
    personal: bool


class FeedReader:
    """Reads for contracts that are in force; make a new one when they change."""

    def __init__(self, contracts: Sequence[Contract], opener: Disclosing) -> None:
        """``opener``: opens the personal values that contracts allow."""
        self._opener = opener
        self._by_type: dict[str, list[Minimised]] = defaultdict(list)
        for contract in contracts:
            for delivered in contract.events:
                self._by_type[delivered.type].append(Minimised(contract, delivered))
        self._types = sorted(self._by_type)
        self._takers = lru_cache(_MOST_SITUATIONS)(self._takers_in)

    def read(self, connection: "Connection[Any]", after: int, most: int = MOST_POSITIONS) -> Outgoing:
        """Return the messages of the next positions, at most so many. Raises LogBroken, NoVault, KeyLost."""
        head: int = connection.execute(_HEAD).fetchall()[0][1]
        upto = min(after + most, head)
        messages: dict[str, list[Message]] = defaultdict(list)
        if upto <= after:
            return Outgoing(after, messages)
        counted: int = connection.execute(_COUNT, (after, upto)).fetchall()[0][0]
        if counted != upto - after:
            raise LogBroken(f"{counted} events between {after} and {upto}")
        rows = connection.execute(_ROWS, (after, upto, self._types), binary=True).fetchall()
        for row, about, takers in self._chosen(connection, [Row._make(row) for row in rows]):
            event = happened(row)
            for minimised in takers.each:
                messages[minimised.contract.department].append(minimised.message(event, about))
        return Outgoing(upto, messages)

    def _chosen(self, connection: "Connection[Any]", rows: Sequence[Row]) -> list[tuple[Row, CaseAbout, Takers]]:
        cases = cases_about(connection, {row.stream for row in rows}) if rows else {}
        chosen = [
            (row, about, takers)
            for row in rows
            for about in [cases[row.stream][0]]
            for takers in [self._takers(row.type, about.situation(row.seq))]
            if takers.each
        ]
        named = {row.stream for row, _, takers in chosen if takers.persons}
        opened = {row.stream for row, _, takers in chosen if takers.personal}
        if named:
            name_persons(connection, [cases[each] for each in named], [cases[each] for each in opened], self._opener)
        return chosen

    def _takers_in(self, event_type: str, situation: Situation) -> Takers:
        each = tuple(each for each in self._by_type[event_type] if situation.is_covered(each.contract))
        return Takers(each, any(one.persons for one in each), any(one.personal for one in each))
