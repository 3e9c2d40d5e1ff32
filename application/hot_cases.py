"""Cases kept in memory with their versions, so that a case in use is not read again for every act.

A stale entry cannot do harm: the append asserts the version, and a refusal is judged again on a fresh read.
"""

import threading
from collections import OrderedDict
from typing import cast

from application.ports import EventLog, case_stream
from domain.cases.events import CaseEvent
from domain.cases.evolve import fold
from domain.cases.state import NO_CASE, CaseState
from domain.kernel import CaseId, Value

MOST_CASES = 20_000


class Loaded(Value):
    """A case at a version. ``fresh``: read from the log just now."""

    state: CaseState
    version: int
    fresh: bool = False


NOTHING = Loaded(NO_CASE, 0)


class HotCases:
    """The cases used last."""

    def __init__(self, log: EventLog, most: int = MOST_CASES) -> None:
        """Keep at most ``most`` cases."""
        self._log = log
        self._most = most
        self._cases: OrderedDict[CaseId, Loaded] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, case_id: CaseId) -> Loaded:
        """Return the case as remembered, else read it."""
        with self._lock:
            found = self._cases.get(case_id)
            if found is not None:
                self._cases.move_to_end(case_id)
        return found or self.read(case_id)

    def read(self, case_id: CaseId) -> Loaded:
        """Bring the remembered case up to date with the log and return it."""
        with self._lock:
            known = self._cases.get(case_id, NOTHING)
        events = cast("list[CaseEvent]", self._log.events(case_stream(case_id), known.version))
        state = fold(events, known.state)
        version = known.version + len(events)
        self.put(case_id, state, version)
        return Loaded(state, version, fresh=True)

    def put(self, case_id: CaseId, state: CaseState, version: int) -> None:
        """Remember a case, unless a later version is known already."""
        if version == 0:
            return
        with self._lock:
            known = self._cases.get(case_id)
            if known is None or known.version < version:
                self._cases[case_id] = Loaded(state, version)
                self._cases.move_to_end(case_id)
            while len(self._cases) > self._most:
                self._cases.popitem(last=False)
