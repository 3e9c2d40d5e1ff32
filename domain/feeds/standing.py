"""How a contract stands: what whoever looks after the feeds has to see coming."""

from datetime import date, timedelta
from typing import Literal

from domain.feeds.contract import Feed

SOON = timedelta(days=60)
"""So long before its end somebody must ask whether the contract is still needed."""
Standing = Literal["in_force", "expiring", "expired", "ended", "not_yet"]


def standing(feed: Feed, day: date) -> Standing | None:
    """Return how the newest version stands that day; None where there never was one."""
    newest = feed.newest
    if newest is None:
        return None
    if feed.ended:
        return "ended"
    if day < newest.valid_from:
        return "not_yet"
    if day > newest.valid_until:
        return "expired"
    return "expiring" if newest.valid_until - day <= SOON else "in_force"
