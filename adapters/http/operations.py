"""For those who run the house: views, log, health, metrics."""

from collections import Counter

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from adapters.house import House
from adapters.http.answers import json_response
from adapters.operating.exposition import exposition
from adapters.ops import log_growth, view_lags
from domain.errors import Unavailable


def router(house: House, answers: "Counter[int]") -> APIRouter:
    """Return the routes of operations. ``answers``: how many there were, by status."""
    operations = APIRouter(tags=["operations"])

    @operations.get("/views", summary="Views, their checkpoints and lag 视图进度")
    def views() -> Response:
        return json_response(view_lags(house))

    @operations.get("/ops/log", summary="End and growth of the log 日志")
    def log() -> Response:
        return json_response(log_growth(house))

    @operations.get("/healthz", summary="The process answers 存活")
    def healthz() -> Response:
        return json_response({"alive": True})

    @operations.get("/readyz", summary="Database and views are there 就绪")
    def readyz() -> Response:
        missing = [lag.view for lag in view_lags(house) if not lag.built]
        if missing:
            raise Unavailable(", ".join(missing))
        return json_response({"ready": True})

    @operations.get("/metrics", summary="For Prometheus 指标")
    def metrics() -> Response:
        return PlainTextResponse(exposition(house, answers), media_type="text/plain; version=0.0.4")

    return operations
