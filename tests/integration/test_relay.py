"""The relay on a real broker: each message once, in order, whatever happens to it, to Kafka or to the database."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date, timedelta
from multiprocessing import active_children
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.feeds.deliveries import deliveries
from adapters.feeds.progress import KafkaAhead, last_progress
from adapters.feeds.relay import drain
from adapters.feeds.sending import open_relay
from adapters.house import House
from adapters.kafka.administering import changes, make_so
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.producing import Fenced
from adapters.kafka.topics import wanted
from adapters.postgres.embedded import EmbeddedServer
from domain.calendar import civil_day
from domain.feeds.contract import ContractApproved, ContractEnded
from tests.support.database import copy_of
from tests.support.database import database as fresh
from tests.support.houses import tell
from tests.support.kafka import Broker, unique
from tests.support.processes import Process, finish, kill, line, program
from tests.support.relaying import (
    DEPARTMENTS,
    assert_exactly_once,
    contracted,
    contracts,
    delivered,
    expected,
    kafka_for,
    more_cases,
)
from tests.support.serving import open_test_house

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

CLIENTS = pytest.mark.parametrize("client", ["plain", "fast"])
"""kafka-python and confluent-kafka."""


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with open_test_house(tmp_path, database_url) as opened:
        contracted(opened)
        yield opened


def relayed(house: House, settings: KafkaSettings, *, fast: bool = False) -> int:
    return drain(open_relay(house, settings, fast=fast))


@CLIENTS
def test_every_message_is_there_once_and_again_writes_nothing(house: House, kafka: Broker, client: str) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 40)
    sent = sum(map(len, expected(house).values()))
    assert relayed(house, settings, fast=client == "fast") == sent == 40 * (5 + 4)
    assert relayed(house, settings, fast=client != "fast") == 0
    more_cases(house, 5)
    assert relayed(house, settings, fast=client != "fast") == 5 * 9
    assert_exactly_once(house, settings)


@pytest.fixture
def two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes read ahead, from 100 positions on."""
    monkeypatch.setattr("adapters.feeds.relay.FAR_POSITIONS", 100)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(2))


@pytest.mark.usefixtures("two_readers")
@pytest.mark.parametrize("killed", [None, 0, 1], ids=["to their end", "the first killed", "the second killed"])
def test_other_processes_that_read_ahead_change_nothing_of_what_is_sent(
    house: House, kafka: Broker, killed: int | None
) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 60)
    with closing(open_relay(house, settings, fast=True)) as running:
        assert running.step(50).messages
        readers = sorted(active_children(), key=lambda each: each.pid or 0)
        assert len(readers) == 2
        for _ in range(2):  # the first two of those that were read ahead
            running.step(50)
        if killed is not None:
            readers[killed].kill()
        while running.step(50).position < house.log.head().position:
            pass
        assert active_children() == []
    assert_exactly_once(house, settings)
    counted = {each.department: each.messages for each in deliveries(house)}
    assert counted == {name: len(ids) for name, ids in expected(house).items()}


@pytest.mark.usefixtures("two_readers")
def test_what_was_read_ahead_under_a_contract_that_has_ended_is_not_sent(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 60)
    with closing(open_relay(house, settings, fast=True)) as running:
        for _ in range(3):
            running.step(50)
        sent = sorted(delivered(settings, "yibao"))
        tell(house.log, "feed-yibao", ContractEnded(department="yibao", version=1, reason="目的已达到"))
        while running.step(50).position < house.log.head().position:
            pass
    assert sent
    assert sorted(delivered(settings, "yibao")) == sent
    assert len(delivered(settings, "shenji")) == len(expected(house)["shenji"])


def test_deliveries_are_counted_as_often_as_there_are_messages(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 3)
    relayed(house, settings)
    more_cases(house, 2)
    relayed(house, settings)
    counted = {each.department: each.messages for each in deliveries(house)}
    assert counted == {name: len(ids) for name, ids in expected(house).items()} == {"shenji": 20, "yibao": 25}
    progress = last_progress(settings)
    assert progress is not None
    assert progress.position == house.log.head().position


@pytest.mark.slow
@pytest.mark.parametrize(("client", "times"), [("plain", 75), ("fast", 25)])
def test_killed_between_sending_and_committing_a_hundred_times_it_loses_and_doubles_nothing(
    house: House, database_url: str, kafka: Broker, client: str, times: int
) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 2 * times)
    args = (database_url, house.settings.home, settings.servers, settings.prefix, client, times)
    with program("relay", *args) as relaying:
        said = [line(relaying) for _ in range(times)]
        assert said == ["killed"] * times
        assert line(relaying) == "relaying"
        while int(line(relaying)) < house.log.head().position:
            pass
        finish(relaying)
    assert_exactly_once(house, settings)
    # What was killed had been sent: without transactions each of those messages would be there twice.
    for department in DEPARTMENTS:
        assert len(delivered(settings, department, "read_uncommitted")) > len(expected(house)[department]) + times


