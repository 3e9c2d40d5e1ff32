"""Projecting step by step, as a worker does, with the sizes that a test asks for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from adapters.postgres.database import Locate
from adapters.projector.leases import Lease, claim, release
from adapters.projector.poison import replay
from adapters.projector.rebuild import rebuild
from adapters.projector.sessions import session
from adapters.projector.step import NO_TROUBLE, Step, Trouble, step
from adapters.projector.tables import lane_of, prepare_views
from projections.registry import VIEWS
from projections.shape import View


class Projecting:
    """All ranges, owned by one session."""

    def __init__(self, connection: "Connection[Any]", leases: Sequence[Lease]) -> None:
        self.connection = connection
        self.leases = leases

    def advance(self, views: Sequence[View], most: int = 5_000, trouble: Trouble = NO_TROUBLE) -> Step:
        """Take one step in every range. No events: nothing was left."""
        steps = []
        for lease in self.leases:
            ours = [view for view in views if lane_of(view) == lease.lane]
            done = step(self.connection, lease, ours, most, trouble)
            if done is not None:
                steps.append(done)
        return Step(max(done.events for done in steps), min(done.position for done in steps))

    def catch_up(self, views: Sequence[View]) -> int:
        """Advance until nothing is left; return how many events were passed."""
        passed = 0
        while (done := self.advance(views)).events:
            passed += done.events
        return passed


@contextmanager
def projecting(where: str | Locate, views: Sequence[View]) -> Iterator[Projecting]:
    """Own all ranges that are free, with the tables of the views made."""
    with session((lambda: where) if isinstance(where, str) else where) as (connection, name):
        prepare_views(connection, views)
        mine = Projecting(connection, claim(connection, name, 100))
        yield mine
        if not connection.closed:
            for lease in mine.leases:
                release(connection, lease)


def take_in_parked(
    connection: "Connection[Any]", name: str, stream: str, views: Sequence[View] = tuple(VIEWS.values())
) -> None:
    """Replay what is parked of a stream; views over several streams are rebuilt instead, all of them at once."""
    for view in views:
        if view.by_stream:
            assert replay(connection, view, stream).left == 0
    if over_several := [view for view in views if not view.by_stream]:
        rebuild(connection, over_several, name)
