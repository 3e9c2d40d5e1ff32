"""How far the relay has come, as Kafka itself says: a record in the same transaction as the messages."""

from contextlib import closing
from typing import Any

import msgspec
from psycopg import Connection

from adapters.feeds.deliveries import Counted
from adapters.kafka.connection import BLOCK_MS, KafkaDown, KafkaSettings, options
from adapters.kafka.topics import progress_topic
from domain.errors import Refused
from domain.kernel import Value

_AT = "SELECT encode(sha256(record), 'hex') FROM log.events WHERE position = %s"
_HEAD = "SELECT log, position FROM log.head"


class Progress(Value, omit_defaults=False):
    """``record``: the hash of the record at the position, in hex; empty at 0.

    ``counts``: what feeds were sent today. ``tails``: the last position in each partition of the log's topic.
    """

    log: str
    position: int
    record: str
    counts: tuple[Counted, ...] = ()
    tails: tuple[int, ...] = ()


class KafkaAhead(Refused):
    """Kafka has messages of a log that is not this one: the database was restored to an earlier point, or is another.

    To go on would give departments other events under positions that they have seen.
    """

    code = "KAFKA_AHEAD"
    zh = "Kafka 中的进度与数据库不符（数据库可能恢复到了较早时点），停止转发"
    en = "Kafka is ahead of this database, or of another one: nothing is relayed"


_decode = msgspec.json.Decoder(Progress).decode
encode = msgspec.json.Encoder().encode


def last_progress(settings: KafkaSettings, key: bytes = b"relay") -> Progress | None:
    """Return the last progress that was committed, None for a relay that never was. Raises NoKafka, KafkaDown.

    ``key``: which relay. Read it after the producer was made: that ended whatever transaction its predecessor had left
    open.
    """
    from kafka import KafkaConsumer, TopicPartition  # noqa: PLC0415 loaded only where Kafka is used
    from kafka.errors import KafkaError  # noqa: PLC0415 loaded only where Kafka is used

    place = TopicPartition(progress_topic(settings.prefix), 0)
    reading = {"isolation_level": "read_committed", "enable_auto_commit": False}
    try:
        with closing(KafkaConsumer(**options(settings), **reading)) as consumer:
            consumer.assign([place])
            found = _last_value(consumer, place, key)
    except KafkaError as error:
        raise KafkaDown(type(error).__name__) from error
    return _decode(found) if found else None


def _last_value(consumer: Any, place: Any, key: bytes) -> bytes | None:  # noqa: ANN401 the library publishes no types
    (ends,) = consumer.end_offsets([place], timeout_ms=BLOCK_MS).values()
    consumer.seek_to_beginning(place)
    found: bytes | None = None
    while consumer.position(place) < ends:
        for records in consumer.poll(timeout_ms=1_000).values():
            found = next((each.value for each in reversed(records) if each.key == key), found)
    return found


def head_of(connection: "Connection[tuple[object, ...]]") -> int:
    """Return the log's last position."""
    return int(str(connection.execute(_HEAD).fetchall()[0][1]))


def at_the_log(connection: "Connection[tuple[object, ...]]", position: int) -> Progress:
    """Return the progress of having come so far in this log. Raises KafkaAhead where the log does not reach it."""
    log, head = connection.execute(_HEAD).fetchall()[0]
    rows = connection.execute(_AT, (position,)).fetchall()
    if position and not rows:
        raise KafkaAhead(f"{position} > {head}")
    return Progress(str(log), position, str(rows[0][0]) if rows else "")


def require_ours(connection: "Connection[tuple[object, ...]]", progress: Progress) -> None:
    """Check that what Kafka has comes from this log as it is. Raises KafkaAhead."""
    ours = at_the_log(connection, progress.position)
    if (ours.log, ours.record) != (progress.log, progress.record):
        raise KafkaAhead(f"{progress.position}: another log" if ours.log != progress.log else f"{progress.position}")
