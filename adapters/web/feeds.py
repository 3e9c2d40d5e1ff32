"""Feeds: what other departments are given, under which contract, how far they are, and whether it adds up."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from adapters.feeds.overview import deliveries_of, overviews
from adapters.feeds.reconciling import reconciles
from adapters.house import House
from adapters.web.desk import Desk
from application.feeds import read_feed
from domain.feeds.approving import UnknownFeed
from domain.feeds.contract import Contract

BADGES = {"in_force": "calm", "expiring": "soon", "expired": "late", "ended": "late", "not_yet": "soon"}
"""How a standing looks: what runs, what somebody must see to, what gives nothing any more."""


class FeedPages:
    """Answers for feeds."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with all feeds at a glance."""
        desk = Desk(request, self._house)
        return desk.page(
            "feeds.html",
            feeds=overviews(self._house, desk.today),
            badges=BADGES,
            title=_title,
            places=_places,
            left=_left,
        )

    def one(self, request: Request, department: str) -> Response:
        """Answer with one feed: versions, events and fields, deliveries, reconciles; or 404."""
        desk = Desk(request, self._house)
        try:
            feed = read_feed(self._house.log, department)
        except UnknownFeed as unknown:
            raise HTTPException(404) from unknown
        return desk.page(
            "feed.html",
            feed=feed,
            contract=feed.versions[-1],
            overview=overviews(self._house, desk.today, (department,))[0],
            deliveries=deliveries_of(self._house, department),
            reconciles=reconciles(self._house, department),
            badges=BADGES,
            title=_title,
            places=_places,
            left=_left,
        )


def _title(desk: Desk, contract: Contract) -> str:
    return contract.title_zh if desk.language == "zh" else contract.title_en


def _places(desk: Desk, contract: Contract) -> str:
    """Return where its cases are, by name where the place has one."""
    return desk.t("app.separator").join(map(desk.names.place, contract.divisions))


def _left(desk: Desk, contract: Contract) -> int:
    """Return the days until its last one is over."""
    return (contract.valid_until - desk.today).days
