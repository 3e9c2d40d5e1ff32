"""Comparing a view with what the log says: both at the same position, without holding the view up.

In one snapshot the aside is folded up to where each range of the view is, compared row by row, and undone again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

from psycopg import Connection, IsolationLevel, Rollback, sql

from adapters.projector.asides import Aside, named_without_schema
from adapters.projector.batch import Span, read_batch
from adapters.projector.folding import fold_view
from domain.errors import Refused
from domain.kernel import Value
from projections.shape import Table, View
from projections.slices import Range

MOST_TOLD = 20
"""Differences told per table; all are counted."""
_BATCH = 5_000

Kind = Literal["changed", "missing", "surplus"]


class Difference(Value, omit_defaults=False):
    """A row of the live table that the log gives otherwise: ``changed`` in these columns, ``missing`` or ``surplus``.

    Values are not told: they may be personal.
    """

    table: str
    kind: Kind
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()


class Compared(Value, omit_defaults=False):
    """What became of a comparison: rows of the live tables, differences in all, and the first of them.

    ``fault``: why it could not be made, as class and place; never a value.
    """

    view: str
    position: int
    rows: int
    differences: int
    first: tuple[Difference, ...] = ()
    parked: int = 0
    fault: str = ""

    @property
    def same(self) -> bool:
        """Whether the live view is what the log says."""
        return self.differences == 0 and self.parked == 0 and not self.fault


class Copy(NamedTuple):
    """Where tables of views are, and what says how far each range of them is and how many events were parked."""

    schema: str
    ranges: str
    parked: str


LIVE = Copy(
    schema="views",
    ranges="SELECT lo, hi, position FROM views.checkpoint WHERE view = %s AND version = %s ORDER BY lo",
    parked="SELECT count(*) FROM views.parked WHERE view = %s",
)


class Reached(NamedTuple):
    """How far a range of the live view is."""

    slices: Range
    position: int


def ranges(connection: "Connection[Any]", view: View, copy: Copy = LIVE) -> list[Reached]:
    """Return how far the ranges of the view are."""
    found = connection.execute(copy.ranges.encode(), (view.name, view.version)).fetchall()
    return [Reached(Range(lo, hi), position) for lo, hi, position in found]


def compare(connection: "Connection[Any]", aside: Aside, copy: Copy = LIVE) -> list[Compared]:
    """Compare every view of a full aside with the live one. Raises ViewFault, LogBroken, NotBehind."""
    with _snapshot(connection):
        connection.execute(_stay(aside, copy))
        return [_compare(connection, aside, view, copy) for view in aside.shapes()]


def _stay(aside: Aside, copy: Copy) -> sql.Composed:
    """Keep the live tables where they are, before the snapshot is taken: of one swapped in later it shows no row."""
    tables = (sql.Identifier(copy.schema, table.name) for view in aside.shapes() for table in view.tables)
    return sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.SQL(", ").join(tables))


class NotBehind(Refused):
    """The aside is further on than the live view, so they cannot be brought to the same position."""

    code = "VIEW_WENT_BACK"
    zh = "视图在比较期间被回退，请重新比较"
    en = "The view went back while it was compared: compare it again"


def _compare(connection: "Connection[Any]", aside: Aside, view: View, copy: Copy) -> Compared:
    reached = ranges(connection, view, copy)
    if any(each.position < aside.position for each in reached):
        raise NotBehind(view.name)
    for each in reached:
        fold_range(connection, aside, view, each)
    found = [_compare_table(connection, aside, table, copy) for table in view.tables]
    return Compared(
        view=view.name,
        position=max((each.position for each in reached), default=0),
        rows=sum(rows for rows, _, _ in found),
        differences=sum(number for _, number, _ in found),
        first=tuple(each for _, _, first in found for each in first),
        parked=connection.execute(copy.parked.encode(), (view.name,)).fetchall()[0][0],
    )


def fold_range(connection: "Connection[Any]", aside: Aside, view: View, reached: Reached) -> None:
    """Fold what the aside lacks of a range, within the caller's transaction; its row does not tell of it."""
    at = aside.position
    while at < reached.position:
        batch = read_batch(connection, Span(at, _BATCH, reached.position), [view], reached.slices)
        with named_without_schema(connection, aside.schema):
            fold_view(connection, view, batch.events)
        at = batch.upto


@contextmanager
def _snapshot(connection: "Connection[Any]") -> Iterator[None]:
    """One snapshot for everything that is read, and nothing that is written stays."""
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction() as transaction:
            yield
            raise Rollback(transaction)
    finally:
        connection.isolation_level = before


def _compare_table(
    connection: "Connection[Any]", aside: Aside, table: Table, copy: Copy
) -> tuple[int, int, list[Difference]]:
    names = {
        "live": sql.Identifier(copy.schema, table.name),
        "log": sql.Identifier(aside.schema, table.name),
        "key": sql.SQL(", ").join(map(sql.Identifier, table.columns[: table.key])),
        "texts": sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in table.columns[: table.key]),
        "columns": sql.SQL(", ").join(map(_differing, table.columns[table.key :])),
        "first": sql.Identifier(table.columns[0]),
    }
    rows = connection.execute(sql.SQL("SELECT count(*) FROM {live}").format(**names)).fetchall()[0][0]
    found = connection.execute(_DIFFERENCES.format(**names), (MOST_TOLD,)).fetchall()
    first = [
        Difference(table.name, kind, tuple(key), tuple(filter(None, columns)) if kind == "changed" else ())
        for kind, key, columns, _ in found
    ]
    return rows, found[0][3] if found else 0, first


_DIFFERENCES = sql.SQL("""
SELECT CASE WHEN live IS NULL THEN 'missing' WHEN log IS NULL THEN 'surplus' ELSE 'changed' END,
       ARRAY[{texts}], ARRAY[{columns}]::text[], count(*) OVER ()
  FROM (SELECT *, true AS is_there FROM {live}) AS live FULL JOIN (SELECT *, true AS is_there FROM {log}) AS log
       USING ({key})
 WHERE live IS DISTINCT FROM log
 ORDER BY {key} LIMIT %s
""")


def _differing(column: str) -> sql.Composed:
    """Return the column's name where its values differ."""
    return sql.SQL("CASE WHEN live.{0} IS DISTINCT FROM log.{0} THEN {1} END").format(
        sql.Identifier(column), sql.Literal(column)
    )
