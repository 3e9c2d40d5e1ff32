"""A whole house for tests: a bureau with posts and one rule, a server on a free port, a projector beside it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from adapters.house import House, open_place
from adapters.http.app import create_app
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import project
from adapters.settings import Settings
from domain.authority.posts import Post
from tests.support import database
from tests.support.builders import HANDLER, VILLAGE, id_number
from tests.support.houses import set_up


class Served:
    """A running server and a client of it."""

    def __init__(self, house: House, client: httpx.Client) -> None:
        self.house = house
        self.client = client
        self._tokens: dict[str, str] = {}

    def as_post(self, post: Post) -> dict[str, str]:
        """The header of a post's holder."""
        if post.id not in self._tokens:
            self._tokens[post.id] = self.house.tokens.make(post.id, f"{post.id}:1")
        return {"Authorization": f"Bearer {self._tokens[post.id]}"}

    def head(self) -> int:
        return self.house.log.head().position

    def opened(self, **fields: object) -> str:
        """Open a case and return its id."""
        answer = self.client.post("/cases", json=application(**fields), headers=self.as_post(HANDLER))
        assert answer.status_code == 201, answer.text
        case_id: str = answer.json()["case_id"]
        return case_id

    def act(self, case_id: str, action: str, post: Post = HANDLER, **body: object) -> httpx.Response:
        """Put an action."""
        return self.client.post(f"/cases/{case_id}/{action}", json=body, headers=self.as_post(post))


def application(**fields: object) -> dict[str, object]:
    """The body of an application of one impossible person."""
    body: dict[str, object] = {
        "matter": "dibao",
        "division": VILLAGE,
        "members": [{"name": "样例1", "id_number": id_number(1)}],
        "monthly_income": 20_000,
        "occurred_at": "2026-03-02T09:30:00+08:00",
    }
    return {**body, **fields}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def open_test_house(home: Path, url: str) -> Iterator[House]:
    settings = Settings(home=home, database_url=url, port=free_port())
    with open_place(settings, lambda: url) as place:
        house = House(settings, place)
        try:
            yield house
        finally:
            house.close()


@contextmanager
def served(house: House) -> Iterator[Served]:
    """The application of the house on its port, in this process."""
    config = uvicorn.Config(create_app(house), port=house.settings.port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        await_true(lambda: server.started)
        with httpx.Client(base_url=f"http://127.0.0.1:{house.settings.port}", timeout=30) as client:
            yield Served(house, client)
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def whole_house(postgres: EmbeddedServer, home: Path) -> Iterator[Served]:
    """A fresh database, a bureau, a server and a projector."""
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up(house.log)
        with projected(house), served(house) as here:
            yield here


@contextmanager
def projected(house: House) -> Iterator[None]:
    """The projector of the house, in this process."""
    stop = threading.Event()
    thread = threading.Thread(target=project, args=(house.locate, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def await_true(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until the condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
