"""Waking readers: the hint is quick, and nothing is lost without it."""

import threading
import time
from collections.abc import Iterator

import pytest

from adapters.postgres import wake
from adapters.postgres.connections import connect
from adapters.postgres.wake import Listener, Waker
from tests.support.logs import query

pytestmark = pytest.mark.postgres

PATIENCE = 20
NEVER = 3600.0
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
BREAK = f"SELECT pg_terminate_backend(pid) FROM ({SESSIONS}) AS theirs"  # noqa: S608  (constant parts)


class Listening:
    """A listener that counts how often it was told to look."""

    def __init__(self, url: str) -> None:
        self.looks = threading.Semaphore(0)
        self.listener = Listener(lambda: connect(url, "anjuan_reader"), self.looks.release)

    def looked(self) -> bool:
        return self.looks.acquire(timeout=PATIENCE)


@pytest.fixture
def listening(database_url: str) -> Iterator[Listening]:
    made = Listening(database_url)
    yield made
    made.listener.close()


@pytest.fixture
def waker(database_url: str) -> Iterator[Waker]:
    made = Waker(lambda: connect(database_url, "anjuan_writer"))
    yield made
    made.close()


@pytest.fixture
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "POLL_SECONDS", NEVER)


@pytest.mark.usefixtures("no_polling")
def test_a_listener_looks_once_at_the_start_and_then_when_woken(listening: Listening, waker: Waker) -> None:
    assert listening.looked()
    for _ in range(3):
        assert not listening.looks.acquire(timeout=0.05)
        waker.wake()
        assert listening.looked()


def test_without_any_hint_a_listener_looks_all_the_same(listening: Listening) -> None:
    assert [listening.looked() for _ in range(3)] == [True] * 3


def test_a_listener_whose_connection_breaks_listens_again(listening: Listening, database_url: str) -> None:
    assert listening.looked()
    (before,) = query(database_url, SESSIONS, "anjuan_reader")
    query(database_url, BREAK, "anjuan_reader")
    until = time.monotonic() + PATIENCE
    while (now := query(database_url, SESSIONS, "anjuan_reader")) in ([], [before]):
        assert time.monotonic() < until
    assert now
    while listening.looks.acquire(blocking=False):
        pass
    assert listening.looked()


@pytest.mark.usefixtures("no_polling")
def test_a_waker_whose_connection_breaks_wakes_again(listening: Listening, waker: Waker, database_url: str) -> None:
    assert listening.looked()
    waker.wake()
    assert listening.looked()
    query(database_url, BREAK, "anjuan_writer")
    until = time.monotonic() + PATIENCE
    while not listening.looks.acquire(timeout=0.05):
        assert time.monotonic() < until
        waker.wake()
