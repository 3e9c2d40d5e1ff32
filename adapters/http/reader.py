"""Who calls, for the record of what they read."""

from urllib.parse import unquote

from starlette.requests import Request

from adapters.house import House
from adapters.http.auth import caller
from adapters.reads.recording import Reader

_PURPOSE, _BASIS = "anjuan-purpose", "anjuan-basis"


def over_http(house: House, request: Request) -> Reader:
    """Return who calls; without a token, nobody known. Texts beyond ASCII are percent-encoded UTF-8.

    Raises Unauthenticated for a token that is none.
    """
    purpose, basis = (unquote(request.headers.get(name, ""), errors="replace") for name in (_PURPOSE, _BASIS))
    if "authorization" not in request.headers:
        return Reader("http", purpose=purpose, basis=basis)
    known = caller(house, request)
    return Reader("http", actor=known.actor, post=known.post.id, purpose=purpose, basis=basis)
