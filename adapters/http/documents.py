"""Documents in and out: the raw bytes as the body, everything else in headers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from adapters.documents import DocumentStore, Upload, media_type_of
from adapters.house import House
from adapters.http.actions import act, answer_fields, needed_case_id
from adapters.http.answers import etag, json_response
from adapters.http.auth import caller
from adapters.http.problems import BadHeader, NotFound
from adapters.http.reader import over_http
from adapters.http.running import offload
from adapters.reads.recording import on_record
from domain.cases.registry import ACTIONS
from domain.errors import UnknownCase

_ATTACH = ACTIONS["attach_document"]


def routes(house: House, workers: ThreadPoolExecutor) -> list[Route]:
    """Return the routes of documents."""
    store = DocumentStore(house.settings.home)

    async def put_in(request: Request) -> Response:
        await offload(workers, lambda: _check(house, request))  # before a byte is stored
        with await offload(workers, store.upload) as upload:
            async for chunk in request.stream():
                upload.write(chunk)
            return await offload(workers, lambda: _attach(house, store, request, upload))

    async def give_out(request: Request) -> Response:
        path = await offload(workers, lambda: _find(house, store, request))
        return FileResponse(path[0], media_type=path[1], headers={"Content-Disposition": "attachment"})

    return [
        Route("/cases/{case_id}/documents", put_in, methods=["POST"]),
        Route("/documents/{sha256}", give_out, methods=["GET"]),
    ]


def _check(house: House, request: Request) -> None:
    """Refuse what would be refused after the upload anyway. Raises Unauthenticated, UnknownCase or BadHeader."""
    caller(house, request)
    if house.cases.hot.get(needed_case_id(request.path_params["case_id"])).version == 0:
        raise UnknownCase
    _told(request)


def _attach(house: House, store: DocumentStore, request: Request, upload: Upload) -> Response:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    digest = upload.finish(media_type)
    told = {"sha256": digest, "media_type": media_type, "size": upload.size, **_told(request)}
    with store.kept(upload, digest):
        answer = act(house, request, _ATTACH, msgspec.json.encode(told))
    headers = {**etag(answer.version), "Location": f"/documents/{digest}"}
    return json_response({**answer_fields(answer), "sha256": digest}, 201, headers)


def _told(request: Request) -> dict[str, str]:
    """Return what the headers say of the document; texts beyond ASCII are percent-encoded UTF-8."""
    names = {"kind": "x-kind", "title": "x-title", "occurred_at": "x-occurred-at"}
    told = {field: unquote(request.headers.get(name, ""), errors="replace") for field, name in names.items()}
    if not told["kind"].strip():
        raise BadHeader("X-Kind")
    return {field: text for field, text in told.items() if text}


def _find(house: House, store: DocumentStore, request: Request) -> tuple[Path, str]:
    caller(house, request)
    digest = request.path_params["sha256"]
    path = store.find(digest)
    if path is None:
        raise NotFound
    with on_record(house, over_http(house, request), "document", {"sha256": digest}):
        pass
    with path.open("rb") as file:
        return path, media_type_of(file.read(16))
