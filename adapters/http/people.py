"""Households and coverage over HTTP. An address has the id of a subject, never a number or a name."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from adapters import coverage, persons
from adapters.coverage import board, missing
from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.problems import BadQuery
from adapters.http.reads import After, Code, Text
from adapters.http.waiting import Positions
from adapters.persons import household_file
from domain.errors import UnknownPerson
from projections.query import BadCursor
from projections.views.coverage.queries import MOST_ROWS as MOST_MISSING
from projections.views.person.queries import MOST_ROWS

_LONGEST = 250
On = Annotated[date | None, Field(description="The day asked about; today, if none is named")]


class PersonQuery(BaseModel, extra="forbid"):
    """Parameters of a household's file: which page of its events."""

    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=500)
    after: After = None


class CoverageQuery(BaseModel, extra="forbid"):
    """Parameters of the table of coverage."""

    matter: Text = ""
    division: Code = ""
    on: On = None
    after: After = None


class MissingQuery(BaseModel, extra="forbid"):
    """Parameters of the list of those who are eligible and not served."""

    matter: Annotated[Text, Field(min_length=1)]
    division: Code = ""
    on: On = None
    limit: int = Field(50, ge=1, le=MOST_MISSING)
    cursor: str = Field("", max_length=500)
    after: After = None


def router(house: House, positions: Positions) -> APIRouter:
    """Return the routes that read persons and coverage."""
    people = APIRouter(tags=["views"])
    _households(people, house, positions)
    _coverage(people, house, positions)
    return people


def _households(people: APIRouter, house: House, positions: Positions) -> None:
    @people.get("/persons/{subject}", summary="A household over all matters 一户一档")
    def person(subject: str, asked: Annotated[PersonQuery, Query()]) -> Response:
        positions.wait("person", asked.after)
        if len(subject) > _LONGEST or "\0" in subject:
            raise UnknownPerson
        return _answered(house, persons.Asked(subject=subject, limit=asked.limit, after=asked.cursor))

    @people.get("/cases/{case_id}/household", summary="The household of a case 案卷所属家庭")
    def of_case(case_id: str, asked: Annotated[PersonQuery, Query()]) -> Response:
        positions.wait("person", asked.after)
        return _answered(house, persons.Asked(case_id=needed_case_id(case_id), limit=asked.limit, after=asked.cursor))


def _coverage(people: APIRouter, house: House, positions: Positions) -> None:
    @people.get("/coverage", summary="Eligible and served by place 应享与已享")
    def covered(asked: Annotated[CoverageQuery, Query()]) -> Response:
        positions.wait("coverage", asked.after)
        found = board(house, coverage.Asked(matter=asked.matter, division=asked.division, on=asked.on))
        return json_response(found)

    @people.get("/coverage/missing", summary="Eligible and not served 应享未享")
    def not_served(asked: Annotated[MissingQuery, Query()]) -> Response:
        positions.wait("coverage", asked.after)
        where = coverage.Asked(asked.matter, asked.division, asked.on, asked.limit, asked.cursor)
        try:
            found = missing(house, where)
        except BadCursor:
            raise BadQuery("cursor") from None
        return json_response({"rows": found.rows, "next": found.next or None})


def _answered(house: House, asked: persons.Asked) -> Response:
    try:
        found = household_file(house, asked)
    except BadCursor:
        raise BadQuery("cursor") from None
    events = {"rows": found.timeline.rows, "next": found.timeline.next or None}
    return json_response(
        {"day": found.day, "household": found.household, "receives": found.receives, "timeline": events}
    )
