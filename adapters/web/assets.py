"""The few static files: read once, served with an address that changes with their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import Response

_FOLDER = Path(__file__).with_name("static")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}


@cache
def address(name: str) -> str:
    """Return the address of a static file. Raises KeyError."""
    return f"/ui/static/{name}?v={sha256(_files()[name]).hexdigest()[:12]}"


def serve(name: str) -> Response:
    """Answer with the file, or 404."""
    content = _files().get(name)
    if content is None:
        return Response(status_code=404)
    headers = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)
