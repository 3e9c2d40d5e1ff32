"""Acts on a contract: approved by the bureau's leaders, ended by them."""

from collections.abc import Collection

from msgspec.structs import replace

from domain.authority.posts import Post, covers
from domain.errors import InvalidValue, NoAuthority, Refused
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Feed, FeedEvent
from domain.feeds.scope import faults

_APPROVERS = "bureau_leader"


class UnknownFeed(Refused):
    """No contract was ever approved for such a department."""

    code = "UNKNOWN_FEED"
    zh = "该部门没有数据共享约定"
    en = "There is no feed for this department"


class ContractFaulty(InvalidValue):
    """A contract that cannot be approved; the detail names every fault."""

    code = "CONTRACT_FAULTY"
    zh = "共享约定内容有误"
    en = "The contract has faults"


class ContractExpired(Refused):
    """Nothing may be delivered: the contract has expired, was ended, or is not valid yet."""

    code = "CONTRACT_EXPIRED"
    zh = "共享约定不在有效期内，停止提供"
    en = "The contract is not in force: nothing is delivered"
    basis = "《政务数据共享条例》（国务院令第809号）"


def approve(
    feed: Feed, contract: Contract, post: Post, known: tuple[Collection[str], Collection[str]]
) -> list[FeedEvent]:
    """Approve a contract as the next version; nothing if it stands so already. ``known``: departments, matters.

    Raises NoAuthority, ContractFaulty.
    """
    _may(post, contract.divisions)
    found = faults(contract, *known)
    if found:
        raise ContractFaulty("; ".join(found))
    newest = feed.newest
    numbered = replace(contract, version=len(feed.versions) + 1, approver=post.id)
    if newest and not feed.ended and newest == replace(numbered, version=newest.version):
        return []
    return [ContractApproved(contract=numbered)]


def end(feed: Feed, department: str, reason: str, post: Post) -> list[FeedEvent]:
    """End the contract; nothing if it is ended already. Raises UnknownFeed, NoAuthority, InvalidValue."""
    if feed.newest is None:
        raise UnknownFeed
    _may(post, feed.newest.divisions)
    if not reason.strip():
        raise InvalidValue("reason")
    if feed.ended:
        return []
    return [ContractEnded(department=department, version=feed.newest.version, reason=reason)]


def _may(post: Post, divisions: tuple[str, ...]) -> None:
    if post.role != _APPROVERS:
        raise NoAuthority(f"{post.role}: feed")
    if not all(covers(post, division) for division in divisions):
        raise NoAuthority("feed: division")
