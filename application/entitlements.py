"""What persons receive, read for a decision and written with it: one stream per person, in one transaction.

The first try trusts memory, and takes a person never seen for one who receives nothing; the append asserts the
version of every person's stream, so a wrong guess is a conflict, judged again on a fresh read.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import cast

from application.ports import EventLog
from domain.kernel import SubjectId, Value
from domain.subjects.entitlements import (
    NO_ENTITLEMENTS,
    EntitlementEvent,
    Entitlements,
    entitlement_stream,
    fold_entitlements,
)

MOST_SUBJECTS = 50_000


class Known(Value):
    """A person's entitlements at a version of their stream."""

    entitlements: Entitlements = NO_ENTITLEMENTS
    version: int = 0


NOTHING_KNOWN = Known()


class EntitlementMemory:
    """The persons decided on last."""

    def __init__(self, log: EventLog, most: int = MOST_SUBJECTS) -> None:
        """Keep at most ``most`` persons."""
        self._log = log
        self._most = most
        self._known: OrderedDict[SubjectId, Known] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, subjects: Iterable[SubjectId], *, fresh: bool) -> dict[SubjectId, Known]:
        """Return what is known of the persons; ``fresh``: after reading what their streams have had since."""
        known = {subject: self._known.get(subject, NOTHING_KNOWN) for subject in sorted(set(subjects))}
        if fresh:
            known = {subject: self._read(subject, before) for subject, before in known.items()}
        return known

    def put(self, subject: SubjectId, known: Known) -> None:
        """Remember a person, unless a later version is known already."""
        with self._lock:
            if self._known.get(subject, NOTHING_KNOWN).version < known.version:
                self._known[subject] = known
                self._known.move_to_end(subject)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def _read(self, subject: SubjectId, before: Known) -> Known:
        events = cast("list[EntitlementEvent]", self._log.events(entitlement_stream(subject), before.version))
        now = after(before, events)
        self.put(subject, now)
        return now


def after(known: Known, events: Sequence[EntitlementEvent]) -> Known:
    """Return what is known of a person after these events too."""
    return Known(fold_entitlements(events, known.entitlements), known.version + len(events))
