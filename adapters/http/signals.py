"""The inbox of other departments, and what posts make of their signals."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.auth import bearer, caller
from adapters.http.problems import NotFound, Unauthenticated
from adapters.http.running import offload
from adapters.inbox.decoding import decode_signal, split_signals
from adapters.inbox.taking import take_messages
from adapters.signals import SIGNAL_ACTIONS, SignalWish, act_on_signal
from application.signal_acts import SignalName
from application.signals import receive_one
from domain.signals.receiving import SignalIn
from domain.signals.refusals import WrongDepartment

_INBOX = "/inbox/{department}/signals"
_ACT = "/signals/{source}/{id}/{act}"


class UnknownDepartment(Unauthenticated):
    """No token, or one that is no department's or has expired."""

    zh = "须持部门令牌报送"
    en = "A valid bearer token of a department is needed"


def routes(house: House, workers: ThreadPoolExecutor) -> list[Route]:
    """Return the routes that write."""

    async def take(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _taken(house, request, body))

    async def act(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _act(house, request, body))

    return [Route(_INBOX, take, methods=["POST"]), Route(_ACT, act, methods=["POST"])]


def _taken(house: House, request: Request, body: bytes) -> Response:
    """Answer for each signal of a list; of a single one that is refused, with the problem."""
    department = house.departments.holder(bearer(request) or "")
    if department is None:
        raise UnknownDepartment
    if department != request.path_params["department"]:
        raise WrongDepartment
    if body.lstrip().startswith(b"["):
        return json_response({"signals": take_messages(house, department, split_signals(body))})
    return json_response(receive_one(house.cases, department, decode_signal(body), house.now()))


def _act(house: House, request: Request, body: bytes) -> Response:
    act = request.path_params["act"]
    if act not in SIGNAL_ACTIONS:
        raise NotFound
    who = caller(house, request)
    name = SignalName(request.path_params["source"], request.path_params["id"])
    key = request.headers.get("idempotency-key", "")
    answer = act_on_signal(house, SignalWish(act, name, body, who.post, who.actor, key))
    return json_response(answer)


def described(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the routes that write, as the OpenAPI document has them."""
    shapes = [SignalIn, *(action.command for action in SIGNAL_ACTIONS.values())]
    (signal, *commands), _ = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    either = {"oneOf": [signal, {"type": "array", "maxItems": 1_000, "items": signal}]}
    inbox = _operation("receive_signals", "Signals of a department 部门数据报送", ["department"], either)
    found = {_INBOX: {"post": {**inbox, "security": [{"department": []}]}}}
    for (act, action), command in zip(SIGNAL_ACTIONS.items(), commands, strict=True):
        told = _operation(action.name, f"{action.en} {action.zh}", ["source", "id"], command)
        found[_ACT.replace("{act}", act)] = {"post": {**told, "security": [{"post": []}]}}
    for path in found.values():
        path["post"]["responses"]["default"] = problem
    return found


def _operation(ident: str, summary: str, names: list[str], body: dict[str, Any]) -> dict[str, Any]:
    given = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {
        "tags": ["signals"],
        "operationId": ident,
        "summary": summary,
        "parameters": given,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "Done"}},
    }
