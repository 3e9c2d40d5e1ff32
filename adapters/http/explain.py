"""Decisions explained and acts judged again, from the log itself."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from adapters.explaining import explanation_of, verdicts_on
from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.reader import over_http
from adapters.http.viewing import After
from adapters.reads.recording import on_record


class ExplainQuery(BaseModel, extra="forbid"):
    """Parameters of an explanation. The log is never behind, so ``after`` waits for nothing."""

    after: After = None


def router(house: House) -> APIRouter:
    """Return the routes of explanations."""
    explanations = APIRouter(tags=["history"])

    @explanations.get("/cases/{case_id}/explain", summary="The decision explained and computed again 决定说明与复算")
    def explained(request: Request, case_id: str, _asked: Annotated[ExplainQuery, Query()]) -> Response:
        with on_record(house, over_http(house, request), "history", {"part": "explain"}) as record:
            told = explanation_of(house, needed_case_id(case_id))
            record.case(case_id)
        return json_response(told)

    @explanations.get("/cases/{case_id}/judge", summary="Every act by the rule of its day 按行为当日规则复核")
    def judged(request: Request, case_id: str, _asked: Annotated[ExplainQuery, Query()]) -> Response:
        with on_record(house, over_http(house, request), "history", {"part": "judge"}) as record:
            told = verdicts_on(house, needed_case_id(case_id))
            record.case(case_id)
        return json_response(told)

    return explanations
