"""Small batches: one call of ``log.append``, one round trip, one commit."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from psycopg import Connection

from adapters.eventstore.arrays import BinaryArray, byteas, int2s, int4s, texts
from adapters.eventstore.fields import SealedField
from adapters.eventstore.prepared import Outcome, PreparedAppend

_CALL = """
SELECT * FROM log.append(%b::text[], %b::text[], %b::int4[], %b::text[], %b::int4[], %b::int4[],
                         %b::text[], %b::int2[], %b::bytea[],
                         %b::int4[], %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[])
"""


def append_by_call(connection: Connection[Any], batch: Sequence[PreparedAppend]) -> list[Outcome]:
    """Append the batch in one transaction and return an outcome for each. The connection must be in autocommit mode."""
    writes = [write for append in batch for write in append.writes]
    numbers = [number for number, append in enumerate(batch, 1) for _ in append.writes]
    streams, expected, events = zip(*writes, strict=True)
    types, schemas, states, sealed = zip(*chain.from_iterable(events), strict=True)
    rows = connection.execute(
        _CALL,
        (
            texts([append.command_id for append in batch]),
            texts([append.fingerprint for append in batch]),
            int4s(numbers),
            texts(streams),
            int4s(expected),
            int4s([*map(len, events)]),
            texts(types),
            int2s(schemas),
            byteas(states),
            *_sealed(sealed),
        ),
        prepare=True,
        binary=True,
    ).fetchall()
    return [Outcome._make(row) for row in rows]


def _sealed(sealed: Sequence[Sequence[SealedField]]) -> tuple[BinaryArray, ...]:
    """The sealed fields of all events, each with the number of its event from 1."""
    numbers = [number for number, fields in enumerate(sealed, 1) for _ in fields]
    paths, subjects, keys, commitments, bytes_ = zip(*chain.from_iterable(sealed), strict=True) if numbers else [()] * 5
    return int4s(numbers), texts(paths), texts(subjects), byteas(keys), byteas(commitments), byteas(bytes_)
