"""Reconciling over HTTP: a department says what it holds by day and division, and hears what differs from ours."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from adapters.feeds.held import BadHoldings, read_holdings
from adapters.feeds.reconciling import reconcile
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.feeds import only_its_own
from adapters.http.problems import BadHeader
from adapters.http.running import offload
from application.feeds import read_feed

_TYPES = frozenset({"text/csv", "application/json"})
_ROW = {"day": "string", "division": "string", "count": "integer", "digest": "string"}
_ROWS = {"type": "array", "items": {"type": "object", "properties": {name: {"type": of} for name, of in _ROW.items()}}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "What is held: CSV with the header day,division,count,digest, or JSON; 1 MiB at most",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": _ROWS}},
    },
    "security": [{"department": []}],
}


class ReconcileQuery(BaseModel, extra="forbid"):
    """``until``: count ours up to this position only."""

    until: int | None = Field(None, ge=0, le=2**62)


def router(house: House) -> APIRouter:
    """Return the route. One at a time: it reads all that was ever sent."""
    feeds = APIRouter(prefix="/feeds", tags=["feeds"])
    worker = ThreadPoolExecutor(1, thread_name_prefix="anjuan-reconcile")

    @feeds.post("/{department}/reconcile", summary="What differs from what is held 对账", openapi_extra=_BODY)
    async def differing(request: Request, department: str, asked: Annotated[ReconcileQuery, Query()]) -> Response:
        body = await request.body()
        return await offload(worker, lambda: _answer(house, (request, department), body, asked.until))

    return feeds


def _answer(house: House, who: tuple[Request, str], body: bytes, until: int | None) -> Response:
    """Raise Unauthenticated, OtherDepartment, UnknownFeed, BadHeader, BadHoldings, Unavailable."""
    only_its_own(house, *who)
    request, department = who
    read_feed(house.log, department)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise BadHeader("Content-Type: text/csv, application/json")
    if (kind == "application/json") != body.lstrip().startswith(b"["):
        raise BadHoldings("line 1: Content-Type")
    report = reconcile(house, department, read_holdings(body), until)
    return json_response(report, headers={"Cache-Control": "no-store"})
