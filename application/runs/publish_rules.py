"""Publishing rule data: what is missing is written; what was published once is never altered."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from application.bureau import Bureau, BureauMemory
from application.ports import Append, EventLog, Write
from domain.authority.bureau import first_holder
from domain.authority.events import AUTHORITY, GrantsGiven, PowersListed
from domain.authority.posts import Post, covers
from domain.bureau_events import RULEBOOK, MatterPublished, RuleVersionPublished
from domain.cases.vocabulary import VOCABULARY
from domain.errors import NoAuthority, Refused
from domain.kernel import Event, Fact, Meta
from domain.rulebook.book import Rulebook
from domain.rulebook.check import check, refuse_faults
from domain.rulebook.faults import RuleData
from domain.rulebook.rules import RuleVersion

_PUBLISHERS = frozenset({"county_decider", "operator"})
_OWN = ("city", "county")
"""Issuers whose norms the bureau decides itself, by a policy of this log (DOMAIN §1, rows 26, 27 and 30)."""

_encode = msgspec.json.Encoder(order="sorted").encode


class RuleChanged(Refused):
    """A version with this id was published with other content: cases are pinned to it. Only its end may be set."""

    code = "RULE_CHANGED"
    zh = "该规则版本已发布，内容不得变更，请以新编号发布"
    en = "This rule version was published and does not change; publish a new id"


class PolicyNotDecided(Refused):
    """A norm of the city or a county enters by the publication of a policy, which is decided first."""

    code = "POLICY_NOT_DECIDED"
    zh = "本级规则须经政策程序决定后发布"
    en = "A norm of the city or county is published once its policy has been decided"


class Signed(msgspec.Struct, frozen=True):
    """Who publishes, and when (UTC)."""

    at: datetime
    actor: str = "system"
    post: str = ""
    organ: str = ""


def publication(bureau: Bureau, data: RuleData) -> dict[str, tuple[Event, ...]]:
    """Return the events that are missing, by stream. Powers and grants that are known change by acts of their own.

    Raises RuleChanged.
    """
    book, register = bureau.rulebook, bureau.register
    matters = [MatterPublished(matter=one) for one in data.matters if book.matters.get(one.id) != one]
    versions = [RuleVersionPublished(version=one) for one in new_versions(book, data.versions)]
    items = tuple(one for one in data.powers if one.id not in register.items)
    grants = tuple(one for one in data.grants if one.id not in register.grants)
    given: tuple[Event, ...] = (*([PowersListed(items=items)] if items else ()),)
    return {RULEBOOK: (*matters, *versions), AUTHORITY: (*given, *([GrantsGiven(grants=grants)] if grants else ()))}


def new_versions(book: Rulebook, versions: Sequence[RuleVersion]) -> Iterator[RuleVersion]:
    """Yield the versions that are not published, or only without their end. Raises RuleChanged.

    The end that a later policy gave a version stays, though the data do not know of it.
    """
    for version in versions:
        known = book.by_id.get(version.id)
        if known == version or (known is not None and replace(known, valid_to=None) == version):
            continue
        if known is not None and (known.valid_to is not None or replace(version, valid_to=None) != known):
            raise RuleChanged(version.id)
        yield version


def publish_rules(log: EventLog, memory: BureauMemory, data: RuleData, signed: Signed) -> dict[str, tuple[Event, ...]]:
    """Check and publish; return what was written, by stream.

    Raises RuleFaulty or DualTrack for data with a fault, RuleChanged, and Conflict in a race.
    """
    bureau = memory.refresh()
    events = publication(bureau, data)
    new = tuple(new_versions(bureau.rulebook, data.versions))
    known = tuple(bureau.register.items.values())
    refuse_faults(check(replace(data, versions=new, powers=(*data.powers, *known)), bureau.rulebook, VOCABULARY))
    write_bureau(log, bureau, events, signed)
    memory.refresh()
    return events


def may_publish(post: Post, data: RuleData) -> None:
    """Check that the post may publish: whoever issued them, rules and grants only for its own region.

    Raises NoAuthority.
    """
    if post.role not in _PUBLISHERS:
        raise NoAuthority(f"{post.role}: publish")
    for version in data.versions:
        if not covers(post, version.region):
            raise NoAuthority(f"publish: {version.id}: division")
    for grant in data.grants:
        if not covers(post, grant.region):
            raise NoAuthority(f"publish: {grant.id}: division")


def no_policy_passed_by(versions: Sequence[RuleVersion], *, norm_in_force: bool) -> None:
    """Check that publishing does not go round a policy: what a policy decides, its own publication puts into force.

    ``norm_in_force``: the norms are older than this log. Raises PolicyNotDecided.
    """
    for version in versions:
        if version.policy or (version.issuer in _OWN and not norm_in_force):
            raise PolicyNotDecided(version.id)


def signed_by(post: Post, at: datetime) -> Signed:
    """Return the signature of a post's first holder."""
    return Signed(at=at, actor=first_holder(post.id), post=post.id, organ=post.organ)


def write_bureau(log: EventLog, bureau: Bureau, events: Mapping[str, Sequence[Event]], signed: Signed) -> int:
    """Append events to streams of the bureau, all or nothing; return how many.

    Raises Conflict when somebody else wrote to them since the bureau was read.
    """
    versions = {guard.stream: guard.version for guard in bureau.guards}
    wanted = {stream: tuple(found) for stream, found in events.items() if found}
    if not wanted:
        return 0
    digest = sha256(_encode([[stream, versions[stream], found] for stream, found in wanted.items()])).hexdigest()
    command_id = f"setup:{digest}"
    numbered = iter(range(1, 1 + sum(map(len, wanted.values()))))
    writes = tuple(
        Write(stream, versions[stream], tuple(_fact(event, command_id, next(numbered), signed) for event in found))
        for stream, found in wanted.items()
    )
    log.append(Append(command_id=command_id, fingerprint=digest, writes=writes))
    return sum(map(len, wanted.values()))


def _fact(event: Event, command_id: str, number: int, signed: Signed) -> Fact:
    meta = Meta(
        event_id=f"{command_id}.{number}",
        occurred_at=signed.at,
        actor=signed.actor,
        command_id=command_id,
        post=signed.post,
        organ=signed.organ,
    )
    return Fact(event, meta)
