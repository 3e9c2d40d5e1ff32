"""How far departments are behind: messages in their scope that lie beyond what was delivered.

Bounded, and counted when somebody looks. What happened outside of its scope makes no department late.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from adapters.feeds.reading import MOST_POSITIONS, FeedReader
from adapters.feeds.sent import SEALED, without_contents
from adapters.house import House
from adapters.postgres.pinned import reading_pinned
from domain.feeds.contract import Contract

WINDOW = 2 * MOST_POSITIONS
"""So many of the newest positions are looked at; of what lies further back only that it was not is told."""


class Lag(NamedTuple):
    """``messages``: that were found. ``unseen``: positions further back that were not looked at."""

    messages: int
    unseen: int


def lags(
    house: House, contracts: Iterable[Contract], delivered: Mapping[str, int], window: int = WINDOW
) -> dict[str, Lag]:
    """Return the lags by department. ``delivered``: the last position, by department. Raises LogBroken, Unavailable."""
    ours = [without_contents(contract) for contract in contracts]
    after = {contract.department: delivered.get(contract.department, 0) for contract in ours}
    head = house.log.head().position
    start = max(min(after.values(), default=head), head - window)
    found = _counted(house, FeedReader(ours, SEALED), after, (start, head))
    return {each: Lag(found[each], max(0, start - last)) for each, last in after.items()}


def _counted(house: House, reader: FeedReader, after: Mapping[str, int], span: tuple[int, int]) -> "Counter[str]":
    """Return how many messages there are in a span of positions, each department's only beyond what it has."""
    found: Counter[str] = Counter()
    at, end = span
    while at < end:
        with reading_pinned(house.readers) as connection:
            read = reader.read(connection, at, min(MOST_POSITIONS, end - at))
        for department, messages in read.messages.items():
            found[department] += sum(each.position > after[department] for each in messages)
        if read.upto == at:
            break
        at = read.upto
    return found
