"""Reads of the views, under their names; which state of them is asked for, adapters/http/viewing.py tells."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import etag, json_response, unchanged
from adapters.http.problems import BadQuery
from adapters.http.reader import over_http
from adapters.http.viewing import After, ViewQuery, moment_asked, past_of, told, views_of, wait_for
from adapters.reads.recording import HIDDEN, asked_for, on_record
from application.ports import case_stream
from domain.errors import UnknownCase
from domain.kernel import CaseId
from projections.query import BadCursor
from projections.query import Query as SqlQuery
from projections.views.case_file.queries import CaseFile, case_file, case_file_of, case_file_row
from projections.views.dashboard.queries import (
    DashboardFilter,
    Dimension,
    count_rows,
    counts,
    step_rows,
    steps,
)
from projections.views.worklist.queries import MOST_ROWS, Order, WorklistFilter, order_for, worklist_page, worklist_rows

Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$", description="Division, left-anchored")]


class WorklistQuery(ViewQuery):
    """Parameters of the worklist."""

    matter: Text = ""
    division: Code = ""
    stage: Text = ""
    assignee: Text = ""
    number: Annotated[Text, Field(description="How the case number begins")] = ""
    due_before: date | None = None
    archived: bool | None = None
    order: Order = "opened"
    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)


class NameAsked(BaseModel, extra="forbid"):
    """How an applicant's name begins: in a body, since a name belongs in no address and no log."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")
    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)
    after: After = None


class DashboardQuery(ViewQuery):
    """Parameters of the dashboard."""

    by: list[Dimension] = Field(["stage"], max_length=4)
    matter: Text = ""
    division: Code = ""
    from_month: date | None = None
    to_month: date | None = None


def router(house: House) -> APIRouter:
    """Return the routes that read views."""
    reads = APIRouter(tags=["views"])

    @reads.get("/cases", summary="Worklist 工作列表")
    def worklist(request: Request, asked: Annotated[WorklistQuery, Query()]) -> Response:
        views = views_of(house, asked, "worklist")
        where = msgspec.convert(asked, WorklistFilter, from_attributes=True)
        order = order_for(where, asked.order)
        query = asked_for(asked)
        with on_record(house, over_http(house, request), "list", query) as record:
            page = worklist_page(views.read(*_listed(where, order, asked.limit, asked.cursor)), order, asked.limit)
            record.case(*(row.case_id for row in page.rows))
        return json_response({"rows": page.rows, "next": page.next or None}, headers=told(views))

    @reads.get("/cases/{case_id}", summary="Case file 案卷")
    def one_case(request: Request, case_id: str, asked: Annotated[ViewQuery, Query()]) -> Response:
        with on_record(house, over_http(house, request), "case", asked_for(asked)) as record:
            found, headers = _case(house, asked, needed_case_id(case_id))
            if found is None:
                raise UnknownCase
            record.case(found.case_id)
        headers |= etag(found.version)
        if unchanged(request, found.version):
            return Response(status_code=304, headers=headers)
        return json_response(found, headers=headers)

    _dashboard(reads, house)
    return reads


def _dashboard(reads: APIRouter, house: House) -> None:
    @reads.get("/dashboard", summary="Counts and days per step 看板")
    def dashboard(asked: Annotated[DashboardQuery, Query()]) -> Response:
        views = views_of(house, asked, "dashboard")
        where = msgspec.convert(asked, DashboardFilter, from_attributes=True)
        by = tuple(dict.fromkeys(asked.by))
        counted, histogram = views.read(*count_rows(by, where)), views.read(*step_rows(where))
        return json_response({"counts": counts(counted), "steps": steps(histogram)}, headers=told(views))


def finding(house: House) -> APIRouter:
    """Return the route that finds cases by name."""
    finds = APIRouter(tags=["views"])

    @finds.post("/cases/find", summary="Cases by the applicant's name 按姓名查找")
    def find(request: Request, asked: NameAsked) -> Response:
        wait_for(house, asked.after, "worklist")
        query = _listed(WorklistFilter(name=asked.name), "opened", asked.limit, asked.cursor)
        with on_record(house, over_http(house, request), "list", {"name": HIDDEN}) as record:
            page = worklist_page(house.read(*query), "opened", asked.limit)
            record.case(*(row.case_id for row in page.rows))
        return json_response({"rows": page.rows, "next": page.next or None})

    return finds


def _case(house: House, asked: ViewQuery, case_id: CaseId) -> tuple[CaseFile | None, dict[str, str]]:
    """Return a case as its view has it; as of a moment, from its own stream at once: no other case need be folded."""
    moment = moment_asked(asked)
    if moment is None:
        return case_file(views_of(house, asked, "case_file").read(*case_file_row(case_id))), {}
    past = past_of(house, asked, moment)
    stream = house.log.stream(case_stream(case_id))
    return case_file_of([each for each in stream if each.position <= past.shown.position]), told(past)


def _listed(where: WorklistFilter, order: Order, limit: int, cursor: str) -> SqlQuery:
    try:
        return worklist_rows(where, order, limit, cursor)
    except BadCursor:
        raise BadQuery("cursor") from None
