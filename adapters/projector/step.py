"""One step of a projection: a batch of one range, folded into all views that stand at the same place.

Exactly once: rows, checkpoints and the lease's epoch are written, or asserted, in one transaction.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from psycopg import Connection

from adapters.projector import poison
from adapters.projector.batch import Batch, Span, read_batch
from adapters.projector.checkpoints import Move, Standing, move, standing
from adapters.projector.folding import fold_view, wanted_by
from adapters.projector.leases import Lease, renew
from projections.shape import View


class Step(NamedTuple):
    """How far a step came: positions passed, and where the views are that took it. ``ahead``: others are further on."""

    events: int
    position: int
    views: Collection[str] = ()
    ahead: bool = False


class Trouble(NamedTuple):
    """Views that rest, after a fault or until the others have moved; and those whose batch is taken apart."""

    resting: Collection[str] = ()
    suspects: Collection[str] = ()


NO_TROUBLE = Trouble()


def step(
    connection: "Connection[Any]", lease: Lease, views: Sequence[View], most: int, trouble: Trouble = NO_TROUBLE
) -> Step | None:
    """Fold one batch into the views that are furthest behind; None where no view can move at all.

    Raises ViewFault, CheckpointMoved, LeaseLost (nothing is written then), LogBroken.
    """
    where = standing(connection, views, lease.slices)
    active = [view for view in views if view.name in where and view.name not in trouble.resting]
    if not active:
        return None
    after = min(where[view.name].position for view in active)
    behind = [view for view in active if where[view.name].position == after]
    # Views that are further on wait where they are: reading stops there, and from then on all go together.
    ahead = [where[view.name].position for view in active if where[view.name].position > after]
    span = Span(after, most, min(ahead)) if ahead else Span(after, most)
    batch = read_batch(connection, span, behind, lease.slices)
    if batch.upto > after:
        _write(connection, lease, [(view, where[view.name]) for view in behind], batch, trouble)
    return Step(batch.upto - after, batch.upto, [view.name for view in behind], bool(ahead))


def _write(
    connection: "Connection[Any]",
    lease: Lease,
    behind: Sequence[tuple[View, Standing]],
    batch: Batch,
    trouble: Trouble,
) -> None:
    with connection.transaction():
        before = behind[0][1].position  # where they all are
        move(connection, [view for view, _ in behind], lease.slices, Move(before, batch.upto, batch.recorded_at))
        for view, at in behind:
            events = wanted_by(view, batch.events)
            if at.has_parked:
                events = poison.keep_waiting(connection, view, events)
            if view.name in trouble.suspects:
                poison.fold_apart(connection, view, events)
            else:
                fold_view(connection, view, events)
        renew(connection, lease)
