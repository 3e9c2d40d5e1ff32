"""The application: one asynchronous edge, synchronous code in threads behind it."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from adapters.house import House
from adapters.http import (
    actions,
    audit_questions,
    authority,
    docs_page,
    documents,
    duties,
    explain,
    feed_reconcile,
    feeds,
    history,
    log,
    operating,
    operations,
    people,
    policy,
    reads,
    reads_on_record,
    registry,
    rulebook,
    signal_lists,
    signals,
)
from adapters.http.edge import Commands, Edge
from adapters.http.openapi import describe
from adapters.http.problems import BadQuery, Internal, MethodNotAllowed, NotFound, ProblemResponse
from adapters.operating.background import Rebuilds
from adapters.web import pages
from domain.errors import Refused, Unavailable

_WORKERS = 64
"""Threads for commands, and as many for reads: they mostly wait for the database."""
_METHOD_NOT_ALLOWED = 405
_ABOUT = "Case management of a civil-affairs bureau. Every write needs the bearer token of a post."
_READING = (
    history,
    explain,
    feed_reconcile,
    feeds,
    rulebook,
    operating,
    reads,
    duties,
    authority,
    policy,
    people,
    audit_questions,
    log,
    signal_lists,
    reads_on_record,
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def create_app(house: House) -> ASGIApp:
    """Return the application of a house; the house is the caller's to close."""
    workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="anjuan-command")
    rebuilds = Rebuilds(house.locate)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _WORKERS
        yield
        rebuilds.close()
        workers.shutdown()

    app = FastAPI(
        title="Anjuan 案卷", version="1", description=_ABOUT, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # the way FastAPI documents
    for fault, answer in _FAULTS.items():
        app.add_exception_handler(fault, answer)
    writes = [*documents.routes(house, workers), *actions.routes(house, workers), *policy.routes(house, workers)]
    writes += [*operating.routes(house, workers, rebuilds), *signals.routes(house, workers)]
    app.router.routes.extend(writes)
    answers: Counter[int] = Counter()
    about = (reads.finding(house), registry.router(), docs_page.router(app))
    served = (*(part.router(house) for part in _READING), *about)
    for router in (*served, operations.router(house, answers), pages.router(house, rebuilds)):
        app.include_router(router)
    return Edge(Commands(writes, app), _hosts(house.settings.host), answers)


def _hosts(bound: str) -> frozenset[str]:
    """Return the names to answer under. Bound to a network, the names are the administrator's matter."""
    return _LOOPBACK if bound in _LOOPBACK or bound == "::1" else frozenset()


async def _refusal(request: Request, error: Exception) -> Response:
    """Anything else is told as such; the edge logs where it was."""
    return ProblemResponse(request, error if isinstance(error, Refused | Unavailable) else Internal())


async def _http_fault(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 0
    return ProblemResponse(request, MethodNotAllowed() if status == _METHOD_NOT_ALLOWED else NotFound())


async def _bad_query(request: Request, error: Exception) -> Response:
    """Name the parameters; FastAPI's own answer would repeat their values."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    names = {"unknown parameter" if fault["type"] == "extra_forbidden" else str(fault["loc"][1]) for fault in faults}
    return ProblemResponse(request, BadQuery(", ".join(sorted(names))))


_FAULTS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _http_fault,
    RequestValidationError: _bad_query,
    Refused: _refusal,
    Unavailable: _refusal,
    Exception: _refusal,
}
