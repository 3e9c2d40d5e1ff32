"""Parked messages again, out of Kafka, once their cause is cured."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.house import House
from adapters.inbox.following import take_in
from adapters.inbox.parked import Parked, digest_of, open_parked, settle
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.consuming import POLL_MS, consuming

_TRIES = 20
_ONE = 1


class Replayed(NamedTuple):
    """How many were taken after all, were refused again, and are no longer in Kafka."""

    taken: int
    refused: int
    gone: int


def replay(house: House, settings: KafkaSettings, department: str = "") -> Replayed:
    """Take parked messages again, of a department or of all. Raises NoKafka, KafkaDown, KeyLost, Unavailable."""
    waiting = open_parked(house, department)
    if not waiting:
        return Replayed(0, 0, 0)
    with consuming(settings, None, _ONE) as consumer:
        outcomes = [_replay(house, consumer, each) for each in waiting]
    return Replayed(outcomes.count("taken"), outcomes.count("refused"), outcomes.count("gone"))


def _replay(house: House, consumer: Any, parked: Parked) -> str:  # noqa: ANN401 the library publishes no types
    messages = [each for each in _message(consumer, parked) if digest_of(house, each.value or b"") == parked.digest]
    if not messages:
        return "gone"
    if take_in(house, parked.department, messages).parked:
        return "refused"
    settle(house, parked.id, "taken")
    return "taken"


def _message(consumer: Any, parked: Parked) -> Sequence[Any]:  # noqa: ANN401 the library publishes no types
    """Return the message at its place; none where Kafka keeps it no longer."""
    from kafka import TopicPartition  # noqa: PLC0415 loaded only where Kafka is used

    place = TopicPartition(parked.topic, parked.partition)
    consumer.assign([place])
    if not consumer.beginning_offsets([place])[place] <= parked.at_offset < consumer.end_offsets([place])[place]:
        return ()
    consumer.seek(place, parked.at_offset)
    for _ in range(_TRIES):
        for messages in consumer.poll(timeout_ms=POLL_MS).values():
            return [each for each in messages if each.offset == parked.at_offset]
    return ()
