"""Reading and writing the rows of a view's tables, whole batches at a time."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from psycopg import Connection, sql

from domain.kernel import Recorded
from projections.shape import Key, Rows, Table, View, Working


def load_rows(connection: "Connection[Any]", view: View, batch: Sequence[Recorded], rows: Working) -> None:
    """Load the rows that the batch touches, one query per table and length of key."""
    keys: dict[tuple[str, int], set[Key]] = {}
    for recorded in batch:
        for table_name, key in view.touches(recorded):
            keys.setdefault((table_name, len(key)), set()).add(key)
    tables = {table.name: table for table in view.tables}
    for (table_name, length), wanted in keys.items():
        table = tables[table_name]
        columns = [list(column) for column in zip(*wanted, strict=True)]
        for row in connection.execute(_select(table, length), columns, binary=True):
            rows[table.name].found(row[: table.key], table.load(row))


def write_rows(connection: "Connection[Any]", table: Table, rows: Rows) -> None:
    """Write what became of the rows: new ones by COPY, changed ones by one UPDATE, counts by one upsert."""
    if table.adds:
        # Sorted: ranges that are folded at once add to the same rows, and must not wait for each other in a circle.
        _from_columns(connection, _add(table), sorted(rows.added()))
        return
    new = list(rows.new())
    if new:
        with connection.cursor() as cursor, cursor.copy(_copy(table)) as copy:
            copy.set_types(table.types)
            for row in new:
                copy.write_row(table.dump(row))
    _from_columns(connection, _update(table), (table.dump(row) for row in rows.changed()))


def delete_rows(connection: "Connection[Any]", table: Table, rows: Rows) -> None:
    """Delete the rows that would be new, where they are there already."""
    keys = [list(column) for column in zip(*(table.dump(row)[: table.key] for row in rows.new()), strict=True)]
    if keys:
        connection.execute(_delete(table), keys)


def _from_columns(connection: "Connection[Any]", statement: bytes, rows: Iterable[tuple[Any, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        connection.execute(statement, columns)


def _unnest(types: Sequence[str]) -> sql.Composed:
    return sql.SQL("unnest({})").format(sql.SQL(", ").join(sql.SQL("%b::{}[]").format(sql.SQL(t)) for t in types))


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


# As bytes: composed anew each time, statements of small batches would cost more than their rows.
@cache
def _select(table: Table, length: int) -> bytes:
    key = _names(table.columns[:length])
    statement = sql.SQL("SELECT {} FROM {} JOIN {} AS wanted ({}) USING ({})").format(
        _names(table.columns), sql.Identifier(table.name), _unnest(table.types[:length]), key, key
    )
    return statement.as_bytes()


@cache
def _delete(table: Table) -> bytes:
    statement = sql.SQL("DELETE FROM {} WHERE ({}) IN (SELECT * FROM {})")
    columns = table.columns[: table.key]
    return statement.format(sql.Identifier(table.name), _names(columns), _unnest(table.types[: table.key])).as_bytes()


@cache
def _copy(table: Table) -> bytes:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)")
    return statement.format(sql.Identifier(table.name), _names(table.columns)).as_bytes()


@cache
def _update(table: Table) -> bytes:
    same = sql.SQL(" AND ").join(
        sql.SQL("kept.{0} = now.{0}").format(sql.Identifier(column)) for column in table.columns[: table.key]
    )
    sets = sql.SQL(", ").join(
        sql.SQL("{0} = now.{0}").format(sql.Identifier(column)) for column in table.columns[table.key :]
    )
    statement = sql.SQL("UPDATE {} AS kept SET {} FROM {} AS now ({}) WHERE {}").format(
        sql.Identifier(table.name), sets, _unnest(table.types), _names(table.columns), same
    )
    return statement.as_bytes()


@cache
def _add(table: Table) -> bytes:
    number = sql.Identifier(table.columns[-1])
    statement = sql.SQL(
        "INSERT INTO {} AS kept ({}) SELECT * FROM {} ON CONFLICT ({}) DO UPDATE SET {} = kept.{} + excluded.{}"
    ).format(
        sql.Identifier(table.name),
        _names(table.columns),
        _unnest(table.types),
        _names(table.columns[: table.key]),
        number,
        number,
        number,
    )
    return statement.as_bytes()
