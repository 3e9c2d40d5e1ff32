"""Filling an aside: views of streams go stream by stream, each row written once; the others by position.

Every chunk is a transaction with its progress, so that a killed process is gone on with, and nothing is folded twice.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from msgspec.structs import replace
from psycopg import Connection, sql

from adapters.eventstore.reader import LogBroken
from adapters.projector.asides import Aside, keep, named_without_schema
from adapters.projector.batch import Row, Span, decode, opened, read_batch, wanted_types
from adapters.projector.collecting import collecting_seldom
from adapters.projector.folding import fold_view
from adapters.projector.sessions import sibling
from projections.shape import View

CHUNK_EVENTS = 10_000
"""Bounds a chunk's memory; the longest stream may exceed it."""

_BY_STREAM = """
SELECT position, stream, seq, type, schema, recorded_at, state FROM log.events
 WHERE stream > %s AND position <= %s ORDER BY stream, seq LIMIT %s
"""
_REST_OF = """
SELECT position, stream, seq, type, schema, recorded_at, state FROM log.events
 WHERE stream = %s AND seq > %s AND position <= %s ORDER BY seq
"""
# Keys that only count are needed while filling; all others are made at the end, sorted, at a fraction of the cost.
_KEYS = """
SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', c.relname, k.conname),
       format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', c.relname, k.conname, pg_get_constraintdef(k.oid))
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
 WHERE c.relnamespace = %(schema)s::regnamespace AND k.contype IN ('p', 'u') AND c.relname = ANY(%(tables)s)
"""
_INDEXES = """
SELECT format('DROP INDEX %%I', i.relname), replace(pg_get_indexdef(i.oid), %(prefix)s, ' ')
  FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS c ON c.oid = x.indrelid
 WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(tables)s)
   AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.oid)
"""

Progress = Callable[[Aside], None]


class Gaps(LogBroken):
    """Fewer events were found than there are positions."""


def fill(connection: "Connection[Any]", aside: Aside, progress: Progress = lambda _: None) -> Aside:
    """Fill the aside up to its target. Raises ViewFault (nothing is parked here), LogBroken, AsideLost."""
    with collecting_seldom():
        return _fill(connection, aside, progress)


def _fill(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    if aside.stage == "filling" and all(view.by_stream for view in aside.shapes()):
        aside = _fill_streams(connection, _put_keys_aside(connection, aside), progress)
    if aside.stage == "filling":
        aside = fold_up_to(connection, aside, aside.target, progress)
        aside = _stage(connection, replace(aside, stage="indexing"))
    if aside.stage == "indexing":
        aside = _make_keys(connection, aside, progress)
    return aside


def fold_up_to(connection: "Connection[Any]", aside: Aside, target: int, progress: Progress = lambda _: None) -> Aside:
    """Fold the events up to a position, in the order of positions."""
    while aside.position < target:
        batch = read_batch(connection, Span(aside.position, CHUNK_EVENTS // 2, target), aside.shapes())
        if batch.upto == aside.position:
            raise Gaps(f"log: nothing after {aside.position}, though {target} was there")
        events = aside.events + batch.upto - aside.position
        with connection.transaction(), named_without_schema(connection, aside.schema):
            for view in aside.shapes():
                fold_view(connection, view, batch.events)
            aside = replace(aside, position=batch.upto, events=events)
            keep(connection, aside)
        progress(aside)
    return aside


def _fill_streams(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    """Fold stream after stream; while one chunk is folded, the next is read."""
    if aside.position >= aside.target:
        return aside
    views = aside.shapes()
    with sibling(connection) as reader, ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(_next_streams, reader, aside.last_stream, aside.target)
        while rows := coming.result():
            coming = ahead.submit(_next_streams, reader, rows[-1][1], aside.target)
            aside = _fold_streams(connection, aside, views, rows)
            progress(aside)
        return _fold_streams(connection, aside, views, [])


def _next_streams(reader: "Connection[Any]", after: str, target: int) -> list[Row]:
    """Return the events of the next whole streams, in the order of their names."""
    rows = reader.execute(_BY_STREAM, (after, target, CHUNK_EVENTS), binary=True).fetchall()
    if len(rows) == CHUNK_EVENTS:
        rows += reader.execute(_REST_OF, (rows[-1][1], rows[-1][2], target), binary=True).fetchall()
    return rows


def _fold_streams(connection: "Connection[Any]", aside: Aside, views: Sequence[View], rows: Sequence[Row]) -> Aside:
    """Fold whole streams; after the last ones, the position is the target's."""
    _require_whole_streams(rows)
    done = replace(
        aside,
        events=aside.events + len(rows),
        last_stream=rows[-1][1] if rows else aside.last_stream,
        position=0 if rows else aside.target,
    )
    if not rows and done.events != done.target:
        raise Gaps(f"log: {done.events} events up to position {done.target}")
    events = decode(opened(connection, rows, views), wanted_types(views))
    with connection.transaction(), named_without_schema(connection, aside.schema):
        for view in views:
            fold_view(connection, view, events, fresh=True)
        keep(connection, done)
    return done


def _require_whole_streams(rows: Sequence[Row]) -> None:
    """Within a chunk, every stream begins at its first version; that versions follow each other, decoding asserts."""
    begun = None
    for row in rows:
        if row[1] != begun:
            begun = row[1]
            if row[2] > 1:
                raise LogBroken(f"{begun}: begins with version {row[2]}")


class _Made(NamedTuple):
    drop: str
    make: str


def _put_keys_aside(connection: "Connection[Any]", aside: Aside) -> Aside:
    """Drop keys and indexes of the tables that filling only adds to, and keep what makes them again."""
    if aside.later or aside.events:
        return aside
    tables = [table.name for view in aside.shapes() for table in view.tables if not table.adds]
    asked = {"schema": aside.schema, "tables": tables, "prefix": f" {aside.schema}."}
    with connection.transaction(), named_without_schema(connection, aside.schema):
        made = [_Made(*row) for text in (_KEYS, _INDEXES) for row in connection.execute(text, asked).fetchall()]
        for each in made:
            connection.execute(each.drop.encode())
        aside = replace(aside, later=tuple(each.make for each in made))
        keep(connection, aside)
    return aside


def _make_keys(connection: "Connection[Any]", aside: Aside, progress: Progress) -> Aside:
    while aside.later:
        with connection.transaction(), named_without_schema(connection, aside.schema):
            connection.execute("SET LOCAL maintenance_work_mem = '128MB'")
            connection.execute(aside.later[0].encode())
            aside = replace(aside, later=aside.later[1:])
            keep(connection, aside)
        progress(aside)
    aside = replace(aside, stage="ready")
    with connection.transaction(), named_without_schema(connection, aside.schema):
        for table in (table.name for view in aside.shapes() for table in view.tables):
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        keep(connection, aside)
    return aside


def _stage(connection: "Connection[Any]", aside: Aside) -> Aside:
    with connection.transaction():
        keep(connection, aside)
    return aside
