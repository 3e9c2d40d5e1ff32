"""Rebuilds that a server runs beside its requests, each in a thread; how far they are is in the database."""

import logging
import threading

import psycopg

from adapters.eventstore.reader import LogBroken
from adapters.operating.acts import check_idle, rebuild_views
from adapters.postgres.database import Locate
from adapters.projector.asides import Aside
from adapters.projector.folding import ViewFault
from adapters.projector.rebuild import fault_of
from domain.errors import Refused, Unavailable
from projections.shape import View

_PATIENCE = 5.0
_log = logging.getLogger("anjuan.operating")


class _Ending(Refused):
    """The server ends; what was built stays, and another process can go on with it."""

    code = "SERVER_ENDED"
    zh = "服务已停止，已建部分保留"
    en = "The server ended; what was built is kept"


class Rebuilds:
    """The rebuilds of this server."""

    def __init__(self, locate: Locate) -> None:
        """Build in this database."""
        self._locate = locate
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, name: str) -> None:
        """Begin to rebuild a view and return. Raises UnknownView, AsideBusy."""
        view = check_idle(self._locate, name)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._run, args=(view,), name=f"anjuan-rebuild-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Let the rebuilds stop at their next chunk, and wait for them a little."""
        self._ending.set()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _run(self, view: View) -> None:
        try:
            rebuild_views(self._locate, [view], self._go_on)
        except (ViewFault, LogBroken, Refused, Unavailable, psycopg.Error) as error:
            _log.warning("the rebuild of %s ended: %s", view.name, fault_of(error))

    def _go_on(self, _: Aside) -> None:
        if self._ending.is_set():
            raise _Ending
