"""What decisions need to know of the bureau and its rules: the fold of two streams, in memory, with their versions."""

import threading
from collections.abc import Iterable

from application.ports import EventLog, Guard
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, RULEBOOK, KinDeclared, PostsCreated, RuleVersionPublished
from domain.kernel import Event, PostId, SubjectId, Value
from domain.rulebook.rules import RuleVersion


class Bureau(Value):
    """Posts, declared kin and rule versions, with the versions of the streams they were read from."""

    posts: dict[PostId, Post] = {}
    kin: dict[SubjectId, tuple[PostId, ...]] = {}
    rules: tuple[RuleVersion, ...] = ()
    guards: tuple[Guard, ...] = (Guard(BUREAU, 0), Guard(RULEBOOK, 0))

    def kin_posts(self, subjects: Iterable[SubjectId]) -> tuple[PostId, ...]:
        """Return the posts whose holders declared one of the subjects as kin."""
        return tuple(sorted({post for subject in subjects for post in self.kin.get(subject, ())}))


class BureauMemory:
    """The bureau as last read. Stale memory cannot do harm: every append asserts the versions it was read at."""

    def __init__(self, log: EventLog) -> None:
        """Read nothing yet."""
        self._log = log
        self._lock = threading.Lock()
        self._bureau: Bureau | None = None

    def now(self) -> Bureau:
        """Return the bureau as last read, reading it the first time."""
        return self._bureau or self.refresh()

    def refresh(self) -> Bureau:
        """Read what the two streams have had since, and return the bureau."""
        with self._lock:
            old = self._bureau or Bureau()
            read = {guard.stream: self._log.stream(guard.stream, guard.version) for guard in old.guards}
            if self._bureau is None or any(read.values()):
                versions = tuple(Guard(g.stream, g.version + len(read[g.stream])) for g in old.guards)
                self._bureau = _fold(old, [r.event for events in read.values() for r in events], versions)
            return self._bureau


def _declare(kin: dict[SubjectId, tuple[PostId, ...]], post: PostId, subjects: Iterable[SubjectId]) -> None:
    for subject in subjects:
        kin[subject] = tuple(sorted({*kin.get(subject, ()), post}))


def _fold(old: Bureau, events: Iterable[Event], guards: tuple[Guard, ...]) -> Bureau:
    posts, kin, rules = dict(old.posts), dict(old.kin), list(old.rules)
    for event in events:
        match event:
            case PostsCreated():
                for post in event.posts:
                    posts[post.id] = post
                    _declare(kin, post.id, post.kin)
            case KinDeclared():
                _declare(kin, event.post, (event.subject,))
            case RuleVersionPublished():
                rules = [*(rule for rule in rules if rule.id != event.version.id), event.version]
            case _:
                raise TypeError(f"{event.TYPE} is not an event of the bureau")
    return Bureau(posts=posts, kin=kin, rules=tuple(rules), guards=guards)
