"""Problem documents (RFC 9457). They name codes, fields and steps, and never repeat a value that was sent."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adapters.commands import BadKey, MalformedBody, OccurredInFuture
from adapters.documents import DocumentTooLarge
from adapters.operating.acts import UnknownView
from adapters.viewing import MomentFault, ViewBuilding
from adapters.waiting import ViewBehind
from application.replay import MomentInFuture
from domain.errors import (
    InvalidValue,
    KeyReused,
    NoAuthority,
    Refused,
    StaleVersion,
    Unavailable,
    UnknownCase,
    UnknownPerson,
)
from domain.feeds.approving import ContractExpired, UnknownFeed
from domain.policy.refusals import UnknownPolicy
from domain.rulebook.book import UnknownMatter, UnknownRule
from domain.signals.refusals import UnknownSignal
from projections.question import UnknownFinding, UnknownQuestion

RETRY_SECONDS = 2


class Problem(msgspec.Struct):
    """The body of every answer that is not the one asked for. ``instance``: the id of the request."""

    type: str
    title: str
    status: int
    code: str
    instance: str
    detail: str = ""
    basis: str = ""
    percent: int | msgspec.UnsetType = msgspec.UNSET
    """How much of a view as of a past moment is built (VIEW_BUILDING)."""


class Unauthenticated(Refused):
    """No token, or one that is not known or has expired."""

    code = "UNAUTHENTICATED"
    zh = "须持岗位令牌办理"
    en = "A valid bearer token of a post is needed"


class NotFound(Refused):
    """No such resource."""

    code = "NOT_FOUND"
    zh = "没有此地址"
    en = "There is nothing at this address"


class MethodNotAllowed(Refused):
    """The resource does not know this method."""

    code = "METHOD_NOT_ALLOWED"
    zh = "此地址不支持该方法"
    en = "This address does not take this method"


class BadHeader(Refused):
    """A header that cannot be understood; the detail names it."""

    code = "BAD_HEADER"
    zh = "请求头不正确"
    en = "A request header is malformed"


class BadQuery(Refused):
    """A query parameter that cannot be understood; the detail names it."""

    code = "BAD_QUERY"
    zh = "查询参数不正确"
    en = "A query parameter is malformed"


class BodyTooLarge(Refused):
    """A body over the limit."""

    code = "BODY_TOO_LARGE"
    zh = "内容超过大小限制"
    en = "The body is over the limit"


class WrongHost(Refused):
    """A Host header that is not ours: another site's name was made to point here (DNS rebinding)."""

    code = "WRONG_HOST"
    zh = "主机名不正确"
    en = "This server does not answer under that name"


class Internal(Refused):
    """A fault of ours. The log of the server has the place of it, under the id of the request."""

    code = "INTERNAL"
    zh = "系统内部错误"
    en = "Internal error"


_STATUS: dict[type[Exception], int] = {
    Unavailable: 503,
    UnknownCase: 404,
    UnknownPerson: 404,
    UnknownPolicy: 404,
    UnknownFeed: 404,
    ContractExpired: 403,
    UnknownView: 404,
    UnknownMatter: 404,
    UnknownRule: 404,
    UnknownQuestion: 404,
    UnknownFinding: 404,
    UnknownSignal: 404,
    NotFound: 404,
    MethodNotAllowed: 405,
    NoAuthority: 403,
    Unauthenticated: 401,
    StaleVersion: 412,
    KeyReused: 422,
    InvalidValue: 422,
    OccurredInFuture: 422,
    MomentInFuture: 400,
    BadKey: 400,
    MalformedBody: 400,
    BadHeader: 400,
    BadQuery: 400,
    BodyTooLarge: 413,
    DocumentTooLarge: 413,
    WrongHost: 421,
    ViewBehind: 504,
    # Not 202: whoever takes any 2xx for the answer must not take this for one, and curl --retry waits as it is told.
    ViewBuilding: 503,
    MomentFault: 500,
    Internal: 500,
    Refused: 409,
}
_HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": str(RETRY_SECONDS)},
    504: {"Retry-After": str(RETRY_SECONDS)},
}


class ProblemResponse(Response):
    """A problem as an answer."""

    media_type = "application/problem+json"

    def __init__(self, request: Request, error: Refused | Unavailable) -> None:
        """Write the title in the language asked for, Chinese without a wish."""
        problem = problem_of(error, english=prefers_english(request), instance=request.scope.get("request_id", ""))
        super().__init__(msgspec.json.encode(problem), problem.status, _HEADERS.get(problem.status))


def problem_of(error: Refused | Unavailable, *, english: bool, instance: str) -> Problem:
    """Return the document of a refusal."""
    detail, basis = (error.detail, error.basis) if isinstance(error, Refused) else ("", "")
    return Problem(
        type=f"/problems/{error.code}",
        title=error.en if english else error.zh,
        status=status_of(type(error)),
        code=error.code,
        instance=instance,
        detail=detail,
        basis=basis,
        percent=error.percent if isinstance(error, ViewBuilding) else msgspec.UNSET,
    )


def status_of(error: type[Exception]) -> int:
    """Return the status of a refusal: its own, or that of the nearest class above it."""
    return next(_STATUS[cls] for cls in error.__mro__ if cls in _STATUS)


def prefers_english(request: Request) -> bool:
    """Tell whether English is wished for before Chinese."""
    wished = request.headers.get("accept-language", "").lower()
    english, chinese = wished.find("en"), wished.find("zh")
    return english >= 0 and (chinese < 0 or english < chinese)
