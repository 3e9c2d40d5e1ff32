"""Feeds for tests of the relay: contracts, cases, topics under a prefix of their own, and what a department reads."""

from collections import defaultdict
from itertools import count
from typing import Any, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from msgspec.structs import replace

from adapters.feeds.reading import FeedReader
from adapters.feeds.relay import Sent
from adapters.house import House
from adapters.kafka.administering import make_so
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import feed_topic, wanted
from adapters.postgres.connections import connect
from application.ports import Append, Write
from domain.feeds.contract import Contract, ContractApproved, Delivered, feed_stream
from domain.kernel import Event
from tests.support.erasable import OVER
from tests.support.events import fact_of
from tests.support.houses import tell
from tests.support.kafka import Broker, unique
from tests.support.people import opened, somebody
from tests.support.samples import CONTRACT, SAMPLES

DEPARTMENTS = ("shenji", "yibao")
_LIFE = tuple(f"case.{name}" for name in ("confirmed", "grant_started", "grant_increased", "grant_stopped"))
_EVENTS = (
    Delivered("case.opened", persons=True),
    *(Delivered(name, ("from_month",)) for name in _LIFE),
    Delivered("case.personal_erased"),
)
_numbers = count(1)


class Read(NamedTuple):
    """What a department reads of a message."""

    partition: int
    key: str
    id: str
    position: int


def contracts() -> list[Contract]:
    """One with persons, and one without, which delivers less."""
    whole = replace(CONTRACT, events=_EVENTS, manner=("kafka",))
    return [replace(whole, department="shenji", events=_EVENTS[1:], persons=()), whole]


def contracted(house: House) -> None:
    """The bureau has approved them."""
    for contract in contracts():
        tell(house.log, feed_stream(contract.department), ContractApproved(contract=contract))


def more_cases(house: House, cases: int) -> None:
    """Cases of one person each; each event with an id of its own."""
    appends = []
    for _ in range(cases):
        number = next(_numbers)
        person = somebody(f"fed-{number}", OVER, number % 900 + 1)
        events: list[Event] = [opened(f"fed-{number}", "dibao", (person,)), *(SAMPLES[name] for name in _LIFE)]
        facts = tuple(fact_of(event, f"fed-{number}.{place}") for place, event in enumerate(events))
        write = Write(f"case-fed-{number}", 0, facts)
        appends.append(Append(f"fed-{number}", "fed", (write,)))
    house.log.append_many(appends)


def kafka_for(broker: Broker) -> KafkaSettings:
    """A prefix of its own on the broker, with all topics."""
    settings = KafkaSettings(servers=broker.address, prefix=unique("t"))
    make_so(settings, wanted(settings.prefix, DEPARTMENTS, 1), 1)
    return settings


def expected(house: House) -> dict[str, list[str]]:
    """The ids of all messages of the log, by department, in order."""
    reader = FeedReader(contracts(), house.vault.opener)
    with connect(house.locate, "anjuan_reader") as connection:
        found = reader.read(connection, 0, 1_000_000).messages
    return {department: [each.event.id for each in messages] for department, messages in found.items()}


def delivered(settings: KafkaSettings, department: str, isolation: str = "read_committed") -> list[Read]:
    """All that is in a department's topic, partition by partition."""
    topic = feed_topic(settings.prefix, department)
    consumer = Consumer(
        {
            "bootstrap.servers": settings.servers,
            "group.id": unique("reader"),
            "isolation.level": isolation,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
        return _to_the_end(consumer, len(partitions))
    finally:
        consumer.close()


def _to_the_end(consumer: Consumer, partitions: int) -> list[Read]:
    found, ended = [], 0
    while ended < partitions:
        message = consumer.poll(30)
        assert message is not None, "the topic does not end"
        if message.error():
            ended += 1
            continue
        pairs: Any = message.headers()
        told = {name: value.decode() for name, value in pairs}
        key = (message.key() or b"").decode()
        found.append(Read(message.partition() or 0, key, told["ce_id"], int(told["ce_position"])))
    return found


def assert_exactly_once(house: House, settings: KafkaSettings) -> None:
    """Each department has each of its messages once, each case in one partition and in order."""
    for department, ids in expected(house).items():
        read = delivered(settings, department)
        assert sorted(each.id for each in read) == sorted(ids), department
        by_case = defaultdict(list)
        for each in read:
            by_case[each.key].append(each)
        for messages in by_case.values():
            assert len({each.partition for each in messages}) == 1
            assert [each.position for each in messages] == sorted(each.position for each in messages)


def nothing(_: Sent) -> None:
    """Tell nobody."""
