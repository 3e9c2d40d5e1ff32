"""The history of a case, from the log itself: events, what each changed, and the case as it then stood."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.history_fields import history_fields
from adapters.http.reader import over_http
from adapters.http.two_times import account_fields
from adapters.http.viewing import After
from adapters.reads.recording import asked_for, on_record
from application.ports import case_stream
from application.replay import Moment, as_known, askable, replay
from application.two_times import LATE_AFTER, account
from domain.calendar import end_of_day
from domain.errors import UnknownCase

Number = Annotated[int | None, Field(ge=0, le=2**62)]
_MOST_SECONDS = 10**9
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: object) -> object:
    """A day as ISO writes it: of a bare number, seconds since 1970 would be made."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("day")
    return value


def _time(value: object) -> object:
    """A time that begins with a day as ISO writes it; the day alone means its end in Shanghai."""
    if not isinstance(value, str):
        return value
    if not _DAY.match(value):
        raise ValueError("time")
    return end_of_day(date.fromisoformat(value)) if _DAY.fullmatch(value) else value


_On = Annotated[
    date | None, BeforeValidator(_day), Field(description="What had happened up to the end of that day in Shanghai")
]
_AsOf = Annotated[
    AwareDatetime | None,
    BeforeValidator(_time),
    Field(description="As known then, by recorded time; of a day alone, its end in Shanghai"),
]
_By = Annotated[Literal["recorded", "happened"], Field(description="The order of the steps, and of their fold")]
_LateAfter = Annotated[
    int, Field(ge=1, le=_MOST_SECONDS, description="By happening: a step is late from so many seconds on")
]


class HistoryQuery(BaseModel, extra="forbid"):
    """Parameters of a history. The log is never behind, so ``after`` waits for nothing."""

    version: Number = None
    position: Number = None
    as_of: _AsOf = None
    on: _On = None
    by: _By = "recorded"
    late_after: _LateAfter = int(LATE_AFTER.total_seconds())
    after: After = None


def router(house: House) -> APIRouter:
    """Return the route of histories."""
    histories = APIRouter(tags=["history"])

    @histories.get("/cases/{case_id}/history", summary="History and state at a moment 历史与当时状态")
    def history(request: Request, case_id: str, asked: Annotated[HistoryQuery, Query()]) -> Response:
        moment = askable(msgspec.convert(asked, Moment, from_attributes=True), house.now())
        with on_record(house, over_http(house, request), "history", asked_for(asked)) as record:
            stored = house.log.stream(case_stream(needed_case_id(case_id)))
            if not stored:
                raise UnknownCase
            record.case(case_id)
        if asked.by == "recorded":
            return json_response(history_fields(replay(as_known(stored, moment))))
        told = account(stored, moment, timedelta(seconds=asked.late_after))
        return json_response(account_fields(told, stored))

    return histories
