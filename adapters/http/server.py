"""Serving: uvicorn, the timekeeper and the notary in this process, the projector in a child that ends with it."""

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from adapters.children import keeping
from adapters.house import House
from adapters.http.app import create_app
from adapters.timekeeper import keeping_time
from adapters.transparency.notary import keeping_tree


def serve(house: House, ready: Callable[[], None] = lambda: None) -> None:
    """Serve a house until a signal comes; ``ready`` is called once the port answers."""
    settings = house.settings
    config = uvicorn.Config(
        create_app(house),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    house.cases.bureau.now()  # the first command need not wait for it
    # What is loaded by now stays: without this, every full collection walks over it, and all commands wait meanwhile.
    gc.collect()
    gc.freeze()
    with projecting(house), keeping_time(house), keeping_tree(house), _signals_ignored():
        _Server(config, ready).run()


class _Server(uvicorn.Server):
    """Tells when it has started."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # sockets are not ours to name
        await super().startup(sockets)  # type: ignore[arg-type]  # passed on as given
        if self.started:
            self._ready()


@contextmanager
def _signals_ignored() -> Iterator[None]:
    """The server ends on a signal and then raises it again: that must not end us before all is closed."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def projecting(house: House) -> Iterator[None]:
    """Keep a projector running beside this process, and ending with it."""
    with keeping(house.settings, ("project", "--beside")):
        yield
