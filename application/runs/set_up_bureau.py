"""The bureau at work: its posts, its rules, declared kin. Only what is missing is written, so again writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from application.bureau import Bureau, BureauMemory
from application.ports import Append, EventLog, Write
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, RULEBOOK, KinDeclared, PostsCreated, RuleVersionPublished
from domain.kernel import Event, Fact, Meta, PostId
from domain.rulebook.rules import RuleVersion

_encode = msgspec.json.Encoder(order="sorted").encode


def set_up_bureau(
    log: EventLog, memory: BureauMemory, posts: Mapping[PostId, Post], rules: Iterable[RuleVersion], now: datetime
) -> int:
    """Create the posts and publish the rule versions that are missing or different; return how many events."""
    bureau = memory.refresh()
    changed = tuple(post for post in posts.values() if bureau.posts.get(post.id) != post)
    created = [PostsCreated(posts=changed)] if changed else []
    published = [RuleVersionPublished(version=rule) for rule in rules if rule not in bureau.rules]
    written = _write(log, bureau, BUREAU, created, now) + _write(log, bureau, RULEBOOK, published, now)
    memory.refresh()
    return written


def declare_kin(log: EventLog, memory: BureauMemory, kin: Iterable[KinDeclared], now: datetime) -> int:
    """Record the declarations that are missing; return how many."""
    bureau = memory.refresh()
    new = [declared for declared in kin if declared.post not in bureau.kin.get(declared.subject, ())]
    written = _write(log, bureau, BUREAU, new, now)
    memory.refresh()
    return written


def _write(log: EventLog, bureau: Bureau, stream: str, events: Sequence[Event], now: datetime) -> int:
    """Raises Conflict when somebody else sets the bureau up at the same time, with other data."""
    if not events:
        return 0
    (version,) = (guard.version for guard in bureau.guards if guard.stream == stream)
    digest = sha256(_encode([stream, version, events])).hexdigest()
    command_id = f"setup:{stream}:{digest}"
    facts = tuple(
        Fact(event, Meta(event_id=f"{command_id}.{number}", occurred_at=now, actor="system", command_id=command_id))
        for number, event in enumerate(events, 1)
    )
    log.append(Append(command_id=command_id, fingerprint=digest, writes=(Write(stream, version, facts),)))
    return len(events)
