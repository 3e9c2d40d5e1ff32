"""Running the projections over HTTP: for posts of the role that runs the system, and for nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.commands import decoded
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.auth import caller
from adapters.http.problems import NotFound
from adapters.http.running import offload
from adapters.operating import acts, seen
from adapters.operating.background import Rebuilds
from adapters.operating.builds import builds
from adapters.operating.who import require_operator
from application.ports import case_stream
from domain.errors import InvalidValue
from domain.kernel import CaseId

ACTS = ("pause", "resume", "rebuild")
_ACCEPTED = 202


class ReplayBody(msgspec.Struct, forbid_unknown_fields=True):
    """What to replay for a view: a case, a stream or one event. Exactly one of them is named."""

    view: str
    case_id: str = ""
    stream: str = ""
    position: int = 0


def router(house: House) -> APIRouter:
    """Return the routes that read."""
    reads = APIRouter(tags=["operations"])
    listed: dict[str, tuple[str, Callable[[House], object]]] = {
        "projections": ("Views: position, lag, pause, parked events, builds 视图", seen.projections),
        "parked": ("Events that views could not digest 挂起事件", _parked),
        "ranges": ("Ranges of slices and who holds them 分片区间", seen.ranges),
        "workers": ("Workers and what they have done 工作进程", seen.workers),
        "builds": ("Views being built beside 重建进度", builds),
    }
    for name, (summary, look) in listed.items():
        reads.add_api_route(f"/ops/{name}", _reading(house, look), methods=["GET"], summary=summary, name=name)
    return reads


def _reading(house: House, look: Callable[[House], object]) -> Callable[[Request], Response]:
    def read(request: Request) -> Response:
        require_operator(caller(house, request).post)
        return json_response(look(house))

    return read


def _parked(house: House) -> dict[str, object]:
    return {"parked": seen.count_parked(house), "events": seen.parked(house)}


def routes(house: House, workers: ThreadPoolExecutor, rebuilds: Rebuilds) -> list[Route]:
    """Return the routes that act."""

    async def act(request: Request) -> Response:
        return await offload(workers, lambda: _act(house, request, rebuilds))

    async def replay(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _replay(house, request, body))

    return [
        Route("/ops/views/{name}/{act}", act, methods=["POST"]),
        Route("/ops/parked/replay", replay, methods=["POST"]),
    ]


def _act(house: House, request: Request, rebuilds: Rebuilds) -> Response:
    name, wanted = request.path_params["name"], request.path_params["act"]
    require_operator(caller(house, request).post)
    if wanted not in ACTS:
        raise NotFound
    if wanted == "rebuild":
        rebuilds.start(name)
        return json_response({"view": name, "builds": "/ops/builds"}, _ACCEPTED, {"Location": "/ops/builds"})
    acts.pause(house.locate, name, paused=wanted == "pause")
    return json_response(next(each for each in seen.projections(house) if each.view == name))


def _replay(house: House, request: Request, body: bytes) -> Response:
    require_operator(caller(house, request).post)
    asked: ReplayBody = decoded(lambda given: msgspec.json.decode(given, type=ReplayBody), body)
    if sum(map(bool, (asked.case_id, asked.stream, asked.position))) != 1:
        raise InvalidValue("case_id, stream, position")
    if "\0" in asked.case_id + asked.stream:  # no text column takes it
        raise InvalidValue("case_id, stream")
    if asked.position:
        done = acts.replay_event(house.locate, asked.view, asked.position)
    else:
        done = acts.replay(house.locate, asked.view, asked.stream or case_stream(CaseId(asked.case_id)))
    return json_response({"folded": done.folded, "left": done.left})


def described(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the routes that act, as the OpenAPI document has them."""
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    found = {
        f"/ops/views/{{name}}/{act}": _operation(f"{act}_view", summary, {"parameters": [name]}, problem)
        for act, summary in zip(ACTS, ("Let a view rest 暂停", "Let it go on 继续", "Rebuild it 重建"), strict=True)
    }
    text = {"type": "string"}
    fields = {"view": text, "case_id": text, "stream": text, "position": {"type": "integer"}}
    schema = {"type": "object", "required": ["view"], "properties": fields, "additionalProperties": False}
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    summary = "Fold parked events of a case, a stream, or one 重放挂起事件"
    return {**found, "/ops/parked/replay": _operation("replay_parked", summary, body, problem)}


def _operation(ident: str, summary: str, asks: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    about = {"tags": ["operations"], "operationId": ident, "summary": summary, "security": [{"post": []}]}
    done = {"202" if ident == "rebuild_view" else "200": {"description": "Done"}, "default": problem}
    return {"post": {**about, **asks, "responses": done}}
