"""The register of powers: which items and grants there are, and who may do what, where, on a day (法无授权不可为)."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from domain.authority.posts import Post, Role
from domain.authority.powers import Grant, PowerChange, PowerItem
from domain.divisions import division_prefix, full_code
from domain.kernel import Fen, Value

Place = dict[tuple[str, Role], tuple[Grant, ...]]
"""Item and role -> the grants for one region, the latest to begin first."""

_LENGTHS = (12, 9, 6, 4, 2, 0)
"""Digits of a region, the most specific first; none at all is the whole country."""


class Suspension(Value):
    """A grant rests from a day on, until another (None: until somebody resumes it)."""

    grant: str
    since: date
    reason: str
    until: date | None = None


class Register(msgspec.Struct, frozen=True):
    """All power items and grants, found by what a post asks for, not by a search through them."""

    items: dict[str, PowerItem] = {}
    grants: dict[str, Grant] = {}
    changes: tuple[PowerChange, ...] = ()
    suspensions: dict[str, tuple[Suspension, ...]] = {}
    places: dict[str, Place] = {}
    """Region (the prefix that its divisions begin with) -> its grants: made by ``with_grants``."""

    def with_items(self, items: Iterable[PowerItem]) -> "Register":
        """Return the register with these items added or replaced."""
        return replace(self, items={**self.items, **{item.id: item for item in items}})

    def with_grants(self, grants: Iterable[Grant]) -> "Register":
        """Return the register with these grants added or replaced."""
        new = {grant.id: grant for grant in grants}
        gone = [self.grants[each] for each in new if each in self.grants]
        return replace(self, grants={**self.grants, **new}, places=_placed(self.places, gone, new.values()))

    def with_change(self, change: PowerChange) -> "Register":
        """Return the register with a dated change (降放减转) noted."""
        return replace(self, changes=(*self.changes, change))

    def revoked(self, grant: str, on: date) -> "Register":
        """Return the register in which a grant ends on that day; one that ended before stays as it was."""
        found = self.grants[grant]
        return self.with_grants([replace(found, valid_to=on if found.valid_to is None else min(on, found.valid_to))])

    def suspended(self, suspension: Suspension) -> "Register":
        """Return the register in which a grant rests."""
        resting = (*self.suspensions.get(suspension.grant, ()), suspension)
        return replace(self, suspensions={**self.suspensions, suspension.grant: resting})

    def resumed(self, grant: str, on: date) -> "Register":
        """Return the register in which a resting grant goes on from that day."""
        resting = tuple(each if each.until else replace(each, until=on) for each in self.suspensions.get(grant, ()))
        return replace(self, suspensions={**self.suspensions, grant: resting})

    def item_on(self, item: str, day: date) -> PowerItem | None:
        """Return the power item if it is in force that day."""
        found = self.items.get(item)
        return found if found and _within(found.valid_from, found.valid_to, day) else None

    def grants_on(self, item: str, post: Post, day: date) -> Iterator[Grant]:
        """Return the grants under which the post may exercise the item that day, the most specific region first."""
        for region in regions_over(post.division):
            for grant in self.places.get(region, {}).get((item, post.role), ()):
                if self.in_force(grant, day):
                    yield grant

    def in_force(self, grant: Grant, day: date) -> bool:
        """Tell whether a grant of this register is valid that day and does not rest."""
        if not _within(grant.valid_from, grant.valid_to, day):
            return False
        return grant.id not in self.suspensions or self.resting(grant.id, day) is None

    def resting(self, grant: str, day: date) -> Suspension | None:
        """Return the suspension because of which a grant rests that day."""
        for each in self.suspensions.get(grant, ()):
            if _within(each.since, each.until, day):
                return each
        return None


@lru_cache(maxsize=16_384)
def regions_over(division: str) -> tuple[str, ...]:
    """Return every region that a division can lie in, by prefix, the most specific first."""
    code = full_code(division)
    return tuple(code[:length] for length in _LENGTHS)


def covers_amount(grant: Grant, amount: Fen) -> bool:
    """Tell whether the amount (fen) lies within the grant's ceiling."""
    return grant.ceiling is None or amount <= grant.ceiling


def covers_case(grant: Grant, accepted_on: date | None) -> bool:
    """Tell whether the grant is for a case accepted that day: those accepted before it began end where they began."""
    return grant.form == "statutory" or grant.pending or accepted_on is None or accepted_on >= grant.valid_from


def _placed(places: dict[str, Place], gone: Iterable[Grant], new: Collection[Grant]) -> dict[str, Place]:
    """Copies what changes, once for all that is new."""
    result = dict(places)
    for region in {division_prefix(grant.region) for grant in (*gone, *new)}:
        result[region] = dict(result.get(region, {}))
    for grant in gone:
        place, key = result[division_prefix(grant.region)], (grant.item, grant.role)
        place[key] = tuple(each for each in place[key] if each.id != grant.id)
    for grant in new:
        place, key = result[division_prefix(grant.region)], (grant.item, grant.role)
        by_id = sorted((*place.get(key, ()), grant), key=attrgetter("id"))
        place[key] = tuple(sorted(by_id, key=attrgetter("valid_from"), reverse=True))
    return result


def _within(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)
