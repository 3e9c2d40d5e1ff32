"""A served bureau, and a page of it that is watched for faults."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from adapters.house import House
from adapters.http.app import create_app
from domain.authority.bureau import first_holder
from domain.authority.posts import Post
from projections.registry import VIEWS
from tests.support.builders import post

TOWN_HANDLER = post("320903100", "handler-1", "town_handler")
REGISTRAR = post("320903", "registrar", "registrar")
STATION = post("320903", "station", "station_officer")
VILLAGE = "320903100003"
"""A town and a community that the division tree has, unlike those of the builders."""

_LEVEL = "SELECT count(DISTINCT view) AS views FROM views.checkpoint WHERE position >= %s"
_SERIOUS = {"serious", "critical"}


class Site(NamedTuple):
    """Where it is served, the house behind it, and a case id for each stage that has one."""

    address: str
    house: House
    cases: dict[str, str]

    def wait_for_views(self) -> None:
        """Return when every view has folded the whole log."""
        head = self.house.log.head().position
        until = time.monotonic() + 20
        while self.house.read(_LEVEL, (head,))[0]["views"] < len(VIEWS):
            assert time.monotonic() < until, "the views do not catch up"
            time.sleep(0.02)

    def token(self, who: Post) -> str:
        """A token of the post's first holder."""
        return self.house.tokens.make(who.id, first_holder(who.id))

    def stage(self, name: str) -> str:
        """The stage of a case, from the log."""
        return self.house.cases.hot.read(self.cases[name]).state.stage  # type: ignore[arg-type]  # a case id is a text


class Watched(NamedTuple):
    """A page, and everything on it that should not be."""

    page: Page
    faults: list[str]
    foreign: list[str]

    def serious(self) -> list[str]:
        """What axe finds serious or critical, with where."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            if each["impact"] in _SERIOUS
            for node in each["nodes"]
        ]


def width_of(page: Page) -> int:
    """How wide the page is, in pixels, once its styles are there: before, the browser lays it out without them."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth"))


@contextmanager
def watched(browser: Browser, site: Site, **settings: Any) -> Iterator[Watched]:  # noqa: ANN401  playwright's own
    """A page in a context of its own; requests to any other host are stopped and counted."""
    settings.setdefault("locale", "zh-CN")
    context = browser.new_context(base_url=site.address, **settings)
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))

    def note(request: Request) -> None:
        if not request.url.startswith(site.address):
            foreign.append(request.url)

    context.on("request", note)
    elsewhere = re.compile(f"^(?!{re.escape(site.address)})")
    context.route(elsewhere, lambda route: route.abort())
    try:
        yield Watched(page, faults, foreign)
        assert foreign == []
    finally:
        context.close()


@contextmanager
def serving(house: House) -> Iterator[str]:
    """The address at which a thread of ours serves the house."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(create_app(house), ws="none", log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
