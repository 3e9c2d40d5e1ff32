"""The sample consumer of a department, as it is handed out: each message has its effect once, whatever ends it."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.feeds.relay import drain
from adapters.feeds.sending import open_relay
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import feed_topic
from adapters.postgres.embedded import EmbeddedServer
from tests.support.database import database as fresh
from tests.support.houses import tell
from tests.support.kafka import Broker, unique
from tests.support.logs import query
from tests.support.processes import PATIENCE_SECONDS, ROOT
from tests.support.relaying import contracted, expected, kafka_for, more_cases
from tests.support.samples import SAMPLES
from tests.support.serving import open_test_house

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

SAMPLE = ROOT / "infra" / "feeds" / "consumer.py"
# Counts each insert that is committed, also one that changes nothing: a message taken twice would show.
COUNT_ATTEMPTS = """
CREATE TABLE attempts (id text NOT NULL);
CREATE FUNCTION attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO attempts VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER attempt BEFORE INSERT ON received FOR EACH ROW EXECUTE FUNCTION attempt();
"""


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with open_test_house(tmp_path, database_url) as opened:
        contracted(opened)
        yield opened


@pytest.fixture
def theirs(postgres: EmbeddedServer) -> Iterator[str]:
    """The department's own database."""
    with fresh(postgres) as url:
        yield url


def command(settings: KafkaSettings, group: str, theirs: str, *options: str) -> list[str | Path]:
    return [
        sys.executable,
        "-B",
        SAMPLE,
        settings.servers,
        feed_topic(settings.prefix, "yibao"),
        group,
        theirs,
        *options,
    ]


def run(settings: KafkaSettings, group: str, theirs: str, *options: str) -> None:
    """Run it to the end of the topic."""
    subprocess.run(command(settings, group, theirs, *options), check=True, timeout=PATIENCE_SECONDS)


@contextmanager
def running(settings: KafkaSettings, group: str, theirs: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command(settings, group, theirs, *options))
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)


def relay_all(house: House, settings: KafkaSettings) -> None:
    drain(open_relay(house, settings, fast=True))


def held(theirs: str) -> int:
    there = query(theirs, "SELECT to_regclass('received') IS NOT NULL")[0][0]
    return int(query(theirs, "SELECT count(*) FROM received")[0][0]) if there else 0


def until_held(theirs: str, messages: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while held(theirs) < messages:
        assert time.monotonic() < until, held(theirs)
        time.sleep(0.02)


def assert_each_once(house: House, theirs: str) -> None:
    ids = sorted(expected(house)["yibao"])
    assert sorted(row[0] for row in query(theirs, "SELECT id FROM received")) == ids
    assert sorted(row[0] for row in query(theirs, "SELECT id FROM attempts")) == ids


def prepare(house: House, kafka: Broker, theirs: str) -> tuple[KafkaSettings, str]:
    """The topics, a group, and the tables with what counts attempts."""
    settings, group = kafka_for(kafka), unique("yibao")
    relay_all(house, settings)
    run(settings, group, theirs, "--until-end")
    query(theirs, COUNT_ATTEMPTS)
    return settings, group


def test_it_takes_in_what_there_is_and_a_second_run_nothing(house: House, kafka: Broker, theirs: str) -> None:
    settings, group = prepare(house, kafka, theirs)
    more_cases(house, 20)
    relay_all(house, settings)
    for _ in range(2):
        run(settings, group, theirs, "--until-end")
        assert_each_once(house, theirs)
    rows = query(theirs, "SELECT case_id, array_agg(type ORDER BY sequence) FROM received GROUP BY 1")
    assert len(rows) == 20
    assert {row[1][0] for row in rows} == {"case.opened"}


@pytest.mark.slow
def test_killed_whenever_it_loses_nothing_and_doubles_nothing(house: House, kafka: Broker, theirs: str) -> None:
    settings, _ = prepare(house, kafka, theirs)
    chance = random.Random(20260901)  # noqa: S311 a moment to die at, and the same ones each time
    for _ in range(12):
        more_cases(house, 60)
        relay_all(house, settings)
        before = held(theirs)
        # A group of its own: nobody waits until Kafka has missed the one before.
        with running(settings, unique("yibao"), theirs):
            until_held(theirs, before + 1)
            time.sleep(chance.uniform(0, 0.02))
    run(settings, unique("yibao"), theirs, "--until-end")
    assert_each_once(house, theirs)


@pytest.mark.slow
def test_partitions_that_change_hands_in_the_middle_lose_nothing_and_double_nothing(
    house: House, kafka: Broker, theirs: str
) -> None:
    settings, group = prepare(house, kafka, theirs)
    with running(settings, group, theirs) as first:
        more_cases(house, 200)
        relay_all(house, settings)
        until_held(theirs, 200)
        with running(settings, group, theirs) as second:
            for _ in range(8):
                more_cases(house, 100)
                relay_all(house, settings)
                time.sleep(0.5)
            first.send_signal(signal.SIGSTOP)  # whoever comes back finds that others are further
            more_cases(house, 100)
            relay_all(house, settings)
            until_held(theirs, len(expected(house)["yibao"]))
            first.send_signal(signal.SIGCONT)
            more_cases(house, 100)
            relay_all(house, settings)
            until_held(theirs, len(expected(house)["yibao"]))
            assert second.poll() is None
    assert_each_once(house, theirs)


def test_who_is_erased_is_not_held_any_longer(house: House, kafka: Broker, theirs: str) -> None:
    settings, group = prepare(house, kafka, theirs)
    more_cases(house, 2)
    ((stream,),) = query(house.conninfo, "SELECT min(stream) FROM log.events WHERE stream LIKE 'case-%%'")
    tell(house.log, stream, SAMPLES["case.personal_erased"])
    relay_all(house, settings)
    run(settings, group, theirs, "--until-end")
    known = "SELECT case_id, bool_or(data ? 'persons') FROM received WHERE sequence = 1 GROUP BY 1 ORDER BY 1"
    assert [row[1] for row in query(theirs, known)] == [False, True]


def test_from_zero_it_has_the_same_again(house: House, kafka: Broker, theirs: str) -> None:
    settings, group = prepare(house, kafka, theirs)
    more_cases(house, 10)
    relay_all(house, settings)
    run(settings, group, theirs, "--until-end")
    before = query(theirs, "SELECT * FROM received ORDER BY id")
    query(theirs, "UPDATE received SET data = '{}'")
    with running(settings, unique("again"), theirs, "--from-zero"):
        until = time.monotonic() + PATIENCE_SECONDS
        while query(theirs, "SELECT * FROM received ORDER BY id") != before:
            assert time.monotonic() < until
            time.sleep(0.05)
