"""The bureau at work: its posts, its rules, declared kin. Only what is missing is written, so again writes nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from application.bureau import BureauMemory
from application.ports import EventLog
from application.runs.publish_rules import Signed, publication, write_bureau
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, KinDeclared, PostsCreated
from domain.kernel import PostId
from domain.rulebook.faults import RuleData


def set_up_bureau(
    log: EventLog, memory: BureauMemory, posts: Mapping[PostId, Post], rules: RuleData, now: datetime
) -> int:
    """Create the posts that are missing or different, publish the rules that are missing; return how many events.

    Raises RuleChanged for a published rule version with other content, Conflict when somebody else sets the bureau up
    at the same time, with other data.
    """
    bureau = memory.refresh()
    changed = tuple(post for post in posts.values() if bureau.posts.get(post.id) != post)
    created = (PostsCreated(posts=changed),) if changed else ()
    written = write_bureau(log, bureau, {BUREAU: created, **publication(bureau, rules)}, Signed(at=now))
    memory.refresh()
    return written


def declare_kin(log: EventLog, memory: BureauMemory, kin: Iterable[KinDeclared], now: datetime) -> int:
    """Record the declarations that are missing; return how many."""
    bureau = memory.refresh()
    new = [declared for declared in kin if declared.post not in bureau.kin.get(declared.subject, ())]
    written = write_bureau(log, bureau, {BUREAU: new}, Signed(at=now))
    memory.refresh()
    return written
