"""A worker: owns ranges by lease, folds them step by step, and lets the others have theirs."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

from psycopg import Connection
from psycopg.errors import DeadlockDetected, LockNotAvailable

from adapters.eventstore.reader import LogBroken
from adapters.projector.checkpoints import CheckpointMoved
from adapters.projector.folding import ViewFault
from adapters.projector.leases import RENEW_SECONDS, Lease, LeaseLost, claim, release, renew
from adapters.projector.poison import told
from adapters.projector.sessions import end_hung
from adapters.projector.step import Step, Trouble, step
from adapters.projector.told import Told
from projections.shape import View

MOST_EVENTS = 5_000
FIRST_EVENTS = 500
_LONG_SECONDS = 0.5
"""A step that takes longer makes the next one smaller: a lease must never run out within a step."""
_CLAIM_SECONDS = 0.5
_HUNG_SECONDS = 5.0
# Rows of a process that was stopped may bar ours. Whoever waits for them for ever cannot take over what is its.
_PATIENCE = "SET lock_timeout = '1s'"
_SHARE = """
SELECT (SELECT count(*) FROM views.leases),
       (SELECT count(*) FROM views.workers WHERE NOT gone AND seen_at > clock_timestamp() - interval '3 seconds')
"""

BACK_OFF_SECONDS = (0.1, 0.4, 1.6)
"""A view that could not digest a batch rests so long before each further try; after these, the event is parked."""

Shout = Callable[[str], None]


class Worker:
    """Folds the ranges that it owns. Not for several threads."""

    def __init__(
        self, connection: "Connection[Any]", name: str, views: Sequence[View], shout: Shout = lambda _: None
    ) -> None:
        """``name`` is unique among the workers of a database. ``shout`` hears what an operator must know."""
        connection.execute(_PATIENCE)
        self.told = Told(connection, name)
        self._connection = connection
        self._name = name
        self._views = {lane: [v for v in views if v.by_stream == (lane == "streams")] for lane in ("streams", "whole")}
        self._leases: dict[tuple[str, int], Lease] = {}
        self._renewed: dict[tuple[str, int], float] = {}
        self._sizes: dict[tuple[str, int], int] = {}
        self._claimed_at = self._freed_at = float("-inf")
        self._faults: dict[tuple[str, int, str], tuple[int, float]] = {}
        self._shout = shout

    def turn(self) -> Step:
        """Take a step in every range owned. No events: nothing was left to fold. Raises LogBroken, psycopg.Error."""
        self._keep_up()
        taken = [done for key in list(self._leases) for done in self._steps(key)]
        if not taken:
            return Step(0, 0)
        return Step(sum(done.events for done in taken), min(done.position for done in taken))

    @property
    def resting(self) -> bool:
        """Whether a view waits for another try."""
        return any(at[:2] in self._leases for at in self._faults)

    @property
    def connected(self) -> bool:
        """Whether the session lives, as far as is known here."""
        return not self._connection.closed

    def close(self) -> None:
        """Give the ranges back."""
        for key in list(self._leases):
            self._release(key)
        self.told.leave()

    def _keep_up(self) -> None:
        """Renew what is due, look after the others, tell: between all steps, since a turn of many ranges takes long."""
        for key in list(self._leases):
            if time.monotonic() - self._renewed[key] > RENEW_SECONDS:
                self._renew(key)
        if time.monotonic() - self._claimed_at > _CLAIM_SECONDS:
            self._share_out()
        if time.monotonic() - self._freed_at > _HUNG_SECONDS:
            self._freed_at = time.monotonic()
            end_hung(self._connection)
        self.told.tell()

    def _share_out(self) -> None:
        """Own as many ranges as every other worker, within one."""
        self._claimed_at = time.monotonic()
        ranges, workers = self._connection.execute(_SHARE).fetchall()[0]
        share = -(-ranges // max(workers, 1))
        for key in list(self._leases)[share:]:
            self._release(key)
        for lease in claim(self._connection, self._name, share - len(self._leases)):
            key = lease.lane, lease.slices.lo
            self._leases[key], self._sizes[key], self._renewed[key] = lease, FIRST_EVENTS, time.monotonic()

    def _release(self, key: tuple[str, int]) -> None:
        with suppress(LockNotAvailable):  # it is being split, say; then it runs out by itself
            release(self._connection, self._leases.pop(key))

    def _steps(self, key: tuple[str, int]) -> list[Step]:
        """Let the views move that are furthest behind, then those ahead of them: nobody waits for a view far behind."""
        taken: list[Step] = []
        while key in self._leases and (not taken or taken[-1].ahead):
            done = self._step(self._leases[key], {view for done in taken for view in done.views})
            self._keep_up()
            if done is None:
                break
            taken.append(done)
        return taken

    def _step(self, lease: Lease, moved: Collection[str]) -> Step | None:
        key, began = (lease.lane, lease.slices.lo), time.monotonic()
        trouble = self._trouble(key, moved)
        try:
            done = step(self._connection, lease, self._views[lease.lane], self._sizes[key], trouble)
        except ViewFault as fault:
            self._note(key, fault)
            return None
        except (
            CheckpointMoved,
            LockNotAvailable,
            DeadlockDetected,
        ):  # swapped in meanwhile, say: the next step looks again
            return None
        except LeaseLost:  # the transaction was undone; whoever has the range by now goes on
            self.told.denials += 1
            self._leases.pop(key)
            return None
        except LogBroken:
            self.told.gaps += 1
            self.told.tell(now=True)
            raise
        if done is not None and done.events:
            self._after(key, done, time.monotonic() - began)
        return done

    def _after(self, key: tuple[str, int], done: Step, seconds: float) -> None:
        self.told.step(done.events, seconds)
        # Only for those that took part: a view whose rest ends meanwhile has digested nothing yet.
        for view in done.views:
            self._faults.pop((*key, view), None)
        self._renewed[key] = time.monotonic()
        grown = self._sizes[key] // 2 if seconds > _LONG_SECONDS else self._sizes[key] * 2
        self._sizes[key] = min(MOST_EVENTS, max(grown, 1))

    def _renew(self, key: tuple[str, int]) -> None:
        try:
            renew(self._connection, self._leases[key])
        except LockNotAvailable:  # it is being split, say
            return
        except LeaseLost:
            self.told.denials += 1
            self._leases.pop(key)
        self._renewed[key] = time.monotonic()

    def _trouble(self, key: tuple[str, int], moved: Collection[str]) -> Trouble:
        now, mine = time.monotonic(), {at[2]: fault for at, fault in self._faults.items() if at[:2] == key}
        return Trouble(
            resting={view for view, (_, until) in mine.items() if until > now}.union(moved),
            suspects={view for view, (times, _) in mine.items() if times > len(BACK_OFF_SECONDS)},
        )

    def _note(self, key: tuple[str, int], fault: ViewFault) -> None:
        """Let the view rest, longer each time; then its batch is taken apart."""
        at = (*key, fault.view.name)
        times = self._faults.get(at, (0, 0.0))[0] + 1
        rest = BACK_OFF_SECONDS[times - 1] if times <= len(BACK_OFF_SECONDS) else 0.0
        self._faults[at] = times, time.monotonic() + rest
        error, place = told(fault.__cause__)
        self._shout(f"VIEW_FAULT {fault.view.name}: {error} {place}, try {times}")