@CLIENTS
def test_of_two_relays_the_first_is_fenced_and_the_second_goes_on(house: House, kafka: Broker, client: str) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 4)
    first = open_relay(house, settings, fast=client == "fast")
    assert first.step(10).messages
    second = open_relay(house, settings, fast=client != "fast")
    with pytest.raises(Fenced):
        first.step(10)
    first.close()
    drain(second)
    assert_exactly_once(house, settings)


def test_a_relay_that_was_killed_while_it_worked_is_followed_by_another(
    house: House, database_url: str, kafka: Broker
) -> None:
    settings = kafka_for(kafka)
    args = (database_url, house.settings.home, settings.servers, settings.prefix, "fast", 0)
    for _ in range(3):
        with program("relay", *args) as relaying:
            assert line(relaying) == "relaying"
            more_cases(house, 300)
            assert line(relaying)
            kill(relaying)
    relayed(house, settings)
    assert_exactly_once(house, settings)


@pytest.mark.slow
def test_a_broker_that_is_away_for_a_minute_costs_nothing_but_time(
    house: House, database_url: str, kafka: Broker
) -> None:
    each = {client: kafka_for(kafka) for client in ("plain", "fast")}

    def until_all_is_sent(relays: list[Process]) -> None:
        for relaying in relays:
            while int(line(relaying)) < house.log.head().position:
                pass

    with ExitStack() as held:
        args = database_url, house.settings.home, kafka.address
        relays = [held.enter_context(program("relay", *args, to.prefix, client, 0)) for client, to in each.items()]
        assert [line(relaying) for relaying in relays] == ["relaying"] * 2
        more_cases(house, 20)
        until_all_is_sent(relays)
        kafka.stop()
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                more_cases(house, 1)
                time.sleep(2)
        finally:
            kafka.start()
        until_all_is_sent(relays)
        for relaying in relays:
            finish(relaying)
    for settings in each.values():
        assert_exactly_once(house, settings)


def test_a_database_that_was_restored_to_an_earlier_point_is_not_relayed(
    house: House, database_url: str, postgres: EmbeddedServer, kafka: Broker, tmp_path: Path
) -> None:
    settings = kafka_for(kafka)
    more_cases(house, 3)
    house.close()
    house.vault.close()
    with copy_of(postgres, database_url) as earlier:
        with open_test_house(tmp_path, database_url) as going_on:
            more_cases(going_on, 3)
            relayed(going_on, settings)
        with open_test_house(tmp_path, earlier) as restored:
            with pytest.raises(KafkaAhead):
                open_relay(restored, settings)
            more_cases(restored, 9)  # further than Kafka has come, but another history
            with pytest.raises(KafkaAhead):
                open_relay(restored, settings)


def test_another_log_is_not_relayed_over_this_one(
    house: House, postgres: EmbeddedServer, kafka: Broker, tmp_path: Path
) -> None:
    settings = kafka_for(kafka)
    assert last_progress(settings) is None
    relayed(house, settings)
    with fresh(postgres) as url, open_test_house(tmp_path / "other", url) as other:
        contracted(other)
        with pytest.raises(KafkaAhead):
            open_relay(other, settings)


def test_an_expired_or_ended_contract_delivers_nothing_and_the_others_go_on(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    shenji, yibao = contracts()
    gone = civil_day(house.now()) - timedelta(days=1)
    expired = replace(yibao, version=2, valid_from=date(2020, 1, 1), valid_until=gone)
    tell(house.log, "feed-yibao", ContractApproved(contract=expired))
    more_cases(house, 2)
    relayed(house, settings)
    assert delivered(settings, "yibao") == []
    assert len(delivered(settings, "shenji")) == 8
    tell(house.log, "feed-shenji", ContractEnded(department="shenji", version=1, reason=shenji.scene))
    more_cases(house, 2)
    assert relayed(house, settings) == 0
    assert len(delivered(settings, "shenji")) == 8


def test_topics_are_made_once_and_what_differs_is_told(kafka: Broker) -> None:
    settings = KafkaSettings(servers=kafka.address, prefix=unique("t"))
    topics = wanted(settings.prefix, DEPARTMENTS, 1)
    assert {each.what for each in changes(settings, topics)} == {"missing"}
    make_so(settings, topics, 1)
    assert changes(settings, topics) == []
    longer = [replace(each, settings={**each.settings, "retention.ms": "86400000"}) for each in topics]
    assert {each.what for each in make_so(settings, longer, 1)} == {"retention.ms"}
    assert changes(settings, longer) == []
    more = [replace(each, partitions=each.partitions + 1) for each in longer]
    assert {each.what for each in make_so(settings, more, 1)} == {"partitions"}
    assert {each.what for each in changes(settings, more)} == {"partitions"}  # never changed: keys would move
