"""The API documentation as one plain page of our own: no script, nothing from elsewhere."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from jinja2 import Environment, FileSystemLoader
from starlette.responses import FileResponse, HTMLResponse, Response

_FOLDER = Path(__file__).parent / "docs"


def router(app: FastAPI) -> APIRouter:
    """Return the routes of the documentation of an application."""
    docs = APIRouter(include_in_schema=False)
    template = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True).get_template("docs.html")

    @docs.get("/docs")
    def page() -> Response:
        return HTMLResponse(template.render(title=app.title, about=app.description, groups=_groups(app.openapi())))

    @docs.get("/docs/docs.css")
    def style() -> Response:
        return FileResponse(_FOLDER / "docs.css", media_type="text/css")

    return docs


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "fields": _fields(document, operation),
            }
            groups.setdefault(operation.get("tags", ["documents"])[0], []).append(shown)
    return groups


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of the request body, those of its parts indented by their path."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return _fields_of(document["components"]["schemas"], schema, "") if schema else []


def _fields_of(schemas: dict[str, Any], schema: dict[str, Any], path: str) -> list[dict[str, Any]]:
    schema = _resolved(schemas, schema)
    required = schema.get("required", ())
    found: list[dict[str, Any]] = []
    for name, field in schema.get("properties", {}).items():
        inner: dict[str, Any] = next(
            (f for f in [field, field.get("items", {}), *field.get("anyOf", ())] if "$ref" in f), {}
        )
        shown = {"name": f"{path}{name}", "type": _type(schemas, field), "required": name in required}
        found.append({**shown, "description": field.get("description", "")})
        found += _fields_of(schemas, inner, f"{path}{name}.") if inner else []
    return found


def _type(schemas: dict[str, Any], field: dict[str, Any]) -> str:
    field = _resolved(schemas, field)
    if "anyOf" in field:
        return " | ".join(_type(schemas, each) for each in field["anyOf"])
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    if field.get("type") == "array":
        return f"[{_type(schemas, field.get('items', {}))}]"
    return str(field.get("format", field.get("type", "")))


def _resolved(schemas: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found
