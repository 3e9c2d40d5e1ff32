"""Signals out of Kafka: each is taken in once, whatever ends this process; what cannot be taken in is parked.

Whose topic it is, is who has sent it: only that department may write there. The log knows a signal by its source and
id, so what Kafka delivers again is recognised; offsets are committed after what lies before them was taken or parked.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from adapters.house import House
from adapters.inbox.decoding import split_signals
from adapters.inbox.parked import Refusal, park
from adapters.inbox.taking import take_messages
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.consuming import POLL_MS, at_the_end, consuming, subscribe
from adapters.kafka.outages import until_stopped
from adapters.kafka.topics import inbox_topic
from application.signals import Taken
from domain.errors import Refused
from domain.signals.kinds import DEPARTMENTS

MOST_MESSAGES = 1_000
MOST_AT_ONCE = 1_000
"""Signals in a transaction: each message may hold a list of them."""


class Followed(NamedTuple):
    """A batch of one department: how many signals were new, came again, and how many messages were parked."""

    department: str
    taken: int
    repeated: int
    parked: int


Told = Callable[[Followed], None]


def follow(house: House, settings: KafkaSettings, stop: threading.Event, told: Told = lambda _: None) -> None:
    """Take in until ``stop`` is set; outages of Kafka and of the database pass by themselves.

    Raises NoKafka, NoTopic, KeyLost: somebody has to look.
    """
    until_stopped(stop, "taking in", lambda: _run(house, settings, told, lambda *_: stop.is_set()))


def follow_to_the_end(house: House, settings: KafkaSettings, told: Told = lambda _: None) -> None:
    """Take in what there is. Raises NoKafka, NoTopic, KafkaDown, KeyLost, Unavailable."""
    _run(house, settings, told, lambda consumer, idle: idle and at_the_end(consumer))


def _run(house: House, settings: KafkaSettings, told: Told, ended: Callable[[Any, bool], bool]) -> None:
    senders = {inbox_topic(settings.prefix, name): name for name in DEPARTMENTS}
    with consuming(settings, f"{settings.prefix}-inbox", MOST_MESSAGES) as consumer:
        subscribe(consumer, senders)
        idle = False
        while not ended(consumer, idle):
            found = consumer.poll(timeout_ms=POLL_MS)
            idle = not found
            for place, messages in found.items():
                told(take_in(house, senders[place.topic], messages))
            if found:
                consumer.commit()


def take_in(house: House, department: str, messages: Sequence[Any]) -> Followed:
    """Take in a batch of a department, as kafka-python gives it; park what is refused. Raises Unavailable, KeyLost."""
    signals, refused = list[bytes](), dict[int, Refused | Taken]()
    parts = dict[int, int]()
    for number, message in enumerate(messages):
        try:
            split = split_signals(message.value or b"")
        except Refused as fault:
            refused[number] = fault
            continue
        parts[number] = len(split)
        signals += split
    parts_of = (signals[start : start + MOST_AT_ONCE] for start in range(0, len(signals), MOST_AT_ONCE))
    taken = [each for part in parts_of for each in take_messages(house, department, part)]
    refused |= _first_refused(parts, taken)
    park(house, [_refusal(department, messages[number], why) for number, why in sorted(refused.items())])
    done = [each.outcome for each in taken]
    return Followed(department, done.count("taken"), done.count("repeated"), len(refused))


def _first_refused(parts: Mapping[int, int], taken: Sequence[Taken]) -> dict[int, Taken]:
    """Return the first refusal of each message that has one; ``parts``: how many signals each holds."""
    coming = iter(taken)
    found = {}
    for number, size in parts.items():
        mine = list(islice(coming, size))
        why = next((each for each in mine if each.outcome == "refused"), None)
        if why:
            found[number] = why
    return found


def _refusal(department: str, message: Any, why: Refused | Taken) -> Refusal:  # noqa: ANN401 the library publishes no types
    place = (message.topic, message.partition, message.offset)
    return Refusal(department, *place, why.code, why.detail, message.value or b"")
