"""Contracts of feeds: read, approved, ended. One command, one append to the department's stream."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import cast

from msgspec.structs import replace

from application.asking import CaseHouse
from application.denials import denials_recorded
from application.fingerprint import fingerprint
from application.handle import MOST_TRIES
from application.ports import Append, Appended, Conflict, EventLog, Write
from application.runs.change_authority import meta_of
from domain.cases.facts import Act
from domain.errors import Unavailable
from domain.feeds.approving import UnknownFeed, approve, end
from domain.feeds.contract import Contract, Feed, FeedEvent, feed_stream, fold_feed
from domain.kernel import CaseId, Command, Fact
from domain.signals.kinds import DEPARTMENTS


class ApproveContract(Command):
    """Approve these terms; version and approver are set by the act."""

    contract: Contract


class EndContract(Command):
    """End it before its time."""

    department: str
    reason: str


def read_feed(log: EventLog, department: str) -> Feed:
    """Return a department's contract with its versions. Raises UnknownFeed, Unavailable."""
    feed = feeds(log, (department,)).get(department)
    if feed is None:
        raise UnknownFeed
    return feed


def feeds(log: EventLog, departments: tuple[str, ...] = tuple(DEPARTMENTS)) -> dict[str, Feed]:
    """Return the departments that ever had a contract. Raises Unavailable."""
    known = {department for department in departments if department in DEPARTMENTS}
    versions = log.versions([feed_stream(department) for department in sorted(known)])
    there = [department for department in sorted(known) if versions[feed_stream(department)]]
    return {department: fold_feed(cast("list[FeedEvent]", log.events(feed_stream(department)))) for department in there}


class Contracts:
    """The contracts in force, read again only when one of them has changed: for who asks all the time."""

    def __init__(self, log: EventLog) -> None:
        """Read this log."""
        self._log = log
        self._versions: dict[str, int] = {}
        self._feeds: dict[str, Feed] = {}

    def on(self, day: date) -> list[Contract]:
        """Return what is in force that day, by department. Raises Unavailable."""
        versions = self._log.versions([feed_stream(department) for department in sorted(DEPARTMENTS)])
        if versions != self._versions:
            self._feeds, self._versions = feeds(self._log), versions
        return [contract for feed in self._feeds.values() if (contract := feed.on(day))]


def approve_contract(house: CaseHouse, act: Act, contract: Contract) -> Appended | None:
    """Approve a contract; None if it stands so already. Raises Refused as ``approve`` does, KeyReused, Unavailable."""
    known = DEPARTMENTS, frozenset(house.bureau.refresh().rulebook.matters)
    decide: _Decide = lambda feed: approve(feed, contract, act.post, known)  # noqa: E731 one line of what is decided
    return _carried_out(house, act, ("approve_contract", contract.department, ApproveContract(contract)), decide)


def approve_missing(house: CaseHouse, contracts: Iterable[Contract], act: Act) -> int:
    """Approve those of departments without any; return how many. ``act``: its command id begins those of the approvals.

    A department that ever had a contract is left alone: what was decided there, no file undoes.
    Raises Refused as ``approve`` does, KeyReused, Unavailable.
    """
    there = feeds(house.log)
    new = [contract for contract in contracts if contract.department not in there]
    for contract in new:
        approve_contract(house, replace(act, command_id=f"{act.command_id}:{contract.department}"), contract)
    return len(new)


def end_contract(house: CaseHouse, act: Act, department: str, reason: str) -> Appended | None:
    """End a contract; None if it was ended before. Raises Refused as ``end`` does, KeyReused, Unavailable."""
    decide: _Decide = lambda feed: end(feed, department, reason, act.post)  # noqa: E731 one line of what is decided
    return _carried_out(house, act, ("end_contract", department, EndContract(department, reason)), decide)


_Decide = Callable[[Feed], list[FeedEvent]]


def _carried_out(house: CaseHouse, act: Act, asked: tuple[str, str, Command], decide: _Decide) -> Appended | None:
    name, department, command = asked
    stream = feed_stream(department)
    mark = fingerprint(house.key, name, CaseId(stream), act.post.id, command)
    for _ in range(MOST_TRIES):
        if done := house.log.outcome(act.command_id, mark):
            return done
        before = cast("list[FeedEvent]", house.log.events(stream)) if department in DEPARTMENTS else []
        with denials_recorded(house, act, name):
            events = decide(fold_feed(before))
        if not events:
            return None
        told = tuple(Fact(each, meta_of(act, f"feed.{name}", number)) for number, each in enumerate(events, 1))
        try:
            return house.log.append(Append(act.command_id, mark, (Write(stream, len(before), told),)))
        except Conflict:
            continue
    raise Unavailable("too many concurrent changes")
