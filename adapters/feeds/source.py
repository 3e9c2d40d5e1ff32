"""What a relay sends: batches of records that a source makes of the log, and the progress that each makes."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from msgspec.structs import replace
from psycopg import Connection

from adapters.feeds.deliveries import Counted, counted_together
from adapters.feeds.progress import Progress, at_the_log
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Record


class Taken(NamedTuple):
    """What a source makes of the next positions, up to ``upto``; no further on: there is nothing.

    ``counts``: the messages of this batch alone. ``tails``: where partitions end with it.
    """

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

    def may_send(self, taken: Taken) -> bool:
        """Tell whether what was read ahead may go out now as it is. Raises Unavailable."""


class Making(Protocol):
    """Makes a source, in this process or in another."""

    key: bytes
    is_apart: bool
    """Whether a batch can be made without those before it, so that others may read ahead."""

    def __call__(self, house: House, settings: KafkaSettings, /) -> Source:
        """Make it."""


def progress_after(connection: "Connection[Any]", before: Progress, taken: Taken) -> Progress:
    """Return the progress of having sent a batch."""
    counts = counted_together(before.counts, taken.counts)
    return replace(at_the_log(connection, taken.upto), counts=counts, tails=taken.tails)
