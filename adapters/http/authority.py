"""Reads of authority: who may do what where on any day, power items, grants, denials, samples."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from adapters.authority import changes_of, competences, grants, owed, powers
from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.reads import Code, Text
from adapters.http.viewing import After, ViewQuery, told, views_of
from domain.calendar import civil_day
from projections.views.decisions.queries import MOST_ROWS as MOST_DECISIONS
from projections.views.decisions.queries import DecisionFilter, decision_rows, decisions
from projections.views.denials.queries import MOST_ROWS as MOST_DENIALS
from projections.views.denials.queries import DenialFilter, denial_rows, denials
from projections.views.samples.queries import MOST_ROWS as MOST_SAMPLES
from projections.views.samples.queries import sample_rows

_MOST_POSITION = 2**62
Region = Annotated[str, Field(min_length=2, max_length=12, pattern=r"^[0-9]*$", description="Division, left-anchored")]
Before = Annotated[int | None, Field(ge=0, le=_MOST_POSITION, description="Only rows at lower positions")]


class OnDayQuery(BaseModel, extra="forbid"):
    """Parameters of who may do what where. ``on``: today, if no other day is named.

    The register is read from the log itself, which is never behind, so ``after`` waits for nothing, here and below.
    """

    region: Region
    on: date | None = None
    item: Text = ""
    post: Text = ""
    after: After = None


class PowersQuery(BaseModel, extra="forbid"):
    """Parameters of the list of power items."""

    on: date | None = None
    matter: Text = ""
    after: After = None


class GrantsQuery(BaseModel, extra="forbid"):
    """Parameters of the list of grants, by id. ``beyond``: the last id of the page before."""

    on: date | None = None
    item: Text = ""
    region: Code = ""
    beyond: Text = ""
    limit: int = Field(500, ge=1, le=500)
    after: After = None


class DenialsQuery(ViewQuery):
    """Parameters of the denials: the newest first. ``since`` and ``until``: when the act was tried."""

    division: Code = ""
    post: Text = ""
    code: Text = ""
    matter: Text = ""
    case_id: Text = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: Before = None
    limit: int = Field(100, ge=1, le=MOST_DENIALS)


class DecisionsQuery(ViewQuery):
    """Parameters of the decisions: the newest first."""

    matter: Text = ""
    division: Code = ""
    post: Text = ""
    grant_id: Text = ""
    result: Text = ""
    since: date | None = None
    until: date | None = None
    before: Before = None
    limit: int = Field(100, ge=1, le=MOST_DECISIONS)


class SamplesQuery(ViewQuery):
    """Parameters of the samples: the newest first."""

    grant: Text = ""
    limit: int = Field(100, ge=1, le=MOST_SAMPLES)


def router(house: House) -> APIRouter:
    """Return the routes that read authority."""
    reads = APIRouter(tags=["authority"])

    @reads.get("/authority/on-day", summary="Who may do what where 谁在何地可办何事")
    def on_day(asked: Annotated[OnDayQuery, Query()]) -> Response:
        day = asked.on or _today(house)
        return json_response({"on": day, "rows": competences(house, day, asked.region, asked.item, asked.post)})

    @reads.get("/authority/powers", summary="Power items and their changes 权力事项与降放减转")
    def listed_powers(asked: Annotated[PowersQuery, Query()]) -> Response:
        return json_response(powers(house, asked.on or _today(house), asked.matter))

    @reads.get("/authority/powers/{item}/changes", summary="How a power item changed 降放减转")
    def changes(item: str) -> Response:
        return json_response(changes_of(house, item))

    @reads.get("/authority/grants", summary="Grants 授权")
    def listed_grants(asked: Annotated[GrantsQuery, Query()]) -> Response:
        found = grants(house, asked.on or _today(house), asked.item, asked.region)
        return json_response([each for each in found if each.grant.id > asked.beyond][: asked.limit])

    _of_views(reads, house)
    return reads


def _of_views(reads: APIRouter, house: House) -> None:
    @reads.get("/denials", summary="Acts refused for want of authority 越权被拒")
    def denied(asked: Annotated[DenialsQuery, Query()]) -> Response:
        views = views_of(house, asked, "denials")
        where = msgspec.convert(asked, DenialFilter, from_attributes=True)
        return json_response(denials(views.read(*denial_rows(where, asked.limit))), headers=told(views))

    @reads.get("/decisions", summary="Decisions and the grants they were made under 决定")
    def decided(asked: Annotated[DecisionsQuery, Query()]) -> Response:
        views = views_of(house, asked, "decisions")
        where = msgspec.convert(asked, DecisionFilter, from_attributes=True)
        return json_response(decisions(views.read(*decision_rows(where, asked.limit))), headers=told(views))

    @reads.get("/samples", summary="Samples of decisions under a grant 抽查")
    def samples(asked: Annotated[SamplesQuery, Query()]) -> Response:
        views = views_of(house, asked, "samples")
        return json_response(views.read(*sample_rows(asked.grant, asked.limit)), headers=told(views))

    @reads.get("/samples/owed", summary="Quarters without the sample that is due 应抽查未抽查")
    def owing(asked: Annotated[ViewQuery, Query()]) -> Response:
        views = views_of(house, asked, "decisions", "samples")
        return json_response(owed(house, views), headers=told(views))


def _today(house: House) -> date:
    return civil_day(house.now())
