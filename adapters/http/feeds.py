"""Feeds over HTTP: the same messages as on Kafka, by cursor, by long poll, or as a stream of server-sent events."""

import gzip
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from adapters.feeds.delivering import Page, contract_in_force, hand_out
from adapters.feeds.describing import document_today
from adapters.feeds.schemas import message_schema
from adapters.feeds.waiting import Growth
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.auth import bearer
from adapters.http.problems import BadHeader, NotFound, Unauthenticated
from adapters.http.running import offload
from adapters.web.texts import load_texts
from application.feeds import read_feed
from domain.errors import NoAuthority
from domain.feeds.contract import Contract

_BATCH = "application/cloudevents-batch+json"
_THREADS = 2
"""Backfills read here, one page at a time: however many there are, they leave the threads of all others alone."""
_QUIET_SECONDS = 15.0
_WORTH_ZIPPING = 1_000
_FASTEST = 1
_STEP = 500
_MOST_DIGITS = 18

T = TypeVar("T")


class FeedQuery(BaseModel, extra="forbid"):
    """Where to go on. ``after``: the cursor, 0 for the beginning. ``wait``: seconds, when there is nothing yet."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(1_000, ge=1, le=5_000)
    wait: float = Field(0, ge=0, le=60)


class OtherDepartment(NoAuthority):
    """The token speaks for another department."""

    code = "OTHER_DEPARTMENT"
    zh = "令牌不属于该部门"
    en = "The token is another department's"


def router(house: House) -> APIRouter:
    """Return the routes. Every read asks anew for the contract: an expired one delivers nothing more."""
    feeds = APIRouter(prefix="/feeds", tags=["feeds"])
    given = _Given(house)

    @feeds.get("/{department}", summary="Messages after a cursor 按游标取数")
    async def page(request: Request, department: str, asked: Annotated[FeedQuery, Query()]) -> Response:
        found = await given.page((request, department), asked.after, asked.limit)
        until = time.monotonic() + asked.wait
        while not found.messages and await given.growth.beyond(found.upto, until):
            found = await given.page((request, department), found.upto, asked.limit)
        return await given.offload(lambda: _answer(request, found))

    @feeds.get("/{department}/stream", summary="Messages as they come 实时推送 (SSE)")
    async def stream(request: Request, department: str) -> Response:
        first = await given.page((request, department), _last_event(request), _STEP)
        return StreamingResponse(given.events((request, department), first), media_type="text/event-stream")

    @feeds.get("/{department}/asyncapi.json", summary="AsyncAPI document 接口说明 (AsyncAPI 3)")
    def asyncapi(request: Request, department: str) -> Response:
        only_its_own(house, request, department)
        return json_response(document_today(house, department, load_texts()), headers={"Cache-Control": "no-store"})

    @feeds.get("/{department}/schemas/{version}/{event_type}", summary="JSON Schema of a message 消息格式")
    def schema(department: str, version: int, event_type: str) -> Response:
        return json_response(_schema(house, department, version, event_type))

    return feeds


Who = tuple[Request, str]
"""A request, and the department whose feed it asks for."""


class _Given:
    """What is given to departments by this process. Holds threads of its own, and one who waits for the log."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="anjuan-feed")
        self.growth = Growth(house)

    async def offload(self, work: Callable[[], T]) -> T:
        return await offload(self._workers, work)

    async def page(self, who: Who, after: int, most: int) -> Page:
        """Read on until there is something or the log ends.

        Raises Unauthenticated, OtherDepartment, UnknownFeed, ContractExpired, Unavailable.
        """
        while True:
            found = await self.offload(partial(_next_page, self._house, who, after, most))
            if found.messages or found.upto == after:
                return found
            after = found.upto

    async def events(self, who: Who, found: Page) -> AsyncIterator[bytes]:
        """Yield server-sent events for ever; a comment now and then, so that nobody takes the silence for an end."""
        while True:
            yield _sent(found)
            while not await self.growth.beyond(found.upto, time.monotonic() + _QUIET_SECONDS):
                yield b": \n\n"
            found = await self.page(who, found.upto, _STEP)


def _next_page(house: House, who: Who, after: int, most: int) -> Page:
    return hand_out(house, _contract(house, *who), after, most)


def _schema(house: House, department: str, version: int, event_type: str) -> dict[str, Any]:
    versions = read_feed(house.log, department).versions
    found = message_schema(versions[version - 1], event_type) if 0 < version <= len(versions) else None
    if found is None:
        raise NotFound
    return found


def _last_event(request: Request) -> int:
    last = request.headers.get("last-event-id", "0")
    if not (last.isascii() and last.isdigit() and len(last) < _MOST_DIGITS):
        raise BadHeader("Last-Event-ID")
    return int(last)


def _contract(house: House, request: Request, department: str) -> Contract:
    only_its_own(house, request, department)
    return contract_in_force(house, department, "http")


def only_its_own(house: House, request: Request, department: str) -> None:
    """Check that the token is the department's. Raises Unauthenticated, OtherDepartment."""
    token = bearer(request)
    holder = house.departments.holder(token) if token else None
    if holder is None:
        raise Unauthenticated
    if holder != department:
        raise OtherDepartment


def _answer(request: Request, found: Page) -> Response:
    body = b"[%b]" % b",".join(found.messages)
    headers = {"Anjuan-Cursor": str(found.upto), "Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if len(body) > _WORTH_ZIPPING and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, _FASTEST), "gzip"
    return Response(body, 200, headers, media_type=_BATCH)


def _sent(found: Page) -> bytes:
    """Return server-sent events; the last one only moves the cursor on, past what was nothing for this department."""
    told = (
        b"id: %d\nevent: message\ndata: %b\n\n" % pair for pair in zip(found.positions, found.messages, strict=True)
    )
    return b"".join([*told, b"id: %d\n\n" % found.upto])
