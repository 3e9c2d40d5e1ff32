"""The rulebook over HTTP: versions, one in full, which is in force where and when, two side by side."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from adapters.house import House
from adapters.http.answers import json_response
from adapters.http.reads import Text
from adapters.http.viewing import After
from domain.calendar import civil_day
from domain.cases.vocabulary import ACTION_WORDS
from domain.rulebook.book import Rulebook, UnknownMatter
from domain.rulebook.diff import differences
from domain.rulebook.rules import RuleVersion

_SHORT = (
    "id",
    "matter",
    "title_zh",
    "title_en",
    "region",
    "valid_from",
    "valid_to",
    "issuer",
    "pilot",
    "policy",
    "verified",
)


class ListQuery(BaseModel, extra="forbid"):
    """Parameters of the list. The log is never behind, so ``after`` waits for nothing, here and below."""

    matter: Text = ""
    after: After = None


class InForceQuery(BaseModel, extra="forbid"):
    """Parameters of what is in force. ``on``: a civil day, today if left out."""

    region: Annotated[str, Field(max_length=12, pattern=r"^[0-9]+$", description="Division, left-anchored")]
    on: date | None = None
    matter: Text = ""
    after: After = None


class DiffQuery(BaseModel, extra="forbid"):
    """Ids of the two versions."""

    a: Text
    b: Text
    after: After = None


def router(house: House) -> APIRouter:
    """Return the routes that read the rulebook."""
    rules = APIRouter(tags=["rulebook"], prefix="/rulebook")

    def book() -> Rulebook:
        return house.cases.bureau.refresh().rulebook

    @rules.get("", summary="Matters and their rule versions 事项与规则版本")
    def versions(asked: Annotated[ListQuery, Query()]) -> Response:
        known = book()
        if asked.matter and asked.matter not in known.matters and asked.matter not in known.places:
            raise UnknownMatter
        found = known.versions_of(asked.matter) if asked.matter else known.all_versions()
        return json_response({"matters": known.matters, "versions": [_short(version) for version in found]})

    @rules.get("/in-force", summary="Rules in force there on that day 某日某地有效的规则")
    def in_force(asked: Annotated[InForceQuery, Query()]) -> Response:
        day = asked.on or civil_day(house.now())
        return json_response({"on": day, "versions": book().all_in_force(asked.region, day, asked.matter)})

    @rules.get("/diff", summary="Two versions field by field 比较两个版本")
    def diff(asked: Annotated[DiffQuery, Query()]) -> Response:
        a, b = (book().version(each) for each in (asked.a, asked.b))
        return json_response({"differences": differences(a, b, ACTION_WORDS)})

    @rules.get("/{rule_id}", summary="One rule version in full 规则版本全文")
    def one(rule_id: str) -> Response:
        return json_response(book().version(rule_id))

    return rules


def _short(version: RuleVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in _SHORT}
