"""Who acts: the post behind a bearer token."""

from starlette.requests import Request

from adapters.commands import known_post
from adapters.house import House
from adapters.http.problems import Unauthenticated
from domain.authority.posts import Post
from domain.kernel import Value

_MOST_TOKEN = 200


class Caller(Value):
    """A post and its holder."""

    post: Post
    actor: str


def caller(house: House, request: Request) -> Caller:
    """Return who calls. Raises Unauthenticated; may ask the database for a token not seen before."""
    token = bearer(request)
    holder = house.tokens.holder(token) if token else None
    post = known_post(house, holder.post) if holder else None
    if holder is None or post is None:
        raise Unauthenticated
    return Caller(post=post, actor=holder.actor)


def bearer(request: Request) -> str | None:
    """Return the token that a request carries, None where there is none that could be one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and 0 < len(token) <= _MOST_TOKEN else None
