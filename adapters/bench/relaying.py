"""The relay of all feeds, from the log to Kafka, against the same client with ready messages of the same size."""

from collections.abc import Callable
from typing import Any

from adapters.bench.catch_up import expect
from adapters.bench.feed_log import contracted, on_kafka, write_cases
from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan, Question, Sample, in_turns, number_bar, ratio_bar, timed
from adapters.feeds.messages import headers
from adapters.feeds.reading import FeedReader
from adapters.feeds.relay import drain
from adapters.feeds.sending import open_relay
from adapters.house import House
from adapters.kafka.connection import KafkaSettings, fast_options, options
from adapters.kafka.producing import Record, has_fast
from adapters.kafka.topics import feed_topic
from adapters.postgres.connections import connect
from domain.feeds.contract import Contract

_WHAT = "转发九个部门的消息 relaying the feeds of nine departments"
_PLAIN = Question(name="relay", what=f"{_WHAT}, kafka-python", unit="messages/s", bar=0.8)
_FAST = Question(name="relay-fast", what=f"{_WHAT}, confluent-kafka", unit="messages/s", bar=0.8)
_RATE = Question(name="relay-fast-rate", what=f"{_WHAT}, confluent-kafka", unit="messages/s", bar=50_000)
_AGAINST = "the same client, ready messages, no transactions"
_CASES = 20_000
_MOST = 10_000_000

Client = Callable[[KafkaSettings], tuple[Any, Callable[[], object]]]
"""Makes a client; returns what sends a message, and what waits until all are there."""


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Ours reads, minimises, opens persons, and commits messages with progress; theirs only sends, acks=all."""
    with ground.migrated() as url, ground.house(url, seals=None) as house:
        contracts = contracted(house)
        write_cases(house, plan.size(_CASES, 20))
        ready = _ready(house, contracts)
        plan.progress(f"{len(ready):,} messages of {sum(len(each.value) for each in ready) // len(ready)} bytes")
        plain = _sides(plan, house, ready, _plain)
        fast = _sides(plan, house, ready, _fast) if has_fast() else None
    bars = [ratio_bar(_PLAIN, plain[0], plain[1], _AGAINST)]
    if fast:
        bars += [ratio_bar(_FAST, fast[0], fast[1], _AGAINST), number_bar(_RATE, fast[0], "at_least")]
    return bars


def _sides(plan: Plan, house: House, ready: list[Record], client: Client) -> list[Sample]:
    with on_kafka(2 * plan.rounds) as made:
        ours, theirs = iter(made[::2]), iter(made[1::2])
        return in_turns(
            plan,
            lambda: _ours(house, next(ours), len(ready), fast=client is _fast),
            lambda: _theirs(next(theirs), ready, client),
        )


def _ready(house: House, contracts: list[Contract]) -> list[Record]:
    with connect(house.locate, "anjuan_reader") as connection:
        found = FeedReader(contracts, house.vault.opener).read(connection, 0, _MOST).messages
    return [
        Record(department, message.event.key, message.data, headers(message, b"/logs/bench"))
        for department, messages in found.items()
        for message in messages
    ]


def _ours(house: House, settings: KafkaSettings, messages: int, *, fast: bool) -> float:
    relay = open_relay(house, settings, fast=fast)
    return timed(messages, lambda: expect(messages, drain(relay)))


def _theirs(settings: KafkaSettings, ready: list[Record], client: Client) -> float:
    named = [each._replace(topic=feed_topic(settings.prefix, each.topic)) for each in ready]
    send, flush = client(settings)

    def work() -> None:
        for topic, key, value, told, _ in named:
            send(topic, value, key, told)
        flush()

    return timed(len(named), work)


def _plain(settings: KafkaSettings) -> tuple[Any, Callable[[], object]]:
    from kafka import KafkaProducer  # noqa: PLC0415 loaded only where Kafka is used

    client = KafkaProducer(**options(settings), acks="all", batch_size=262_144, linger_ms=5, metrics_enabled=False)

    def flush() -> None:
        client.flush()
        client.close()

    return client.send, flush


def _fast(settings: KafkaSettings) -> tuple[Any, Callable[[], object]]:
    from confluent_kafka import Producer  # noqa: PLC0415 an extra, which may be missing

    chosen = {"acks": "all", "linger.ms": 5, "batch.size": 262_144, "queue.buffering.max.messages": 1_000_000}
    client = Producer({**fast_options(settings), **chosen, "partitioner": "murmur2_random"})

    def send(topic: str, value: bytes, key: bytes, told: Any) -> None:  # noqa: ANN401 as both clients take them
        client.produce(topic, value, key, headers=told)

    return send, client.flush
