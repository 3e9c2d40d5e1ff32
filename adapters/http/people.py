"""Households and coverage over HTTP. An address has the id of a subject, never a number or a name."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from adapters import coverage, persons
from adapters.coverage import board, missing
from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reader import over_http
from adapters.http.reads import Code, Text
from adapters.http.viewing import ViewQuery, told, views_of
from adapters.persons import household_file
from adapters.reads.recording import Seen, asked_for, on_record
from adapters.viewing import Views
from domain.errors import UnknownPerson
from projections.query import BadCursor
from projections.views.coverage.queries import MOST_ROWS as MOST_MISSING
from projections.views.person.queries import MOST_ROWS

_LONGEST = 250
On = Annotated[date | None, Field(description="The day asked about; today, if none is named")]


class PersonQuery(ViewQuery):
    """Parameters of a household's file: which page of its events."""

    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)


class CoverageQuery(ViewQuery):
    """Parameters of the table of coverage."""

    matter: Text = ""
    division: Code = ""
    on: On = None


class MissingQuery(ViewQuery):
    """Parameters of the list of those who are eligible and not served."""

    matter: Annotated[Text, Field(min_length=1)]
    division: Code = ""
    on: On = None
    limit: int = Field(50, ge=1, le=MOST_MISSING)
    cursor: str = Field("", max_length=500)


def router(house: House) -> APIRouter:
    """Return the routes that read persons and coverage."""
    people = APIRouter(tags=["views"])
    _households(people, house)
    _coverage(people, house)
    return people


def _households(people: APIRouter, house: House) -> None:
    @people.get("/persons/{subject}", summary="A household over all matters 一户一档")
    def person(request: Request, subject: str, asked: Annotated[PersonQuery, Query()]) -> Response:
        if len(subject) > _LONGEST or "\0" in subject:
            raise UnknownPerson
        views = views_of(house, asked, "person")
        with on_record(house, over_http(house, request), "person", asked_for(asked)) as record:
            wanted = persons.Asked(subject=subject, limit=asked.limit, after=asked.cursor)
            return _answered(views, wanted, record)

    @people.get("/cases/{case_id}/household", summary="The household of a case 案卷所属家庭")
    def of_case(request: Request, case_id: str, asked: Annotated[PersonQuery, Query()]) -> Response:
        views = views_of(house, asked, "person")
        with on_record(house, over_http(house, request), "person", asked_for(asked)) as record:
            wanted = persons.Asked(case_id=needed_case_id(case_id), limit=asked.limit, after=asked.cursor)
            return _answered(views, wanted, record)


def _coverage(people: APIRouter, house: House) -> None:
    @people.get("/coverage", summary="Eligible and served by place 应享与已享")
    def covered(asked: Annotated[CoverageQuery, Query()]) -> Response:
        views = views_of(house, asked, "coverage")
        found = board(views, coverage.Asked(matter=asked.matter, division=asked.division, on=asked.on))
        return json_response(found, headers=told(views))

    @people.get("/coverage/missing", summary="Eligible and not served 应享未享")
    def not_served(request: Request, asked: Annotated[MissingQuery, Query()]) -> Response:
        views = views_of(house, asked, "coverage")
        where = coverage.Asked(asked.matter, asked.division, asked.on, asked.limit, asked.cursor)
        with on_record(house, over_http(house, request), "list", asked_for(asked)) as record:
            try:
                found = missing(views, where)
            except BadCursor:
                raise BadQuery("cursor") from None
            record.subject(*(row.subject for row in found.rows))
        return json_response({"rows": found.rows, "next": found.next or None}, headers=told(views))


def _answered(views: Views, asked: persons.Asked, record: Seen) -> Response:
    try:
        found = household_file(views, asked)
    except BadCursor:
        raise BadQuery("cursor") from None
    record.subject(*found.household.subjects)
    record.case(*(case.case_id for case in found.household.cases))
    events = {"rows": found.timeline.rows, "next": found.timeline.next or None}
    return json_response(
        {"day": found.day, "household": found.household, "receives": found.receives, "timeline": events},
        headers=told(views),
    )
