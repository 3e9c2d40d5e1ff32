"""Answers in JSON, and the headers that speak of versions."""

import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adapters.http.problems import BadHeader

_TAG = re.compile(r'"([0-9]{1,9})"')
# Sets in order: the same state always reads the same.
_encode = msgspec.json.Encoder(order="deterministic").encode


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return any value of ours as JSON."""
    return Response(_encode(value), status, headers, media_type="application/json")


def etag(version: int) -> dict[str, str]:
    """Return the header with a case's version."""
    return {"ETag": f'"{version}"'}


def if_match(request: Request) -> int | None:
    """Return the version that the caller has seen, None for any. Raises BadHeader."""
    text = request.headers.get("if-match", "*").strip()
    if text == "*":
        return None
    tag = _TAG.fullmatch(text)
    if tag is None:
        raise BadHeader("If-Match")
    return int(tag[1])


def unchanged(request: Request, version: int) -> bool:
    """Tell whether the caller has this version already."""
    text = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in ("*", f'"{version}"') for tag in text.split(",") if tag.strip())
