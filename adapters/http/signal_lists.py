"""Leads and warnings over HTTP: what signals may open, and what they put in doubt. Without names: cases have them."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reader import over_http
from adapters.http.reads import Code, Text
from adapters.http.viewing import ViewQuery, told, views_of
from adapters.reads.recording import asked_for, on_record
from adapters.signals import leads, warnings
from projections.query import BadCursor
from projections.views.leads.queries import MOST_ROWS as MOST_LEADS
from projections.views.leads.queries import LeadFilter, LeadStatus
from projections.views.warnings.queries import MOST_ROWS as MOST_WARNINGS
from projections.views.warnings.queries import WarningFilter, WarningStatus


class LeadsQuery(ViewQuery):
    """Parameters of the leads: the newest first."""

    division: Code = ""
    matter: Text = ""
    kind: Text = ""
    status: LeadStatus | Literal[""] = ""
    limit: int = Field(50, ge=1, le=MOST_LEADS)
    cursor: str = Field("", max_length=500)


class WarningsQuery(ViewQuery):
    """Parameters of the warnings: the newest first."""

    division: Code = ""
    matter: Text = ""
    kind: Text = ""
    status: WarningStatus | Literal[""] = ""
    case_id: Text = ""
    limit: int = Field(50, ge=1, le=MOST_WARNINGS)
    cursor: str = Field("", max_length=500)


def router(house: House) -> APIRouter:
    """Return the routes that read."""
    reads = APIRouter(tags=["signals"])

    @reads.get("/leads", summary="Eligible by a signal, and not served 主动发现线索")
    def led(request: Request, asked: Annotated[LeadsQuery, Query()]) -> Response:
        views = views_of(house, asked, "leads")
        where = msgspec.convert(asked, LeadFilter, from_attributes=True)
        with on_record(house, over_http(house, request), "list", asked_for(asked)) as record:
            try:
                page = leads(views, where, asked.limit, asked.cursor)
            except BadCursor:
                raise BadQuery("cursor") from None
            record.subject(*(row.subject for row in page.rows))
        return json_response({"rows": page.rows, "next": page.next or None}, headers=told(views))

    @reads.get("/warnings", summary="Signals against running entitlements 预警")
    def warned(request: Request, asked: Annotated[WarningsQuery, Query()]) -> Response:
        views = views_of(house, asked, "warnings")
        where = msgspec.convert(asked, WarningFilter, from_attributes=True)
        with on_record(house, over_http(house, request), "list", asked_for(asked)) as record:
            try:
                page = warnings(views, where, asked.limit, asked.cursor)
            except BadCursor:
                raise BadQuery("cursor") from None
            record.case(*(row.case_id for row in page.rows))
            record.subject(*(row.subject for row in page.rows))
        return json_response({"rows": page.rows, "next": page.next or None}, headers=told(views))

    return reads
