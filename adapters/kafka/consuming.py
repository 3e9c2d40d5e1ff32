"""Consuming in a group. Where a consumer stands, and what it does with a batch, is its own matter."""

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any

from adapters.kafka.connection import KafkaDown, KafkaSettings, options
from domain.errors import Refused

POLL_MS = 500
_SESSION_MS = 10_000
"""A consumer that is not heard of for so long has lost its partitions."""


class NoTopic(Refused):
    """None of the topics is there."""

    code = "NO_TOPIC"
    zh = "Kafka 主题尚未建立（anjuan feed topics --apply）"
    en = "The topics are not there yet: anjuan feed topics --apply"


@contextmanager
def consuming(settings: KafkaSettings, group: str | None, most: int) -> Iterator[Any]:
    """Give a consumer of committed messages that begins at the beginning, and gets at most so many at once.

    ``group``: None for one who is in none. Raises NoKafka, KafkaDown; what Kafka refuses within the block is KafkaDown.
    """
    from kafka import KafkaConsumer  # noqa: PLC0415 loaded only where Kafka is used
    from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor  # noqa: PLC0415 loaded only where Kafka is used
    from kafka.errors import KafkaError  # noqa: PLC0415 loaded only where Kafka is used

    alive = {"session_timeout_ms": _SESSION_MS, "heartbeat_interval_ms": _SESSION_MS // 4} if group else {}
    try:
        made = KafkaConsumer(
            **options(settings),
            group_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=most,
            # The default gives topics of one partition all to one member.
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            **alive,
        )
        with closing(made) as consumer:
            yield consumer
    except KafkaError as error:
        raise KafkaDown(type(error).__name__) from error


def subscribe(consumer: Any, topics: Collection[str], listener: Any = None) -> None:  # noqa: ANN401 the library publishes no types
    """Join the group for these topics. Raises NoTopic where none of them is there."""
    if not consumer.topics() & set(topics):
        raise NoTopic
    consumer.subscribe(list(topics), listener=listener)


def at_the_end(consumer: Any) -> bool:  # noqa: ANN401 the library publishes no types
    """Tell whether it has come to the end of the partitions that it was given."""
    places = list(consumer.assignment())
    if not places:
        return False
    ends = consumer.end_offsets(places)
    return all(consumer.position(place) >= ends[place] for place in places)
