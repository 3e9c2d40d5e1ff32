"""After an erasure: the rows that a stream made in a view are made anew from the log, where the values are gone."""

from typing import Any

from psycopg import Connection

from adapters.projector.batch import decode, opened, wanted_types
from adapters.projector.rows import delete_rows, load_rows, write_rows
from domain.kernel import Recorded
from projections.shape import Rows, View, Working

_BEFORE = """
SELECT position, stream, seq, type, schema, recorded_at, state FROM log.events
 WHERE stream = %s AND seq < %s ORDER BY seq
"""


def refold(connection: "Connection[Any]", view: View, at: Recorded) -> None:
    """Replace the rows of a stream by those that its events before this one make now, within the caller's transaction.

    Rows that only count stay: what is counted is not personal. Raises LogBroken, Unavailable, and what the fold raises.
    """
    if view.forget:
        connection.execute(view.forget.encode(), (at.stream.removeprefix("case-"),))
    rows: Working = {table.name: Rows() for table in view.tables}
    history = connection.execute(_BEFORE, (at.stream, at.seq), binary=True).fetchall()
    recorded_before = decode(opened(connection, history, [view]), wanted_types([view]))
    events = [each for each in recorded_before if type(each.event) in view.folds]
    if not view.by_stream:  # what it takes from other streams, it takes as it is now
        load_rows(connection, view, events, rows)
    for recorded in events:
        view.fold(rows, recorded)
    for table in view.tables:
        if not table.adds:
            delete_rows(connection, table, rows[table.name])
            write_rows(connection, table, rows[table.name])
