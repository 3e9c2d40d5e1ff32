"""Signals of a department, from its topic on Kafka into the log, personal values sealed."""

from contextlib import closing
from datetime import date

import msgspec

from adapters.bench.catch_up import expect
from adapters.bench.feed_log import contracted, on_kafka
from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample, timed
from adapters.house import House
from adapters.inbox.following import Followed, follow_to_the_end
from adapters.kafka.connection import KafkaSettings, options
from adapters.kafka.topics import inbox_topic
from domain.identity import demo_citizen_id

_RATE = Question(name="inbox", what="经 Kafka 接收部门数据 signals in through Kafka", unit="signals/s", bar=2_000)
_DEPARTMENT = "gongan"
_SIGNALS = 20_000
_PERSONS = 900
"""Impossible ones: several signals tell of each."""


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """From the first poll until all are in the log; each is a new one."""
    rates, number = [], plan.size(_SIGNALS, 50)
    with on_kafka(plan.rounds) as prepared:
        for turn, kafka in enumerate(prepared, 1):
            _send(kafka, number)
            with ground.migrated() as url, ground.house(url, seals=None) as house:
                contracted(house)
                rates.append(timed(number, lambda house=house, kafka=kafka: _taken_in(house, kafka, number)))  # type: ignore[misc]  # mypy cannot infer the defaults
            plan.progress(f"{turn}/{plan.rounds}: {rates[-1]:,.0f}/s")
    return [number_bar(_RATE, sample(rates), "at_least")]


def _send(kafka: KafkaSettings, number: int) -> None:
    from kafka import KafkaProducer  # noqa: PLC0415 loaded only where Kafka is used

    topic = inbox_topic(kafka.prefix, _DEPARTMENT)
    with closing(KafkaProducer(**options(kafka), acks="all")) as producer:
        for place in range(number):
            producer.send(topic, _message(place))
        producer.flush()


def _message(place: int) -> bytes:
    person = place % _PERSONS + 1
    return msgspec.json.encode(
        {
            "id": f"bench-{place}",
            "kind": "death",
            "happened_on": "2026-08-20",
            "name": "样例",
            "id_number": demo_citizen_id(date(1950, 1, 1), person),
            "division": "320903002202",
        }
    )


def _taken_in(house: House, kafka: KafkaSettings, number: int) -> None:
    done: list[Followed] = []
    follow_to_the_end(house, kafka, done.append)
    expect(number, sum(each.taken for each in done))
