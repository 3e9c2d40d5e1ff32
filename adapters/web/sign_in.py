"""Signing in as a post with its token, kept in a cookie that scripts cannot read and other sites cannot send."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from adapters.house import House
from adapters.tokens import LIFETIME
from adapters.web.desk import TOKEN_COOKIE, Desk
from adapters.web.forms import Typed
from adapters.web.submissions import FORBIDDEN, SEE_OTHER, one, submitted

_MOST_TOKEN = 200


class SignInPages:
    """Answers for signing in and out."""

    def __init__(self, house: House) -> None:
        """Know the tokens of this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the form."""
        return Desk(request, self._house).page("sign_in.html", fault="", back=_local(request.query_params.get("back")))

    def sign_in(self, request: Request, typed: Annotated[Typed, Depends(submitted)]) -> Response:
        """Set the cookie and go on, or say that the token is not valid."""
        desk = Desk(request, self._house)
        token, back = one(typed, "token"), _local(one(typed, "back"))
        if not own_form(request):
            return desk.page("sign_in.html", FORBIDDEN, fault=desk.t("act.foreign"), back="")
        if not 0 < len(token) <= _MOST_TOKEN or self._house.tokens.holder(token) is None:
            return desk.page("sign_in.html", FORBIDDEN, fault=desk.t("sign.bad"), back=back)
        answer = RedirectResponse(back or "/ui/cases", SEE_OTHER)
        answer.set_cookie(
            TOKEN_COOKIE,
            token,
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/ui",
        )
        return answer

    def sign_out(self, request: Request) -> Response:
        """Drop the cookie."""
        answer = RedirectResponse("/ui/cases", SEE_OTHER)
        if own_form(request):
            answer.delete_cookie(TOKEN_COOKIE, path="/ui", httponly=True, samesite="strict")
        return answer


def own_form(request: Request) -> bool:
    """Tell whether a form was sent from a page of ours: browsers name its origin on every POST."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


def _local(address: str | None) -> str:
    """Return an address of these pages, or nothing: signing in must not lead elsewhere."""
    return address if address and address.startswith("/ui/") and address.isprintable() and "\\" not in address else ""
