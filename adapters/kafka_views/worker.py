"""A worker of the consumer group: folds the partitions that Kafka gives it, from where the rows say."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.eventstore.reader import LogBroken
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.consuming import POLL_MS, at_the_end, consuming, subscribe
from adapters.kafka.outages import until_stopped
from adapters.kafka.topics import log_topic
from adapters.kafka_views.folding import BatchAhead, take
from adapters.kafka_views.messages import Placed, placed
from adapters.kafka_views.tables import begin_at, prepare
from adapters.projector.sessions import session
from projections.shape import View

MOST_EVENTS = 5_000


class Folded(NamedTuple):
    """A batch that was folded."""

    partition: int
    position: int
    events: int


Told = Callable[[Folded], None]


def work(
    house: House, settings: KafkaSettings, views: Sequence[View], stop: threading.Event, told: Told = lambda _: None
) -> None:
    """Fold until ``stop`` is set; outages of Kafka and of the database pass by themselves.

    Raises LogBroken, NoKafka, NoTopic, NewerView: somebody has to look.
    """
    until_stopped(stop, "folding", lambda: _run(house, settings, views, told, lambda *_: stop.is_set()))


def work_to_the_end(house: House, settings: KafkaSettings, views: Sequence[View], told: Told = lambda _: None) -> None:
    """Fold what there is in the partitions that it is given. Raises as ``work``, and KafkaDown."""
    _run(house, settings, views, told, lambda consumer, idle: idle and at_the_end(consumer))


def _run(
    house: House, settings: KafkaSettings, views: Sequence[View], told: Told, ended: Callable[[Any, bool], bool]
) -> None:
    """Fold until ``ended`` says so, which hears whether there was nothing."""
    group = f"{settings.prefix}-views"
    with session(house.locate) as (connection, _), consuming(settings, group, MOST_EVENTS) as consumer:
        prepare(connection, views)
        idle, worker = False, _Worker(consumer, connection, views)
        subscribe(consumer, [log_topic(settings.prefix)], _listener(worker))
        while not ended(consumer, idle):
            found = worker.turn()
            idle = not found
            for folded in found:
                told(folded)


class _Worker:
    def __init__(self, consumer: Any, connection: "Connection[Any]", views: Sequence[View]) -> None:  # noqa: ANN401 the library publishes no types
        self._consumer = consumer
        self._connection = connection
        self._views = views
        self._next: dict[int, int] = {}  # by partition, what the rows said, or say since we folded

    def start(self, places: Sequence[Any]) -> None:
        """Read partitions from where the rows say: Kafka's own memory is not used."""
        begin = begin_at(self._connection, self._views, [place.partition for place in places])
        for place in places:
            self._seek(place, begin.get(place.partition, 0))

    def turn(self) -> list[Folded]:
        """Fold what a poll gives."""
        found = self._consumer.poll(timeout_ms=POLL_MS)
        if not found:
            self._look_back()
        return [self._take(place, [placed(message) for message in messages]) for place, messages in found.items()]

    def _take(self, place: Any, batch: Sequence[Placed]) -> Folded:  # noqa: ANN401 the library publishes no types
        try:
            take(self._connection, self._views, place.partition, batch)
        except BatchAhead as ahead:
            offset = begin_at(self._connection, self._views, [place.partition])[place.partition]
            if offset == self._next[place.partition]:  # what is not there by now, is missing in the topic
                raise LogBroken(str(ahead)) from ahead
            self._seek(place, offset)
            return Folded(place.partition, batch[0].before, 0)
        self._next[place.partition] = batch[-1].offset + 1
        return Folded(place.partition, batch[-1].row[0], len(batch))

    def _look_back(self) -> None:
        """See whether a view that stood still may go on: nothing need come for that."""
        places = {place.partition: place for place in self._consumer.assignment()}
        for partition, offset in begin_at(self._connection, self._views, list(places)).items():
            if offset < self._next[partition]:
                self._seek(places[partition], offset)

    def _seek(self, place: Any, offset: int) -> None:  # noqa: ANN401 the library publishes no types
        self._next[place.partition] = offset
        self._consumer.seek(place, offset)


def _listener(worker: _Worker) -> Any:  # noqa: ANN401 the library publishes no types
    from kafka import ConsumerRebalanceListener  # noqa: PLC0415 loaded only where Kafka is used

    class Starting(ConsumerRebalanceListener):  # type: ignore[misc]  # the library publishes no types
        def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ANN401 the library publishes no types
            """Nothing is held back: what was folded is committed."""

        def on_partitions_assigned(self, assigned: Any) -> None:  # noqa: ANN401 the library publishes no types
            worker.start(list(assigned))

    return Starting()
