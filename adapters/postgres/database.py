"""Where the database is: a named server, or the embedded one, which is started again when it is gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from adapters.postgres import embedded
from adapters.postgres.supervisor.failures import PostgresFailed

Progress = Callable[[str], None]
Locate = Callable[[], str]
"""Returns the owner's connection settings, as they are now."""


class EmbeddedDatabase:
    """The embedded server of a home, this process's own or another's."""

    def __init__(self, home: Path, progress: Progress) -> None:
        """Start it, or find it running. Raises PostgresFailed."""
        self._home = home
        self._lock = threading.Lock()
        self._server = embedded.start(home, progress=progress)

    def locate(self) -> str:
        """Return the settings, starting a server first if ours has gone. Raises OperationalError when that fails."""
        with self._lock:
            if not self._server.alive:
                try:
                    self._server = embedded.start(self._home)
                except PostgresFailed as failed:  # to whoever wants a connection, this is a server that is not there
                    raise psycopg.OperationalError(failed.code) from failed
            return self._server.url()

    def close(self) -> None:
        """Stop the server if it is our own."""
        with self._lock:
            self._server.stop()


@contextmanager
def locate_database(home: Path, url: str, progress: Progress = lambda _: None) -> Iterator[Locate]:
    """Give a way to find the database: ``url`` if there is one, else the embedded server of ``home``."""
    if url:
        yield lambda: url
        return
    database = EmbeddedDatabase(home, progress)
    try:
        yield database.locate
    finally:
        database.close()
