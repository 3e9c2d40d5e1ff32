"""What decisions need to know of the bureau: posts, rulebook, register of powers; three streams folded in memory."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from application.ports import EventLog, Guard
from domain.authority.events import (
    AUTHORITY,
    GrantResumed,
    GrantRevoked,
    GrantsGiven,
    GrantSuspended,
    PowerChanged,
    PowersListed,
)
from domain.authority.posts import Post
from domain.authority.register import Register, Suspension
from domain.bureau_events import BUREAU, RULEBOOK, KinDeclared, MatterPublished, PostsCreated, RuleVersionPublished
from domain.kernel import Event, PostId, Recorded, SubjectId, Value
from domain.rulebook.book import Rulebook

NO_REGISTER = Register()
_MOST_PAST = 8
"""Bureaus of past positions that are kept in memory."""


class Bureau(Value):
    """Posts, declared kin, rulebook and register, with the versions of the streams they were read from."""

    posts: dict[PostId, Post] = {}
    kin: dict[SubjectId, tuple[PostId, ...]] = {}
    rulebook: Rulebook = Rulebook()
    register: Register = NO_REGISTER
    guards: tuple[Guard, ...] = (Guard(BUREAU, 0), Guard(RULEBOOK, 0), Guard(AUTHORITY, 0))

    def kin_posts(self, subjects: Iterable[SubjectId]) -> tuple[PostId, ...]:
        """Return the posts whose holders declared one of the subjects as kin, or as themselves."""
        return tuple(sorted({post for subject in subjects for post in self.kin.get(subject, ())}))


class BureauMemory:
    """The bureau as last read. Stale memory cannot do harm: every append asserts the versions it was read at."""

    def __init__(self, log: EventLog) -> None:
        """Read nothing yet."""
        self._log = log
        self._lock = threading.Lock()
        self._bureau: Bureau | None = None
        self._last = 0
        self._past: dict[int, Bureau] = {}

    def now(self) -> Bureau:
        """Return the bureau as last read, reading it the first time."""
        return self._bureau or self.refresh()

    def refresh(self) -> Bureau:
        """Read what the streams have had since, and return the bureau."""
        with self._lock:
            old = self._bureau or Bureau()
            now = self._log.versions([guard.stream for guard in old.guards])
            grown = [guard for guard in old.guards if now[guard.stream] != guard.version]
            if self._bureau is None or grown:
                read = {guard.stream: self._log.stream(guard.stream, guard.version) for guard in old.guards}
                self._bureau = _grown(old, read)
                self._last = max(self._last, *(each.position for found in read.values() for each in found), 0)
            return self._bureau

    def at(self, position: int) -> Bureau:
        """Return the bureau as it was known at a position of the log."""
        now = self.refresh()
        if position >= self._last:
            return now
        if position not in self._past:
            read = {guard.stream: self._log.stream(guard.stream, 0, guard.version) for guard in now.guards}
            known = {stream: [each for each in found if each.position <= position] for stream, found in read.items()}
            if len(self._past) >= _MOST_PAST:
                self._past.clear()
            self._past[position] = _grown(Bureau(), known)
        return self._past[position]


def _grown(old: Bureau, read: Mapping[str, Sequence[Recorded]]) -> Bureau:
    """Return the bureau after more events, by stream."""
    events = {stream: [recorded.event for recorded in found] for stream, found in read.items()}
    return Bureau(
        *_people(old, events[BUREAU]),
        rulebook=_rules(old.rulebook, events[RULEBOOK]),
        register=fold_register(events[AUTHORITY], old.register),
        guards=tuple(Guard(g.stream, g.version + len(events[g.stream])) for g in old.guards),
    )


def _people(old: Bureau, events: Sequence[Event]) -> tuple[dict[PostId, Post], dict[SubjectId, tuple[PostId, ...]]]:
    posts, kin = dict(old.posts), dict(old.kin)

    def declare(post: PostId, subjects: Iterable[SubjectId]) -> None:
        for subject in subjects:
            kin[subject] = tuple(sorted({*kin.get(subject, ()), post}))

    for event in events:
        match event:
            case PostsCreated():
                for post in event.posts:
                    posts[post.id] = post
                    declare(post.id, post.kin)
            case KinDeclared():
                declare(event.post, (event.subject,))
            case _:
                raise _stray(event)
    return posts, kin


def _rules(old: Rulebook, events: Sequence[Event]) -> Rulebook:
    stray = [event for event in events if not isinstance(event, MatterPublished | RuleVersionPublished)]
    if stray:
        raise _stray(stray[0])
    book = old.with_matters(event.matter for event in events if isinstance(event, MatterPublished))
    return book.with_versions(event.version for event in events if isinstance(event, RuleVersionPublished))


def fold_register(events: Iterable[Event], start: Register = NO_REGISTER) -> Register:
    """Return the register after the events of the authority stream, in order."""
    register = start
    for event in events:
        match event:
            case PowersListed():
                register = register.with_items(event.items)
            case PowerChanged():
                register = register.with_change(event.change)
            case GrantsGiven():
                register = register.with_grants(event.grants)
            case GrantSuspended():
                register = register.suspended(Suspension(event.grant, event.since, event.reason))
            case GrantResumed():
                register = register.resumed(event.grant, event.on)
            case GrantRevoked():
                register = register.revoked(event.grant, event.on)
            case _:
                raise _stray(event)
    return register


def _stray(event: Event) -> TypeError:
    return TypeError(f"{event.TYPE} does not belong to this stream")
