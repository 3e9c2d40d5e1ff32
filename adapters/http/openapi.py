"""The OpenAPI document: FastAPI describes the reads, the registry describes the actions."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from adapters.http.actions import OPENING, PATHS
from adapters.http.operating import described
from adapters.http.policy import POLICY_PATHS
from adapters.http.problems import Problem
from adapters.http.signals import described as described_signals
from adapters.policy import DRAFTING
from application.asking import Answer
from application.policy import PolicyAnswer
from domain.cases.action import Action
from domain.cases.actions.attach_document import MEDIA_TYPES
from domain.cases.registry import ACTIONS
from domain.policy.action import PolicyAction
from domain.policy.registry import POLICY_ACTIONS
from domain.signals.judging import JudgeSignal, VerifySignal
from domain.signals.receiving import SignalIn

_REF = "#/components/schemas/{name}"
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same key with the same request does nothing twice",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": 'The version that you have seen: "3"',
}
_OCCURRED_AT = {
    "type": "string",
    "format": "date-time",
    "description": "When it happened, with offset; now, if left out",
}
_BEARER = {"type": "http", "scheme": "bearer"}


def _json(schema: str, media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REF.format(name=schema)}}}


def _given(name: str, where: str, description: str = "", *, required: bool = True) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": where, "required": required, "schema": schema, "description": description}


_PROBLEM = {"description": "A problem", "content": _json("Problem", "application/problem+json")}
_DOCUMENTS: dict[str, Any] = {
    "/cases/{case_id}/documents": {
        "post": {
            "tags": ["documents"],
            "operationId": "upload_document",
            "summary": "Upload and attach a document 上传附件",
            "description": "The file itself is the body, 20 MiB at most. Texts in headers: percent-encoded UTF-8.",
            "security": [{"post": []}],
            "parameters": [
                _given("case_id", "path"),
                _given("X-Kind", "header", "What paper it is"),
                _given("X-Title", "header", required=False),
                _given("X-Occurred-At", "header", "When it happened, with offset", required=False),
                _KEY,
                _IF_MATCH,
            ],
            "requestBody": {"required": True, "content": {media_type: {} for media_type in MEDIA_TYPES}},
            "responses": {"201": {"description": "Attached", "content": _json("Answer")}, "default": _PROBLEM},
        }
    },
    "/documents/{sha256}": {
        "get": {
            "tags": ["documents"],
            "operationId": "download_document",
            "summary": "Download a document 下载附件",
            "security": [{"post": []}],
            "parameters": [_given("sha256", "path", "64 lower-case hex digits")],
            "responses": {"200": {"description": "The file"}, "default": _PROBLEM},
        }
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for read in (read for path in document["paths"].values() for read in path.values()):
            read["responses"].pop("422", None)  # FastAPI's own form of a fault, which is never sent
            read["responses"]["default"] = _PROBLEM
        for path, action in {"/cases": ACTIONS[OPENING], **PATHS}.items():
            document["paths"].setdefault(path, {})["post"] = _operation(action, path)
        for path, act in {"/policies": POLICY_ACTIONS[DRAFTING], **POLICY_PATHS}.items():
            document["paths"].setdefault(path, {})["post"] = _policy_operation(act, path)
        document["paths"] |= _DOCUMENTS | described(_PROBLEM) | described_signals(_PROBLEM)
        asked = document["components"]["schemas"]["NameAsked"]  # the body of a read
        document["components"] = {
            "schemas": _schemas() | {"NameAsked": asked},
            "securitySchemes": {"post": _BEARER, "department": _BEARER},
        }
        app.openapi_schema = document
    return app.openapi_schema


def _schemas() -> dict[str, Any]:
    acts: list[Action | PolicyAction] = [*ACTIONS.values(), *POLICY_ACTIONS.values()]
    commands = [act.command for act in acts]
    shapes = [*commands, Answer, PolicyAnswer, Problem, SignalIn, JudgeSignal, VerifySignal]
    _, schemas = msgspec.json.schema_components(shapes, ref_template=_REF)
    for command in commands:
        schemas[command.__name__]["properties"]["occurred_at"] = _OCCURRED_AT
    return schemas


def _operation(action: Action, path: str) -> dict[str, Any]:
    opening = action.name == OPENING
    parameters: list[dict[str, Any]] = [_KEY]
    if not opening:
        parameters = [_given("case_id", "path"), _KEY, _IF_MATCH]
    return _written(action, "actions", parameters, {"201" if opening else "200": _done(path, "Answer")})


def _policy_operation(action: PolicyAction, path: str) -> dict[str, Any]:
    if action.name == DRAFTING:
        return _written(action, "policies", [_KEY], {"201": _done(path, "PolicyAnswer")})
    return _written(action, "policies", [_given("policy_id", "path"), _KEY], {"200": _done(path, "PolicyAnswer")})


def _done(path: str, schema: str) -> dict[str, Any]:
    return {"description": f"Done: {path}", "content": _json(schema)}


def _written(
    action: Action | PolicyAction, tag: str, parameters: list[dict[str, Any]], answers: dict[str, Any]
) -> dict[str, Any]:
    return {
        "tags": [tag],
        "operationId": action.name,
        "summary": f"{action.en} {action.zh}",
        "description": (action.command.__doc__ or "").strip(),
        "security": [{"post": []}],
        "parameters": parameters,
        "requestBody": {"content": _json(action.command.__name__), "required": "201" in answers},
        "responses": {**answers, "default": _PROBLEM},
    }
