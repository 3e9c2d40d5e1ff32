"""The history of a case, from the log itself: events, what each changed, and the case as it then stood."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from adapters.house import House
from adapters.http.actions import needed_case_id
from adapters.http.answers import json_response
from adapters.http.viewing import After
from application.ports import case_stream
from application.replay import Moment, Step, as_known, replay
from domain.errors import UnknownCase

Number = Annotated[int | None, Field(ge=0, le=2**62)]


class HistoryQuery(BaseModel, extra="forbid"):
    """Parameters of a history. The log is never behind, so ``after`` waits for nothing."""

    version: Number = None
    position: Number = None
    as_of: Annotated[AwareDatetime | None, Field(description="As known then, by recorded time")] = None
    on: Annotated[date | None, Field(description="What had happened up to the end of that day")] = None
    after: After = None


def router(house: House) -> APIRouter:
    """Return the route of histories."""
    histories = APIRouter(tags=["history"])

    @histories.get("/cases/{case_id}/history", summary="History and state at a moment 历史与当时状态")
    def history(case_id: str, asked: Annotated[HistoryQuery, Query()]) -> Response:
        moment = msgspec.convert(asked, Moment, from_attributes=True)
        stored = house.log.stream(case_stream(needed_case_id(case_id)))
        if not stored:
            raise UnknownCase
        return json_response(history_fields(replay(as_known(stored, moment))))

    return histories


def history_fields(steps: list[Step]) -> dict[str, object]:
    """Return a replay as JSON shows it."""
    last = steps[-1] if steps else None
    return {
        "version": last.recorded.seq if last else 0,
        "position": last.recorded.position if last else 0,
        "state": last.state if last else None,
        "events": [_line(step) for step in steps],
    }


def _line(step: Step) -> dict[str, object]:
    recorded, meta = step.recorded, step.recorded.meta
    return {
        "seq": recorded.seq,
        "position": recorded.position,
        "type": recorded.type,
        "occurred_at": meta.occurred_at,
        "recorded_at": recorded.recorded_at,
        "actor": meta.actor,
        "post": meta.post,
        "organ": meta.organ,
        "power": meta.authority.power if meta.authority else "",
        "rule": meta.rule,
        "command_id": meta.command_id,
        "data": recorded.event,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in step.changes],
    }
