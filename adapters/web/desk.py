"""What every page needs: the language, who is signed in, the names, and the way to a rendered answer."""

from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.commands import known_post
from adapters.house import House
from adapters.reference import load_divisions
from adapters.web import assets, figures
from adapters.web.names import Names
from adapters.web.standing import banners
from adapters.web.texts import Texts, language_of
from application.bureau import Bureau
from domain.authority.posts import Post
from domain.calendar import civil_day
from domain.personal import RESERVED, without_event

Asked = TypeVar("Asked", bound=msgspec.Struct)
TOKEN_COOKIE = "anjuan_token"  # noqa: S105  the name of a cookie is no secret
LANGUAGE_COOKIE = "anjuan_lang"
AFTER_COOKIE = "anjuan_after"
"""The position that this browser has last written: the pages that come next wait for it."""
MOMENT = ("at", "at_time", "at_position")
"""The parameters of an address that name a past moment: a day or a time, the time of that day; or a position."""
_YEAR = 365 * 24 * 3600
SOON_DAYS = 3

HEADERS = {
    # Not no-referrer: with it browsers send `Origin: null`, and a form of ours could not be told from a foreign one.
    "Referrer-Policy": "same-origin",
    # Personal data stays out of every cache.
    "Cache-Control": "no-store",
}


_texts: ContextVar[Texts] = ContextVar("texts")
"""The texts of the page that is being rendered: macros are not given them."""


def _shown(value: object) -> object:
    """Return a value as pages show it: of an erased one, that it is erased, and not by which event."""
    if isinstance(value, str) and RESERVED[0] in value:
        said = without_event(value, _texts.get()("app.erased"))
        return Markup(said) if isinstance(value, Markup) else said  # noqa: S704  it was escaped before
    return value


@cache
def environment() -> Environment:
    """Return the templates, with everything escaped and no name left undefined."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "yuan": figures.yuan,
        "moment": figures.moment,
        "second": figures.second,
        "day": figures.day,
        "masked_id": figures.masked_id,
        "masked_phone": figures.masked_phone,
    }
    made.globals |= {"asset": assets.address}
    return made


class Desk:
    """One request: who asks, in which language, and how to answer. ``house`` is None on pages that must not need it."""

    def __init__(self, request: Request, house: House | None) -> None:
        """Read language and time; everything that needs the database is read when first asked for."""
        self.request = request
        self.house = house
        self.behind = ""
        self.language = language_of(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language", ""),
        )
        self.t = Texts(self.language)

    @cached_property
    def now(self) -> datetime:
        """The time of the request, UTC."""
        return self.house.now() if self.house else datetime.now(UTC)

    @property
    def today(self) -> date:
        """The civil date of the request."""
        return civil_day(self.now)

    @cached_property
    def bureau(self) -> Bureau:
        """The bureau as it is: rules and grants may have been published by another process. Raises Unavailable."""
        return self.house.cases.bureau.refresh() if self.house else Bureau()

    @cached_property
    def names(self) -> Names:
        """Names in the language of the request."""
        return Names(self.t, self.bureau.posts, self.bureau.rulebook)

    @cached_property
    def holder(self) -> tuple[Post, str] | None:
        """The post signed in and its actor, if any."""
        token = self.request.cookies.get(TOKEN_COOKIE, "")
        found = self.house.tokens.holder(token) if token and self.house else None
        post = known_post(self.house, found.post) if found and self.house else None
        return (post, found.actor) if post and found else None

    @cached_property
    def banners(self) -> list[str]:
        """What readers of this page must know of the views that it is read from. Raises Unavailable."""
        return banners(self.house, self.request.url.path, self.t)

    @property
    def bureau_name(self) -> str:
        """The place this bureau answers for: the top of the division tree."""
        city = load_divisions().division("3209")
        return city.name if self.language == "zh" else city.name_en

    def asked(self, shape: type[Asked]) -> Asked:
        """Return the query of the address in that shape. Raises msgspec.ValidationError."""
        query = dict(self.request.query_params)
        if any("\0" in text for text in query.values()):  # no text column takes it
            raise msgspec.ValidationError("control character")
        return msgspec.convert(query, shape)

    def here(self, **changed: object) -> str:
        """Return this address with some of its parameters changed; None drops one."""
        kept = {**self.request.query_params, **changed}
        query = urlencode({key: value for key, value in kept.items() if value not in (None, "")})
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    @property
    def moment(self) -> list[tuple[str, str]]:
        """The parameters that name the moment of this address, none for the present."""
        return [(name, text) for name in MOMENT if (text := self.request.query_params.get(name, ""))]

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other parameters of this address, without where a list goes on: another moment has other pages."""
        query = self.request.query_params
        return [(name, query[name]) for name in query if name not in (*MOMENT, "after", "done", "lang") and query[name]]

    def at_same(self, path: str, **query: str) -> str:
        """Return another page's address at the moment of this one."""
        kept = urlencode([*self.moment, *query.items()])
        return f"{path}?{kept}" if kept else path

    def markup(self, template: str, **context: object) -> Markup:
        """Return a rendered template."""
        shared = {"desk": self, "t": self.t, **context}
        before = _texts.set(self.t)
        try:
            return Markup(environment().get_template(template).render(shared))  # noqa: S704  rendered with autoescape on
        finally:
            _texts.reset(before)

    def page(self, template: str, status: int = 200, **context: object) -> HTMLResponse:
        """Return the answer, remembering a language that was asked for."""
        answer = HTMLResponse(self.markup(template, **context), status, HEADERS)
        if self.request.query_params.get("lang") == self.language:
            answer.set_cookie(LANGUAGE_COOKIE, self.language, max_age=_YEAR, samesite="lax", path="/")
        return answer
