"""The register of powers: which items and grants there are, and who may do what, where, on a day (法无授权不可为)."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec.structs import replace

from domain.authority.posts import Post
from domain.authority.powers import Grant, PowerChange, PowerItem
from domain.kernel import Fen, Value

_Key = tuple[str, str, str]
"""Item, role, region."""


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
    found: dict[_Key, tuple[str, ...]] = {}
    """Ids of the grants to a role in a region, by item."""

    def with_items(self, items: Iterable[PowerItem]) -> "Register":
        """Return the register with these items added or replaced."""
        return replace(self, items={**self.items, **{item.id: item for item in items}})

    def with_grants(self, grants: Iterable[Grant]) -> "Register":
        """Return the register with these grants added or replaced."""
        known, found = dict(self.grants), dict(self.found)
        for grant in grants:
            old = known.get(grant.id)
            if old is not None:
                found[_key(old)] = tuple(each for each in found[_key(old)] if each != old.id)
            known[grant.id] = grant
            found[_key(grant)] = (*found.get(_key(grant), ()), grant.id)
        return replace(self, grants=known, found=found)

    def with_change(self, change: PowerChange) -> "Register":
        """Return the register with a dated change (降放减转) noted."""
        return replace(self, changes=(*self.changes, change))

    def revoked(self, grant: str, on: date) -> "Register":
        """Return the register in which a grant ends on that day."""
        return self.with_grants([replace(self.grants[grant], valid_to=on)])

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
        for length in range(len(post.division), -1, -1):
            for each in self.found.get((item, post.role, post.division[:length]), ()):
                grant = self.grants[each]
                if _within(grant.valid_from, grant.valid_to, day) and not self._rests(each, day):
                    yield grant

    def _rests(self, grant: str, day: date) -> bool:
        return any(_within(each.since, each.until, day) for each in self.suspensions.get(grant, ()))


def covers_amount(grant: Grant, amount: Fen) -> bool:
    """Tell whether the amount (fen) lies within the grant's ceiling."""
    return grant.ceiling is None or amount <= grant.ceiling


def covers_case(grant: Grant, accepted_on: date | None) -> bool:
    """Tell whether the grant is for a case accepted that day: those accepted before it began end where they began."""
    return grant.form == "statutory" or grant.pending or accepted_on is None or accepted_on >= grant.valid_from


def _key(grant: Grant) -> _Key:
    return grant.item, grant.role, grant.region


def _within(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)
