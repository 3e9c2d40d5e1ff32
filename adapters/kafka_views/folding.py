"""Folding a batch of one partition: rows, and the offset behind them, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from psycopg import Connection
from psycopg.errors import DeadlockDetected, LockNotAvailable

from adapters.eventstore.reader import LogBroken
from adapters.kafka_views import tables
from adapters.kafka_views.messages import Placed
from adapters.projector.asides import named_without_schema
from adapters.projector.batch import decode, opened, wanted_types
from adapters.projector.folding import ViewFault, fold_view
from adapters.projector.rebuild import fault_of
from projections.shape import View


class BatchAhead(Exception):
    """A view is not as far as the batch begins: it went on after a fault, say. Read from an earlier offset."""


def take(connection: "Connection[Any]", views: Sequence[View], partition: int, batch: Sequence[Placed]) -> None:
    """Fold a batch into all views that lack it; a view that cannot digest it stands still, and the others go on.

    Raises LogBroken, BatchAhead (nothing is written then), Unavailable, psycopg.Error.
    """
    _require_chain(partition, batch)
    while True:
        try:
            with connection.transaction():
                _fold(connection, views, partition, batch)
        except ViewFault as fault:
            tables.stand_still(connection, fault.view.name, partition, fault_of(fault))
        except (DeadlockDetected, LockNotAvailable):  # another partition's rows are counted in the same places
            continue
        else:
            return


def _require_chain(partition: int, batch: Sequence[Placed]) -> None:
    for one, other in pairwise(batch):
        if other.before != one.row[0]:
            raise LogBroken(f"partition {partition}: {other.before} was to follow {one.row[0]}")


def _fold(connection: "Connection[Any]", views: Sequence[View], partition: int, batch: Sequence[Placed]) -> None:
    held = tables.hold(connection, views, partition)
    at: dict[int, list[View]] = defaultdict(list)
    for view in views:
        if view.name in held and held[view.name] < batch[-1].row[0]:
            at[held[view.name]].append(view)
    for position, behind in at.items():
        rows = [each.row for each in _behind(partition, batch, position)]
        events = decode(opened(connection, rows, behind), wanted_types(behind))
        with named_without_schema(connection, tables.SCHEMA):
            for view in behind:
                fold_view(connection, view, events)
        tables.move(connection, [view.name for view in behind], partition, (batch[-1].offset + 1, batch[-1].row[0]))


def _behind(partition: int, batch: Sequence[Placed], position: int) -> Sequence[Placed]:
    """Return what follows a position, which the batch must hold or begin behind. Raises BatchAhead, LogBroken."""
    for place, each in enumerate(batch):
        if each.before == position:
            return batch[place:]
    if position < batch[0].before:
        raise BatchAhead(f"partition {partition}: {batch[0].before} was to follow {position}")
    raise LogBroken(f"partition {partition}: {position} is not among its positions")
