"""The log as a source of the relay: all of it, in the order of positions."""

from typing import Any

from psycopg import Connection

from adapters.eventstore.reader import require_contiguous
from adapters.feeds.progress import Progress
from adapters.feeds.relay import Relay, relaying
from adapters.feeds.source import Taken
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import LOG_PARTITIONS, log_topic
from adapters.kafka_views.messages import partition_of, record_of

_ROWS = """
SELECT position, stream, seq, type, schema, recorded_at, state
  FROM log.events WHERE position > %s ORDER BY position LIMIT %s
"""


def open_log_relay(house: House, settings: KafkaSettings, *, fast: bool = False) -> Relay:
    """Return a relay of the log. Raises NoKafka, KafkaDown, KafkaAhead, NoFastClient."""
    return relaying(house, settings, LogSource, fast=fast)


class LogSource:
    """All events."""

    key = b"log-relay"
    is_apart = False
    """Each record says where the one before it in its partition stands."""

    def __init__(self, _: House, settings: KafkaSettings) -> None:
        """Send to the topic of these settings."""
        self._topic = log_topic(settings.prefix)

    def take(self, connection: "Connection[Any]", before: Progress, most: int) -> Taken:
        """Return what comes next. Raises LogBroken."""
        rows = connection.execute(_ROWS, (before.position, most), binary=True).fetchall()
        require_contiguous([row[0] for row in rows], before.position, "log")
        tails, records = list(before.tails or [0] * LOG_PARTITIONS), []
        for row in rows:
            partition = partition_of(row[1])
            records.append(record_of(self._topic, row, partition, tails[partition]))
            tails[partition] = row[0]
        return Taken(rows[-1][0] if rows else before.position, records, (), tuple(tails))

    def may_send(self, _: Taken) -> bool:
        """Refuse: nobody can read ahead of it."""
        return False
