"""Decisions explained and acts judged again, from the log itself."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from adapters.explaining import explanation_of, verdicts_on
from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.viewing import After


class ExplainQuery(BaseModel, extra="forbid"):
    """Parameters of an explanation. The log is never behind, so ``after`` waits for nothing."""

    after: After = None


def router(house: House) -> APIRouter:
    """Return the routes of explanations."""
    explanations = APIRouter(tags=["history"])

    @explanations.get("/cases/{case_id}/explain", summary="The decision explained and computed again 决定说明与复算")
    def explained(case_id: str, _asked: Annotated[ExplainQuery, Query()]) -> Response:
        return json_response(explanation_of(house, needed_case_id(case_id)))

    @explanations.get("/cases/{case_id}/judge", summary="Every act by the rule of its day 按行为当日规则复核")
    def judged(case_id: str, _asked: Annotated[ExplainQuery, Query()]) -> Response:
        return json_response(verdicts_on(house, needed_case_id(case_id)))

    return explanations
