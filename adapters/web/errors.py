"""Faults in the look of the pages. They need no database: it may be the fault."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from adapters.projector.moments import NotYet
from adapters.viewing import MomentFault, ViewBuilding
from adapters.web.desk import Desk
from domain.errors import Unavailable, UnknownCase, UnknownPerson
from projections.query import BadCursor
from projections.question import UnknownFinding, UnknownQuestion

Answering = Callable[[Request], Coroutine[Any, Any, Response]]
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownCase, 404),
    (UnknownPerson, 404),
    (UnknownQuestion, 404),
    (UnknownFinding, 404),
    (Unavailable, 503),
    (BadCursor, 400),
    (msgspec.ValidationError, 400),
    (RequestValidationError, 400),
)
_FAULTS = tuple(fault for fault, _ in _STATUS)
_REFRESH_SECONDS = "2"


class PageRoute(APIRoute):
    """A route whose faults are answered by pages."""

    def get_route_handler(self) -> Answering:
        """Wrap the handler; the framework asks for a coroutine here, and nowhere else."""
        answer = super().get_route_handler()

        async def answer_or_explain(request: Request) -> Response:
            try:
                return await answer(request)
            except HTTPException as fault:
                return error_page(request, fault.status_code)
            except ViewBuilding as building:
                return _building_page(request, building)
            except NotYet:
                return _moment_page(request, 409, "past.not_yet_title", "past.not_yet")
            except MomentFault:
                return _moment_page(request, 500, "past.fault_title", "past.fault")
            except _FAULTS as fault:
                return error_page(request, next(status for kind, status in _STATUS if isinstance(fault, kind)))

        return answer_or_explain


def _building_page(request: Request, building: ViewBuilding) -> Response:
    """Answer with how far the view is, until the page itself can be shown.

    The browser is told to ask again by a header, which needs no script; 202, because to people nothing has failed.
    """
    answer = _moment_page(request, 202, "past.building_title", "past.building", building.percent)
    answer.headers.update({"Refresh": _REFRESH_SECONDS, "Retry-After": _REFRESH_SECONDS})
    return answer


def _moment_page(request: Request, status: int, title: str, text: str, percent: int | None = None) -> Response:
    """Answer for a moment that cannot be shown, or not yet; title and text by their keys."""
    return Desk(request, None).page("moment.html", status, title=title, text=text, percent=percent)


def error_page(request: Request, status: int) -> Response:
    """Answer with a page for the status."""
    known = status if status in (400, 404, 413, 503) else 400
    answer = Desk(request, None).page("error.html", status, code=known)
    if status == 503:  # noqa: PLR2004  the status says it
        answer.headers["Retry-After"] = "5"
    return answer
