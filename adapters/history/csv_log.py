"""Event logs as CSV (RFC 4180, UTF-8 with or without a byte order mark): one row per activity, a header row above.

Beside the columns named in ``CsvColumns``, a column ``case:KEY`` holds a trace attribute, and any other an attribute of
the activity; ``event:KEY`` does so too, for keys that would clash. An empty cell is an absent attribute.
Rows of one case may lie anywhere: they wait in a temporary SQLite database, so that a large file fits in little memory.
"""

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import tzinfo
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Protocol

import msgspec

from adapters.history.files import BROKEN_STREAM, CUT_SHORT, opened
from adapters.history.texts import ILLEGAL_CHARACTER, instant
from application.history import Activity, HistoryDamaged, Trace, Wording
from domain.cases.events.legacy import Attribute

LINE_LIMIT: Final = 4 * 1024 * 1024
OF_CASE: Final = "case:"
OF_EVENT: Final = "event:"

Row = dict[str, str]


class CsvColumns(msgspec.Struct, frozen=True):
    """The header's names of the columns with a meaning; the first three must be there."""

    case: str = "case"
    activity: str = "activity"
    timestamp: str = "timestamp"
    lifecycle: str = "lifecycle"
    resource: str = "resource"

    def required(self) -> tuple[str, str, str]:
        return self.case, self.activity, self.timestamp

    def all(self) -> tuple[str, ...]:
        return *self.required(), self.lifecycle, self.resource


PLAIN: Final = CsvColumns()


class _Bytes(Protocol):
    def readline(self, size: int, /) -> bytes: ...


def read_csv(path: Path, columns: CsvColumns = PLAIN, *, zone: tzinfo | None = None) -> Iterator[Trace]:
    """The cases in the order of their first rows. ``zone`` is for timestamps without one, which are refused otherwise.

    Raises HistoryDamaged. Every row is judged before the first case is given out; only a trace attribute which changes
    within its case is found when that case is put together. OSError when there is no such file.
    """
    with closing(sqlite3.connect("")) as spool:
        # "" is a private database on disk, unlinked as it is made: nothing personal stays behind.
        spool.execute("CREATE TABLE spooled (first INTEGER, line INTEGER, cells BLOB)")
        with opened(path) as stream:
            spool.executemany("INSERT INTO spooled VALUES (?, ?, ?)", _spooled(_rows(stream, columns, zone), columns))
        ordered = spool.execute("SELECT first, line, cells FROM spooled ORDER BY first, line")
        decoder = msgspec.json.Decoder(Row)
        for first, spooled in groupby(ordered, key=itemgetter(0)):
            yield _trace(first, [(line, decoder.decode(cells)) for _, line, cells in spooled], columns, zone)


def _spooled(rows: Iterable[tuple[int, Row]], columns: CsvColumns) -> Iterator[tuple[int, int, bytes]]:
    first_lines: dict[str, int] = {}
    for line, row in rows:
        yield first_lines.setdefault(row[columns.case], line), line, msgspec.json.encode(row)


def _rows(stream: _Bytes, columns: CsvColumns, zone: tzinfo | None) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(_lines(stream), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not header:
                header = _checked_header(cells, columns)
            elif cells:
                yield line, _checked_row(line, header, cells, columns, zone)
            line = reader.line_num + 1
    except csv.Error:
        raise HistoryDamaged(Wording("不是正确的 CSV", "not well-formed CSV"), line=line) from None
    if not header:
        raise HistoryDamaged(Wording("文件为空", "the file is empty"), line=1)


def _lines(stream: _Bytes) -> Iterator[str]:
    # Decoded line by line: a decoder over blocks would blame the wrong line.
    number = 1
    try:
        while data := stream.readline(LINE_LIMIT):
            if len(data) == LINE_LIMIT:
                raise HistoryDamaged(Wording("该行过长", "the line is too long"), line=number)
            yield data.decode("utf-8-sig" if number == 1 else "utf-8")
            number += 1
    except UnicodeDecodeError:
        raise HistoryDamaged(Wording("不是 UTF-8 编码", "not UTF-8"), line=number) from None
    except BROKEN_STREAM:
        raise HistoryDamaged(CUT_SHORT, line=number) from None


def _checked_header(cells: list[str], columns: CsvColumns) -> list[str]:
    missing = [name for name in columns.required() if name not in cells]
    if missing:
        names = ", ".join(missing)
        raise HistoryDamaged(Wording(f"缺少列: {names}", f"columns missing: {names}"), line=1)
    if len(set(cells)) < len(cells) or "" in cells:
        raise HistoryDamaged(Wording("列名重复或为空", "a column's name is empty or appears twice"), line=1)
    return cells


def _checked_row(line: int, header: list[str], cells: list[str], columns: CsvColumns, zone: tzinfo | None) -> Row:
    if len(cells) != len(header):
        fault = Wording(f"应有 {len(header)} 列", f"{len(cells)} cells instead of {len(header)}")
        raise HistoryDamaged(fault, line=line)
    row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    for name in columns.required():
        if name not in row:
            raise HistoryDamaged(Wording(f"{name} 为空", f"{name} is empty"), line=line)
    if any(map(ILLEGAL_CHARACTER.search, cells)):
        raise HistoryDamaged(Wording("含有控制字符", "a cell holds a control character"), line=line)
    if instant(row[columns.timestamp], zone) is None:
        fault = Wording(f"{columns.timestamp} 有误或不带时区", f"{columns.timestamp} is wrong or without a zone")
        raise HistoryDamaged(fault, line=line)
    return row


def _trace(first: int, rows: list[tuple[int, Row]], columns: CsvColumns, zone: tzinfo | None) -> Trace:
    of_case: Row = {}
    for line, row in rows:
        for name, cell in row.items():
            if name not in columns.all() and name.startswith(OF_CASE) and of_case.setdefault(name, cell) != cell:
                fault = Wording("同一案例的案例属性前后不一", "a trace attribute changes within its case")
                raise HistoryDamaged(fault, line=line)
    attributes = tuple(Attribute(name.removeprefix(OF_CASE), "string", cell) for name, cell in of_case.items())
    activities = tuple(_activity(row, columns, zone) for _, row in rows)
    return Trace(rows[0][1][columns.case], attributes, activities, first)


def _activity(row: Mapping[str, str], columns: CsvColumns, zone: tzinfo | None) -> Activity:
    at = instant(row[columns.timestamp], zone)
    if at is None:  # Judged when the row was read; said again for the type checker's sake.
        raise ValueError(columns.timestamp)
    return Activity(
        name=row[columns.activity],
        lifecycle=row.get(columns.lifecycle, ""),
        resource=row.get(columns.resource, ""),
        at=at,
        at_text=row[columns.timestamp],
        attributes=tuple(
            Attribute(name.removeprefix(OF_EVENT), "string", cell)
            for name, cell in row.items()
            if name not in columns.all() and not name.startswith(OF_CASE)
        ),
    )
