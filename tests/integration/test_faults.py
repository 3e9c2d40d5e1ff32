"""The API process and the database are killed; what was acknowledged stays, once, and service comes back by itself."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adapters.house import House, open_house
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from adapters.settings import Settings, child_environment
from application.ports import case_stream
from application.replay import replay
from projections.views.case_file.queries import case_file, case_file_row
from tests.support import database
from tests.support.builders import HANDLER
from tests.support.houses import set_up
from tests.support.serving import application, await_true, free_port

WRITERS = 16


class Serving:
    """``anjuan serve`` as a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{settings.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adapters.main", "serve"],
            env=child_environment(settings),
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        await_true(lambda: self.status("/readyz") == 200, 40)

    def status(self, path: str, **given: Any) -> int:  # noqa: ANN401  (passed on to httpx)
        """The status of an answer; 0 for none."""
        try:
            return httpx.request(given.pop("method", "GET"), self.url + path, timeout=15, **given).status_code
        except httpx.HTTPError:
            return 0

    def children(self) -> list[int]:
        """The pids of its children: with a named database, the projector alone."""
        # A child belongs to the thread that made it.
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for thread in threads for child in thread.read_text("utf-8").split()]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def serving(settings: Settings) -> Iterator[Serving]:
    running = Serving(settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Writers:
    """Callers that open case after case until the server is gone, and remember what they were told."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.unanswered: set[str] = set()
        self._url = url
        self._headers = headers
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=15) as client:
            for turn in range(100_000):
                key = f"writer-{number}-{turn}"
                try:
                    answer = put(client, self._headers, key)
                except httpx.HTTPError:
                    self.unanswered.add(key)
                    return
                assert answer.status_code == 201, answer.text
                self.acknowledged[key] = answer.json()


def put(client: httpx.Client, headers: dict[str, str], key: str) -> httpx.Response:
    return client.post("/cases", json=application(), headers={**headers, "Idempotency-Key": key})


def assert_views_agree_with_a_replay(house: House) -> None:
    """Every case file is the fold of its case's events."""
    bring_up(house.locate)
    streams = [row["stream"] for row in house.read("SELECT stream FROM log.streams WHERE stream LIKE 'case-%%'")]
    for stream in streams:
        last = replay(house.log.stream(stream))[-1]
        found = case_file(house.read(*case_file_row(stream.removeprefix("case-"))))
        assert found is not None
        assert (found.version, found.position, found.state) == (last.recorded.seq, last.recorded.position, last.state)
    assert house.read("SELECT count(*) AS n FROM views.worklist")[0]["n"] == len(streams)


def test_a_killed_api_process_loses_no_acknowledged_command_and_doubles_none(
    postgres: EmbeddedServer, tmp_path: Path
) -> None:
    with database.database(postgres) as url:
        settings = Settings(home=tmp_path, database_url=url, port=free_port())
        with open_house(settings) as house:
            set_up(house.log)
            headers = {"Authorization": f"Bearer {house.tokens.make(HANDLER.id, 'holder')}"}
            with serving(settings) as running:
                writers = Writers(running.url, headers)
                writers.start()
                await_true(lambda: len(writers.acknowledged) > 10 * WRITERS)
                running.end(signal.SIGKILL)
                writers.join()
            assert len(writers.unanswered) == WRITERS
            check_acknowledged(house, writers.acknowledged)
            with serving(settings) as again, httpx.Client(base_url=again.url) as client:
                check_retries(house, client, headers, writers)
            assert_views_agree_with_a_replay(house)


def check_acknowledged(house: House, acknowledged: dict[str, dict[str, Any]]) -> None:
    """Each is in the log at the position told, once; positions are dense."""
    log = house.log.read(0, 1_000_000)
    assert [recorded.position for recorded in log] == list(range(1, len(log) + 1))
    commands = [recorded.meta.command_id for recorded in log if recorded.type == "case.opened"]
    assert len(set(commands)) == len(commands)
    for key, answer in acknowledged.items():
        recorded = log[answer["position"] - 1]
        assert (recorded.meta.command_id, recorded.stream) == (key, case_stream(answer["case_id"]))


def check_retries(house: House, client: httpx.Client, headers: dict[str, str], writers: Writers) -> None:
    """A lost acknowledgement, and one that was not lost, retried: one event."""
    written = opened_by(house)
    keys = [*writers.unanswered, *list(writers.acknowledged)[:5]]
    for key in keys:
        answer = put(client, headers, key)
        assert answer.status_code == 201
        assert answer.json()["repeated"] is (key in written)
        assert put(client, headers, key).json()["position"] == answer.json()["position"]
    # The timekeeper of the server writes too: what counts is the applications.
    assert opened_by(house) == written | set(keys)


def opened_by(house: House) -> set[str]:
    """The commands that opened cases, none of them twice."""
    log = house.log.read(0, house.log.head().position)
    commands = [recorded.meta.command_id for recorded in log if recorded.type == "case.opened"]
    assert len(set(commands)) == len(commands)
    return set(commands)


def test_the_projector_ends_with_a_killed_server(postgres: EmbeddedServer, tmp_path: Path) -> None:
    with database.database(postgres) as url:
        running = Serving(Settings(home=tmp_path, database_url=url, port=free_port()))
        (projector,) = running.children()
        running.end(signal.SIGKILL)
        await_true(lambda: not runs(projector))


def test_a_projector_that_dies_is_started_again(postgres: EmbeddedServer, tmp_path: Path) -> None:
    with database.database(postgres) as url:
        settings = Settings(home=tmp_path, database_url=url, port=free_port())
        with serving(settings) as running:
            (projector,) = running.children()
            os.kill(projector, signal.SIGKILL)
            await_true(lambda: running.children() not in ([], [projector]))


def test_a_server_told_to_end_ends_in_order(postgres: EmbeddedServer, tmp_path: Path) -> None:
    with database.database(postgres) as url:
        for number in (signal.SIGTERM, signal.SIGINT):
            running = Serving(Settings(home=tmp_path, database_url=url, port=free_port()))
            (projector,) = running.children()
            assert running.end(number) == 0
            assert not runs(projector)


@pytest.mark.slow
def test_a_stopped_database_is_told_and_service_comes_back_by_itself(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, port=free_port())
    with open_house(settings) as house:
        set_up(house.log)
        headers = {"Authorization": f"Bearer {house.tokens.make(HANDLER.id, 'holder')}"}
    with serving(settings) as running:
        write = {"method": "POST", "json": application(), "headers": headers}
        assert running.status("/cases", **write) == 201
        postmaster = int((tmp_path / "postgres" / "data" / "postmaster.pid").read_text("utf-8").split()[0])
        stopped_at(running, write, postmaster)
        await_true(lambda: running.status("/cases", **write) == 201, 40)
        await_true(lambda: running.status("/readyz") == 200, 40)
        assert running.process.poll() is None
    with open_house(settings) as house:
        log = house.log.read(0, 1000)
        assert [recorded.position for recorded in log] == list(range(1, len(log) + 1))
        assert_views_agree_with_a_replay(house)


def stopped_at(running: Serving, write: dict[str, Any], postmaster: int) -> None:
    """While the server process cannot run, callers get 503 or wait; then it is killed."""
    os.kill(postmaster, signal.SIGKILL)
    seen = {running.status("/cases", **write), running.status("/cases")}
    assert seen <= {200, 201, 503}


@contextmanager
def away(postgres: EmbeddedServer, url: str) -> Iterator[None]:
    """The database takes nobody in, and has thrown everybody out."""
    database_name = str(conninfo_to_dict(url)["dbname"])
    name = sql.Identifier(database_name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database_name,))
        yield
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_while_the_database_is_away_every_answer_is_a_problem_with_a_time_to_retry(
    postgres: EmbeddedServer, tmp_path: Path
) -> None:
    """A named server, as in production: nobody here may start it again."""
    with database.database(postgres) as url:
        settings = Settings(home=tmp_path, database_url=url, port=free_port())
        with open_house(settings) as house:
            set_up(house.log)
            headers = {"Authorization": f"Bearer {house.tokens.make(HANDLER.id, 'holder')}"}
        with serving(settings) as running, httpx.Client(base_url=running.url, timeout=30) as client:
            assert client.post("/cases", json=application(), headers=headers).status_code == 201
            with away(postgres, url):
                for answer in (
                    client.post("/cases", json=application(), headers=headers),
                    client.get("/cases"),
                    client.get("/readyz"),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
                    assert answer.headers["retry-after"]
                assert client.get("/healthz").status_code == 200
            await_true(lambda: running.status("/readyz") == 200, 30)
            await_true(lambda: client.post("/cases", json=application(), headers=headers).status_code == 201)
