"""First pages of the worklist, and finding a case, as a browser or another program asks for them."""

import http.client
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import uvicorn

from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan, Question, number_bar, sample
from adapters.house import House
from adapters.http.app import create_app

_REQUESTS = 200
_PAGE_MS, _FIND_MS = 39, 57
_P95 = 0.95
_OK = 200
_SOME = "SELECT number, applicant, division, assignee FROM worklist TABLESAMPLE SYSTEM (0.5) LIMIT 500"

Ask = tuple[str, str, bytes, str]
"""Method, path, body and its type."""


def first_pages(ground: Ground, url: str, plan: Plan) -> list[Bar]:
    """Return the 95th percentiles in milliseconds, the whole answer read."""
    chance = random.Random(1)  # noqa: S311  the same questions each time
    with ground.house(url) as house, served(house) as port:
        some = [tuple(row.values()) for row in house.read(_SOME)]
        return [
            number_bar(
                Question(name, what, "ms", bar),
                sample([_p95(port, [ask(chance.choice(some)) for _ in range(plan.size(_REQUESTS, 20))])]),
                "at_most",
            )
            for name, what, bar, ask in _questions()
        ]


def _questions() -> Sequence[tuple[str, str, int, Callable[[tuple[str, ...]], Ask]]]:
    page, find = "工作台首页 first page of the worklist", "查找 search"
    return [
        ("page-due", f"{page}", _PAGE_MS, lambda _: _get("/ui/cases")),
        ("page-all", f"{page}, 全部 all", _PAGE_MS, lambda _: _get("/ui/cases?sort=opened")),
        ("page-county", f"{page}, 某县 a county", _PAGE_MS, lambda row: _get(f"/ui/cases?county={row[2][:6]}")),
        ("page-town", f"{page}, 某镇 a town", _PAGE_MS, lambda row: _get(f"/ui/cases?town={row[2][:9]}")),
        ("page-stage", f"{page}, 某环节 a stage", _PAGE_MS, lambda _: _get("/ui/cases?stage=noticed&sort=opened")),
        ("page-json", f"{page}, JSON", _PAGE_MS, lambda _: _get("/cases?order=due")),
        ("find-number", f"{find}: 案号 by number", _FIND_MS, lambda row: _get(f"/cases?number={quote(row[0])}")),
        (
            "find-prefix",
            f"{find}: 案号开头 by prefix",
            _FIND_MS,
            lambda row: _get(f"/cases?number={row[0][:18]}"),
        ),
        ("find-name", f"{find}: 姓名 by name", _FIND_MS, lambda row: _find(row[1])),
        ("find-surname", f"{find}: 姓 by surname", _FIND_MS, lambda row: _find(row[1][:1])),
    ]


def _get(path: str) -> Ask:
    return "GET", path, b"", ""


def _find(name: str) -> Ask:
    return "POST", "/ui/cases/find", urlencode({"name": name}).encode(), "application/x-www-form-urlencoded"


def _p95(port: int, asked: Sequence[Ask]) -> float:
    connection, took = http.client.HTTPConnection("127.0.0.1", port), []
    for method, path, body, kind in (asked[0], *asked):  # the first time, a template is compiled: not counted
        began = time.perf_counter()
        connection.request(method, path, body or None, {"Content-Type": kind} if kind else {})
        answer = connection.getresponse()
        text = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != _OK or not text:
            raise ValueError(f"{answer.status} {path}")
    connection.close()
    return sorted(took[1:])[int((len(took) - 1) * _P95)] * 1_000


@contextmanager
def served(house: House) -> Iterator[int]:
    """Serve the house without a projector on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(house), ws="none", log_level="error", loop="uvloop", http="httptools")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
