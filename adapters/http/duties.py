"""The clocks of statutory duties over HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from adapters.duties import Asked, board, tallied
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reads import Code, Text
from adapters.http.viewing import ViewQuery, told, views_of
from projections.query import BadCursor
from projections.views.duties.queries import MOST_ROWS, By, DutyFilter, State


class DutiesQuery(ViewQuery):
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


class TalliesQuery(ViewQuery):
    """Parameters of the tallies."""

    by: By = "organ"
    division: Code = ""
    matter: Text = ""


def router(house: House) -> APIRouter:
    """Return the routes that read duties."""
    duties = APIRouter(tags=["views"], prefix="/duties")

    @duties.get("", summary="Running duties by due moment 在办职责时限")
    def page(asked: Annotated[DutiesQuery, Query()]) -> Response:
        views = views_of(house, asked, "duties")
        where = msgspec.convert(asked, DutyFilter, from_attributes=True)
        try:
            found = board(house, Asked(where, asked.limit, asked.cursor), views)
        except BadCursor:
            raise BadQuery("cursor") from None
        return json_response({"rows": found.rows, "next": found.next or None}, headers=told(views))

    @duties.get("/tallies", summary="Due, soon and overdue by post, organ or article 时限汇总")
    def tally(asked: Annotated[TalliesQuery, Query()]) -> Response:
        views = views_of(house, asked, "duties")
        where = DutyFilter(division=asked.division, matter=asked.matter)
        return json_response({"tallies": tallied(house, asked.by, where, views)}, headers=told(views))

    return duties
