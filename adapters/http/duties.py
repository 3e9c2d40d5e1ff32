"""The clocks of statutory duties over HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from adapters.duties import Asked, board, tallied
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reads import After, Code, Text
from adapters.http.waiting import Positions
from projections.query import BadCursor
from projections.views.duties.queries import MOST_ROWS, By, DutyFilter, State


class DutiesQuery(BaseModel, extra="forbid"):
    """Parameters of the duties."""

    state: Annotated[State, Field(description="due: every clock that runs; soon: warned; overdue")] = "due"
    division: Code = ""
    organ: Annotated[Code, Field(description="Division of the organ that owes it")] = ""
    holder: Annotated[Text, Field(description="The role that owes it")] = ""
    post: Annotated[Text, Field(description="The post that has the case")] = ""
    article: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$", description="The basis, exactly")] = ""
    matter: Text = ""
    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)
    after: After = None


class TalliesQuery(BaseModel, extra="forbid"):
    """Parameters of the tallies."""

    by: By = "organ"
    division: Code = ""
    matter: Text = ""
    after: After = None


def router(house: House, positions: Positions) -> APIRouter:
    """Return the routes that read duties."""
    duties = APIRouter(tags=["views"], prefix="/duties")

    @duties.get("", summary="Running duties by due moment 在办职责时限")
    def page(asked: Annotated[DutiesQuery, Query()]) -> Response:
        positions.wait("duties", asked.after)
        where = msgspec.convert(asked, DutyFilter, from_attributes=True)
        try:
            found = board(house, Asked(where, asked.limit, asked.cursor))
        except BadCursor:
            raise BadQuery("cursor") from None
        return json_response({"rows": found.rows, "next": found.next or None})

    @duties.get("/tallies", summary="Due, soon and overdue by post, organ or article 时限汇总")
    def tally(asked: Annotated[TalliesQuery, Query()]) -> Response:
        positions.wait("duties", asked.after)
        where = DutyFilter(division=asked.division, matter=asked.matter)
        return json_response({"tallies": tallied(house, asked.by, where)})

    return duties
