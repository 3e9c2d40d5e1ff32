"""Views fed from Kafka: the same rows as from the log, on several workers, whatever happens to them."""

import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg import Connection

from adapters.erasing.run import By, Eraser, erase
from adapters.eventstore.reader import LogBroken
from adapters.feeds.progress import Progress
from adapters.feeds.relay import drain, relaying
from adapters.feeds.source import Taken
from adapters.house import House
from adapters.kafka.connection import KafkaSettings
from adapters.kafka_views.source import LogSource, open_log_relay
from adapters.kafka_views.tables import FROM_KAFKA, feedable, retry, standing
from adapters.kafka_views.worker import work_to_the_end
from adapters.operating.acts import verify_views
from adapters.projector.comparing import Compared
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from domain.kernel import Recorded, SubjectId
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.command_line import run
from tests.support.erasable import MOTHER, TOLD, TRACES, found_in_tables
from tests.support.houses import house_on, set_up
from tests.support.kafka import Broker
from tests.support.logs import query, tamper
from tests.support.many_cases import write_cases
from tests.support.people import write
from tests.support.processes import Process, finish, kill, program
from tests.support.relaying import kafka_for
from tests.support.workers import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

_SEEDS = count(500)
# Whether all have the last event of the streams in their slices.
_REACHED = """
SELECT count(*) > 0 AND bool_and(position = (
           SELECT coalesce(max(e.position), 0) FROM log.events AS e
            WHERE log.slice_of(e.stream) >= c.lo AND log.slice_of(e.stream) < c.hi))
  FROM views.kafka_checkpoint AS c
"""


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened:
        set_up(opened.log)
        yield opened


def relay(house: House, settings: KafkaSettings) -> int:
    return drain(open_log_relay(house, settings, fast=True))


def verified(house: House) -> list[Compared]:
    return verify_views(house.locate, feedable(), copy=FROM_KAFKA)


def assert_they_are_the_log(house: House) -> None:
    assert [each for each in verified(house) if not each.same] == []
    head = house.log.head().position
    assert max(each.position for each in verified(house)) == head, "nothing was folded"


