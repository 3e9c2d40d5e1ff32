"""Small batches: one call of ``log.append``, one round trip, one commit."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from adapters.eventstore.arrays import byteas, int2s, int4s, texts
from adapters.eventstore.prepared import Outcome, PreparedAppend

_CALL = """
SELECT * FROM log.append(%b::text[], %b::text[], %b::int4[], %b::text[], %b::int4[], %b::int4[],
                         %b::text[], %b::int2[], %b::bytea[])
"""


def append_by_call(connection: Connection[Any], batch: Sequence[PreparedAppend]) -> list[Outcome]:
    """Append the batch in one transaction and return an outcome for each. The connection must be in autocommit mode."""
    numbered = [(number, write) for number, append in enumerate(batch, 1) for write in append.writes]
    events = [event for _, write in numbered for event in write.events]
    rows = connection.execute(
        _CALL,
        (
            texts([append.command_id for append in batch]),
            texts([append.fingerprint for append in batch]),
            int4s([number for number, _ in numbered]),
            texts([write.stream for _, write in numbered]),
            int4s([write.expected for _, write in numbered]),
            int4s([len(write.events) for _, write in numbered]),
            texts([event.type for event in events]),
            int2s([event.schema for event in events]),
            byteas([event.state for event in events]),
        ),
        prepare=True,
        binary=True,
    ).fetchall()
    return [Outcome._make(row) for row in rows]
