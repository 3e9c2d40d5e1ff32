"""Every action of the registry as a route, without one line of its own."""

from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.commands import Wish, known_case_id, read_wish
from adapters.house import House
from adapters.http.answers import etag, if_match, json_response
from adapters.http.auth import caller
from adapters.http.problems import NotFound
from adapters.http.running import offload
from application.asking import Answer
from domain.cases.action import Action
from domain.cases.registry import ACTIONS
from domain.errors import UnknownCase
from domain.kernel import CaseId

OPENING = "open_case"
PATHS = {f"/cases/{{case_id}}/{name.replace('_', '-')}": action for name, action in ACTIONS.items() if name != OPENING}
"""Path -> action, as the OpenAPI document lists them; one route serves them all."""

_BY_SEGMENT = {path.rpartition("/")[2]: action for path, action in PATHS.items()}


def routes(house: House, workers: ThreadPoolExecutor) -> list[Route]:
    """Return the routes that write."""

    async def open_case(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _opened(act(house, request, ACTIONS[OPENING], body)))

    async def act_on_case(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _done(_act_on(house, request, body)))

    return [
        Route("/cases", open_case, methods=["POST"]),
        Route("/cases/{case_id}/{action}", act_on_case, methods=["POST"]),
    ]


def act(house: House, request: Request, action: Action, body: bytes) -> Answer:
    """Do an action in the name of the caller. Raises Refused or Unavailable."""
    who = caller(house, request)
    wish = Wish(
        action=action,
        body=body,
        post=who.post,
        actor=who.actor,
        case_id=None if action.name == OPENING else needed_case_id(request.path_params["case_id"]),
        key=request.headers.get("idempotency-key", ""),
        if_match=if_match(request),
    )
    return house.handle(read_wish(house, wish))


def needed_case_id(text: str) -> CaseId:
    """Return the case id in a path. Raises UnknownCase for what could not be one."""
    case_id = known_case_id(text)
    if case_id is None:
        raise UnknownCase
    return case_id


def answer_fields(answer: Answer) -> dict[str, object]:
    """Return the body of an answer, complete."""
    return {
        "case_id": answer.case_id,
        "version": answer.version,
        "position": answer.position,
        "events": answer.events,
        "repeated": answer.repeated,
    }


def _act_on(house: House, request: Request, body: bytes) -> Answer:
    action = _BY_SEGMENT.get(request.path_params["action"])
    if action is None:
        raise NotFound
    return act(house, request, action, body)


def _opened(answer: Answer) -> Response:
    headers = {**etag(answer.version), "Location": f"/cases/{answer.case_id}"}
    return json_response(answer_fields(answer), 201, headers)


def _done(answer: Answer) -> Response:
    return json_response(answer_fields(answer), 200, etag(answer.version))
