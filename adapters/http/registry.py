"""What there is to do and what is stored: actions and event types with their JSON Schemas."""

from functools import cache
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from adapters.eventstore.event_types import EVENT_TYPES
from adapters.http.actions import OPENING, PATHS
from adapters.http.answers import json_response
from adapters.http.problems import NotFound
from domain.cases.registry import ACTIONS


def router() -> APIRouter:
    """Return the routes that describe."""
    described = APIRouter(tags=["registry"])

    @described.get("/actions", summary="All actions with their forms 全部办理事项")
    def actions() -> Response:
        return json_response(_actions())

    @described.get("/schemas/{event_type}/{number}", summary="JSON Schema of a stored event 事件格式")
    def schema(event_type: str, number: int) -> Response:
        cls = EVENT_TYPES.get(event_type)
        if cls is None or number != cls.SCHEMA:
            raise NotFound
        return json_response({"$id": f"/schemas/{event_type}/{number}", **msgspec.json.schema(cls)})

    return described


@cache
def _actions() -> list[dict[str, Any]]:
    paths = {action.name: path for path, action in PATHS.items()} | {OPENING: "/cases"}
    return [
        {
            "name": action.name,
            "method": "POST",
            "path": paths[action.name],
            "zh": action.zh,
            "en": action.en,
            "schema": msgspec.json.schema(action.command),
        }
        for action in ACTIONS.values()
    ]
