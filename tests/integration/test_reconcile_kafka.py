"""Reconciling with the sample consumer's own table, by the query that departments are given, after relaying."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.feeds.held import read_holdings
from adapters.feeds.reconciling import reconcile
from adapters.feeds.relay import drain
from adapters.feeds.sending import open_relay
from adapters.house import House
from adapters.kafka.topics import feed_topic
from adapters.postgres.embedded import EmbeddedServer
from domain.feeds.reconciling import Report
from tests.support.database import database as fresh
from tests.support.kafka import Broker, unique
from tests.support.logs import query
from tests.support.processes import PATIENCE_SECONDS, ROOT
from tests.support.reconciling import ON_THEIR_TABLE, cases_in_days
from tests.support.relaying import contracted, expected, kafka_for
from tests.support.serving import open_test_house

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

SAMPLE = ROOT / "infra" / "feeds" / "consumer.py"


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


def reconciled(house: House, theirs: str) -> Report:
    """Our report against what their own database says, as psql would copy it out."""
    command = f"COPY ({ON_THEIR_TABLE}) TO STDOUT CSV HEADER".encode()
    with psycopg.connect(theirs) as connection, connection.cursor() as cursor, cursor.copy(command) as copied:
        return reconcile(house, "yibao", read_holdings(b"".join(bytes(part) for part in copied)))


def test_what_the_sample_consumer_holds_is_what_was_sent(house: House, kafka: Broker, theirs: str) -> None:
    settings, group = kafka_for(kafka), unique("yibao")
    cases_in_days(house, 12)
    drain(open_relay(house, settings, fast=True))
    where = (settings.servers, feed_topic(settings.prefix, "yibao"), group, theirs)
    subprocess.run([sys.executable, "-B", SAMPLE, *where, "--until-end"], check=True, timeout=PATIENCE_SECONDS)
    report = reconciled(house, theirs)
    assert (report.differing, len(report.lines)) == (0, 6)
    assert report.ours == report.theirs == len(expected(house)["yibao"])
    query(theirs, "DELETE FROM received WHERE id = (SELECT min(id) FROM received)")
    query(theirs, "UPDATE received SET record = repeat('0', 64) WHERE id = (SELECT max(id) FROM received)")
    assert sorted(line.verdict for line in reconciled(house, theirs).lines) == ["differs"] * 2 + ["equal"] * 4
