"""A whole house for tests: a bureau with posts and one rule, a server on a free port, a projector beside it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from adapters.house import House
from adapters.http.app import create_app
from adapters.projector.service import project
from adapters.settings import Settings
from adapters.vault.keys import read_or_make_key
from application.ports import Append, Write
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.kernel import Fact, Meta
from tests.support.builders import POSTS, RULE


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


def found_bureau(house: House) -> None:
    """Set up the posts of the builders, and their rule."""
    meta = Meta(event_id="setup", occurred_at=house.now(), actor="system", command_id="setup")
    posts = Fact(event=PostsCreated(posts=tuple(POSTS.values())), meta=meta)
    rule = Fact(event=RuleVersionPublished(version=RULE), meta=meta)
    writes = (Write(BUREAU, 0, (posts,)), Write(RULEBOOK, 0, (rule,)))
    house.log.append(Append(command_id="setup", fingerprint="", writes=writes))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def open_test_house(home: Path, url: str) -> Iterator[House]:
    settings = Settings(home=home, database_url=url, port=free_port())
    house = House(settings, lambda: url, read_or_make_key(home))
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
