"""Policies over HTTP: every act of the registry as a route, the policies, one in full; and parity."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.house import House
from adapters.http.answers import etag, json_response, unchanged
from adapters.http.auth import caller
from adapters.http.problems import NotFound
from adapters.http.reads import Code, Text
from adapters.http.running import offload
from adapters.http.viewing import ViewQuery, told, views_of
from adapters.policy import DRAFTING, PolicyWish, needed_policy_id, read_policy_wish
from application.policy import PolicyAnswer, handle_policy, read_policy
from domain.policy.action import PolicyAction
from domain.policy.registry import POLICY_ACTIONS
from projections.views.parity.queries import ParityFilter, decision_rows, grant_rows, parity
from projections.views.policies.queries import policies, policy_rows

POLICY_PATHS = {
    f"/policies/{{policy_id}}/{name.replace('_', '-')}": action
    for name, action in POLICY_ACTIONS.items()
    if name != DRAFTING
}
"""Path -> act, as the OpenAPI document lists them; one route serves them all."""

_BY_SEGMENT = {path.rpartition("/")[2]: action for path, action in POLICY_PATHS.items()}


class PoliciesQuery(ViewQuery):
    """Parameters of the list."""

    stage: Text = ""


class ParityQuery(ViewQuery):
    """Parameters of parity. Months by their first day."""

    matter: Text = ""
    division: Code = ""
    from_month: date | None = None
    to_month: date | None = None


def routes(house: House, workers: ThreadPoolExecutor) -> list[Route]:
    """Return the routes that write."""

    async def draft(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _drafted(_act(house, request, POLICY_ACTIONS[DRAFTING], body)))

    async def act_on_policy(request: Request) -> Response:
        body = await request.body()
        return await offload(workers, lambda: _done(_act_on(house, request, body)))

    return [
        Route("/policies", draft, methods=["POST"]),
        Route("/policies/{policy_id}/{action}", act_on_policy, methods=["POST"]),
    ]


def router(house: House) -> APIRouter:
    """Return the routes that read."""
    reads = APIRouter(tags=["policies"])

    @reads.get("/policies", summary="Policies and where they stand 政策")
    def listed(asked: Annotated[PoliciesQuery, Query()]) -> Response:
        views = views_of(house, asked, "policies")
        return json_response(policies(views.read(*policy_rows(asked.stage))), headers=told(views))

    @reads.get("/policies/{policy_id}", summary="One policy in full 政策全文与过程")
    def one(request: Request, policy_id: str) -> Response:
        loaded = read_policy(house.log, needed_policy_id(policy_id))
        if unchanged(request, loaded.version):
            return Response(status_code=304, headers=etag(loaded.version))
        return json_response({"version": loaded.version, "state": loaded.state}, headers=etag(loaded.version))

    @reads.get("/parity", summary="Decisions by county, in town and country 城乡与区域一致性")
    def equal(asked: Annotated[ParityQuery, Query()]) -> Response:
        views = views_of(house, asked, "parity")
        where = msgspec.convert(asked, ParityFilter, from_attributes=True)
        found = parity(views.read(*decision_rows(where)), views.read(*grant_rows(where)))
        return json_response(found, headers=told(views))

    return reads


def _act_on(house: House, request: Request, body: bytes) -> PolicyAnswer:
    action = _BY_SEGMENT.get(request.path_params["action"])
    if action is None:
        raise NotFound
    return _act(house, request, action, body)


def _act(house: House, request: Request, action: PolicyAction, body: bytes) -> PolicyAnswer:
    """Act in the name of the caller. Raises Refused or Unavailable."""
    who = caller(house, request)
    wish = PolicyWish(
        action=action,
        body=body,
        post=who.post,
        actor=who.actor,
        policy_id=None if action.name == DRAFTING else needed_policy_id(request.path_params["policy_id"]),
        key=request.headers.get("idempotency-key", ""),
    )
    return handle_policy(house.cases, read_policy_wish(house, wish))


def answer_fields(answer: PolicyAnswer) -> dict[str, object]:
    """Return the body of an answer, complete."""
    return msgspec.structs.asdict(answer)


def _drafted(answer: PolicyAnswer) -> Response:
    headers = {**etag(answer.version), "Location": f"/policies/{answer.policy_id}"}
    return json_response(answer_fields(answer), 201, headers)


def _done(answer: PolicyAnswer) -> Response:
    return json_response(answer_fields(answer), 200, etag(answer.version))
