"""The runner of views: batch, fold in memory, one set-based write per table, checkpoint by compare-and-set.

Exactly once: rows and checkpoint move in one transaction; a checkpoint that another runner moved stops this one.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from psycopg import Connection, sql

from adapters.eventstore.reader import read_log
from adapters.projector.rows import load_rows, write_rows
from domain.kernel import Recorded
from projections.shape import Rows, View, Working

BATCH_EVENTS = 5_000

_CHECKPOINTS = "SELECT view, version, position FROM views.checkpoint"
_ADVANCE = """
UPDATE views.checkpoint SET position = %s, recorded_at = %s, moved_at = clock_timestamp()
 WHERE view = %s AND version = %s AND position = %s
"""


class CheckpointMoved(Exception):
    """Another runner has moved the checkpoint: this one must stop, its transaction is rolled back."""


class NewerView(Exception):
    """A newer program has made this view: an older one must not drop its tables."""


class Advance(NamedTuple):
    """How far a step came: events folded, and the position that the slowest view has reached."""

    events: int
    position: int


def prepare_views(connection: "Connection[Any]", views: Iterable[View]) -> None:
    """Make the tables of views that are new or have a new version; those start from zero. Raises NewerView."""
    with connection.transaction():
        connection.execute("LOCK TABLE views.checkpoint IN SHARE ROW EXCLUSIVE MODE")
        known = {name: version for name, version, _ in connection.execute(_CHECKPOINTS)}
        for view in views:
            if known.get(view.name, 0) > view.version:
                raise NewerView(view.name)
            if known.get(view.name) == view.version:
                continue
            for table in view.tables:
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table.name)))
            connection.execute(view.schema().encode())
            connection.execute(
                "INSERT INTO views.checkpoint (view, version, position) VALUES (%s, %s, 0) "
                "ON CONFLICT (view) DO UPDATE SET version = excluded.version, position = 0, recorded_at = NULL",
                (view.name, view.version),
            )


def advance(connection: "Connection[Any]", views: Sequence[View], most: int = BATCH_EVENTS) -> Advance:
    """Fold one batch into the views that are furthest behind. Raises CheckpointMoved, LogBroken."""
    positions = {name: position for name, _, position in connection.execute(_CHECKPOINTS)}
    after = min(positions[view.name] for view in views)
    behind = [view for view in views if positions[view.name] == after]
    # Views that are further on wait where they are: reading stops there, and from then on all go together.
    limit = min([most, *(positions[view.name] - after for view in views if positions[view.name] > after)])
    batch = read_log(connection, after, limit)
    if batch:
        with connection.transaction():
            # The checkpoints first: their row locks let a second runner get no further than here.
            for view in behind:
                _move(connection, view, after, batch[-1])
            for view in behind:
                _fold_into(connection, view, batch)
    return Advance(len(batch), after + len(batch))


def catch_up(
    connection: "Connection[Any]", views: Sequence[View], progress: Callable[[Advance], None] = lambda _: None
) -> int:
    """Advance until nothing is left; return how many events were folded."""
    folded = 0
    while (step := advance(connection, views)).events:
        folded += step.events
        progress(step)
    return folded


def _fold_into(connection: "Connection[Any]", view: View, batch: Sequence[Recorded]) -> None:
    rows: Working = {table.name: Rows() for table in view.tables}
    load_rows(connection, view, batch, rows)
    fold = view.fold
    for recorded in batch:
        fold(rows, recorded)
    for table in view.tables:
        write_rows(connection, table, rows[table.name])


def _move(connection: "Connection[Any]", view: View, after: int, last: Recorded) -> None:
    moved = connection.execute(_ADVANCE, (last.position, last.recorded_at, view.name, view.version, after))
    if moved.rowcount != 1:
        raise CheckpointMoved(view.name)