def test_they_are_what_the_log_says_also_after_more_and_again(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    for _ in range(2):
        write_cases(house.log, next(_SEEDS), 30)
        assert relay(house, settings) > 100
        work_to_the_end(house, settings, feedable())
        assert_they_are_the_log(house)
    assert relay(house, settings) == 0
    bring_up(house.locate)
    for table in ("worklist", "dashboard_count", "duties"):
        assert sorted(query(house.conninfo, f"TABLE views_kafka.{table}"), key=repr) == sorted(
            query(house.conninfo, f"TABLE views.{table}"), key=repr
        )


def test_a_row_that_was_changed_is_told(house: House, kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = kafka_for(kafka)
    write_cases(house.log, next(_SEEDS), 10)
    relay(house, settings)
    work_to_the_end(house, settings, feedable())
    tamper(house.conninfo, "DELETE FROM views_kafka.duties")
    monkeypatch.setenv("ANJUAN_HOME", str(house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", house.conninfo)
    told = run("views", "verify", "duties", "--kafka")
    assert told.exit_code == 1
    assert "missing duties" in told.output
    assert run("views", "verify", "case_file", "--kafka").exit_code == 0
    assert run("views", "verify", "decisions", "--kafka").exit_code != 0
    assert run("views", "kafka", "status").exit_code == 0


@pytest.mark.slow
def test_workers_that_come_go_die_and_stop_lose_and_double_nothing(
    house: House, database_url: str, kafka: Broker
) -> None:
    settings = kafka_for(kafka)
    args = database_url, house.settings.home, settings.servers, settings.prefix
    chance = random.Random(7)  # noqa: S311 moments to kill and to stop at

    def more(seconds: float = 0) -> None:
        write_cases(house.log, next(_SEEDS), 20)
        relay(house, settings)
        time.sleep(chance.uniform(0, seconds))

    with ExitStack() as held:
        workers: list[Process] = [held.enter_context(program("feed_views", *args)) for _ in range(2)]
        more(2)
        workers.append(held.enter_context(program("feed_views", *args)))  # they share out anew, in the middle
        for _ in range(4):
            more(0.5)
        kill(workers.pop(0))
        more(0.5)
        workers[0].send_signal(signal.SIGSTOP)  # and believes afterwards that it still has its partitions
        for _ in range(3):
            more(0.5)
        eventually(lambda: query(database_url, _REACHED) == [(True,)], "nobody takes over")
        workers[0].send_signal(signal.SIGCONT)
        for _ in range(3):
            more(0.5)
        eventually(lambda: query(database_url, _REACHED) == [(True,)], "they do not go on together")
        for worker in workers:
            finish(worker)
    assert_they_are_the_log(house)


def failing(view: View) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        if recorded.seq == 3:
            raise ValueError("poison")
        view.fold(rows, recorded)

    return replace(view, fold=fold)


def test_a_view_that_cannot_digest_an_event_stands_still_and_the_others_go_on(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    write_cases(house.log, next(_SEEDS), 20)
    relay(house, settings)
    views = [failing(view) if view.name == "worklist" else view for view in feedable()]
    work_to_the_end(house, settings, views)
    with session(house.locate) as (connection, _):
        still = {(each.view, each.fault.split(" ")[1]) for each in standing(connection) if each.fault}
        assert still == {("worklist", "ValueError")}
        compared = verified(house)
        assert {each.view for each in compared if not each.same} == {"worklist"}
        write_cases(house.log, next(_SEEDS), 5)
        relay(house, settings)
        work_to_the_end(house, settings, feedable())
        assert retry(connection) > 0
    work_to_the_end(house, settings, feedable())
    assert_they_are_the_log(house)


def test_a_view_that_goes_on_while_workers_run_catches_up(house: House, database_url: str, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    args = database_url, house.settings.home, settings.servers, settings.prefix
    behind = "SELECT view FROM views.kafka_checkpoint GROUP BY view HAVING max(position) < %s"
    with program("feed_views", *args) as worker:
        write_cases(house.log, next(_SEEDS), 10)
        relay(house, settings)
        eventually(lambda: query(database_url, _REACHED) == [(True,)], "it does not begin")
        query(database_url, "UPDATE views.kafka_checkpoint SET fault = 'x' WHERE view = 'worklist'")
        write_cases(house.log, next(_SEEDS), 10)
        relay(house, settings)
        head = house.log.head().position
        eventually(lambda: query(database_url, behind, head) == [("worklist",)], "the others do not go on")
        with session(house.locate) as (connection, _):
            retry(connection)
        write_cases(house.log, next(_SEEDS), 10)  # the next batch of each partition begins behind what it lacks
        relay(house, settings)
        eventually(lambda: query(database_url, _REACHED) == [(True,)], "it does not catch up")
        finish(worker)
    assert_they_are_the_log(house)


class Leaky(LogSource):
    """Loses a message, and says that it sent it."""

    def take(self, connection: "Connection[Any]", before: Progress, most: int) -> Taken:
        taken = super().take(connection, before, most)
        records: Sequence[Any] = taken.records
        return taken._replace(records=[*records[:50], *records[51:]])


def test_a_message_that_is_missing_in_the_topic_stops_it(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    write_cases(house.log, next(_SEEDS), 20)
    drain(relaying(house, settings, Leaky, fast=True))
    with pytest.raises(LogBroken):
        work_to_the_end(house, settings, feedable())


def test_who_is_erased_is_in_no_message_and_no_row(house: House, kafka: Broker) -> None:
    settings = kafka_for(kafka)
    write(house.log, *TOLD)
    relay(house, settings)
    work_to_the_end(house, settings, feedable())
    bring_up(house.locate)
    assert any("views_kafka" in each for each in found_in_tables(house, TRACES))
    why = ("本人申请", "《个人信息保护法》第四十七条")
    erase(Eraser(house.locate, house.log), SubjectId(MOTHER.subject), why, By("test", "", house.now()))
    bring_up(house.locate)
    relay(house, settings)
    work_to_the_end(house, settings, feedable())
    assert found_in_tables(house, TRACES) == []
    assert_they_are_the_log(house)


def test_only_views_whose_rows_are_each_of_one_stream_are_fed() -> None:
    assert {view.name for view in feedable()} == {view.name for view in VIEWS.values() if view.by_stream}
    assert len(feedable()) > 10
