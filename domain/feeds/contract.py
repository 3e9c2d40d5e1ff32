"""The contract of a feed: what one department may see, on which basis, for what, how long (政务数据共享条例, 令809).

A contract says 使用依据 (basis), 使用场景 (scene), 使用范围 (matters, divisions, events and their fields), 共享方式
(manner) and 使用时限 (valid from, until), and who approved it; it expires by itself (DOMAIN §3.6).
"""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal

from msgspec.structs import replace

from domain.kernel import Event, PostId, Value

Manner = Literal["http", "kafka"]
Attribute = Literal["id_number", "name", "relation", "subject"]
"""What a feed can say of a person of a case; nothing else of a person ever leaves."""

ATTRIBUTES: tuple[Attribute, ...] = ("id_number", "name", "relation", "subject")
PERSONAL: frozenset[str] = frozenset({"id_number", "name"})
"""Those of them that are sealed in the log."""


class Delivered(Value):
    """One type of event that is delivered. ``fields``: of the event; ``persons``: with the persons of its case."""

    type: str
    fields: tuple[str, ...] = ()
    persons: bool = False


class Contract(Value):
    """A version of a contract. ``valid_until``: its last day. ``divisions``: codes of any length, left-anchored.

    ``confirmed_only``: nothing of a case is told before it was confirmed: who only applied is nobody's business.
    """

    department: str
    version: int
    title_zh: str
    title_en: str
    basis: str
    scene: str
    matters: tuple[str, ...]
    divisions: tuple[str, ...]
    events: tuple[Delivered, ...]
    persons: tuple[Attribute, ...]
    manner: tuple[Manner, ...]
    valid_from: date
    valid_until: date
    approver: PostId
    confirmed_only: bool = False

    def in_force(self, day: date) -> bool:
        """Tell whether anything may be delivered that day."""
        return self.valid_from <= day <= self.valid_until

    def covers(self, matter: str, division: str) -> bool:
        """Tell whether cases of the matter in the division are in its scope."""
        return matter in self.matters and division.startswith(self.divisions)


class ContractApproved(Event):
    """A contract, or a new version of one, was approved."""

    TYPE: ClassVar = "feed.contract_approved"
    contract: Contract


class ContractEnded(Event):
    """A contract was ended before its time: the purpose is met, or it is no longer justified."""

    TYPE: ClassVar = "feed.contract_ended"
    department: str
    version: int
    reason: str


FeedEvent = ContractApproved | ContractEnded
FEED_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in (ContractApproved, ContractEnded)}


class Feed(Value):
    """All versions of a department's contract, the last one on top; ``ended``: why that one was ended."""

    versions: tuple[Contract, ...] = ()
    ended: str = ""

    @property
    def newest(self) -> Contract | None:
        """The last version that was approved."""
        return self.versions[-1] if self.versions else None

    def on(self, day: date) -> Contract | None:
        """Return the contract under which something may be delivered that day."""
        newest = self.newest
        return newest if newest and not self.ended and newest.in_force(day) else None


NO_FEED = Feed()


def fold_feed(events: Iterable[FeedEvent], feed: Feed = NO_FEED) -> Feed:
    """Return the feed after the events, in order."""
    for event in events:
        match event:
            case ContractApproved():
                feed = Feed((*feed.versions, event.contract))
            case ContractEnded():
                feed = replace(feed, ended=event.reason)
    return feed


def feed_stream(department: str) -> str:
    """Return the stream of a department's contract."""
    return f"feed-{department}"
