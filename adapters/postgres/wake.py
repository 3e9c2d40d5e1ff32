"""Waking readers. Polling is the truth; one coalesced NOTIFY, from a connection of its own, is only a hint."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

CHANNEL = "anjuan_log"
POLL_SECONDS = 0.25
"""Readers look by themselves this often, so a lost hint costs a quarter of a second and no event."""

Connect = Callable[[], "psycopg.Connection[Any]"]


class Waker:
    """Sends one NOTIFY for all the commits since the last one."""

    def __init__(self, connect: Connect) -> None:
        """Start the sending thread; the connection is made when first needed."""
        self._connect = connect
        self._due = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="anjuan-waker", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Ask for a NOTIFY soon."""
        self._due.set()

    def close(self) -> None:
        """Stop sending."""
        self._closing = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while True:
            self._due.wait()
            self._due.clear()  # before the look at _closing: close() may come in between
            if self._closing:
                break
            try:
                connection = connection or self._connect()
                connection.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error:  # the readers poll anyway
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()


class Listener:
    """Calls back when the log may have grown: on a NOTIFY, and every POLL_SECONDS without one."""

    def __init__(self, connect: Connect, callback: Callable[[], None]) -> None:
        """Start the listening thread."""
        self._connect = connect
        self._callback = callback
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="anjuan-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; the thread ends within POLL_SECONDS."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(psycopg.OperationalError), self._connect() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not self._closing.is_set():
                    self._callback()
                    next(connection.notifies(timeout=POLL_SECONDS, stop_after=1), None)
            self._closing.wait(POLL_SECONDS)
