"""The way out to CSV, in the layout that ``csv_log`` reads.

CSV is flat text: types are dropped, a nested attribute becomes ``parent/child``, a repeated key gets ``#2``, ``#3``, ….
Where every attribute is a plain string with a key of its own, reading the file gives the same cases back.
"""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from adapters.history.csv_log import OF_CASE, OF_EVENT, PLAIN, CsvColumns, Row
from adapters.history.files import replacing
from adapters.history.texts import faithful_text
from application.history import Activity, Trace
from domain.cases.events.legacy import Attribute

_SPOOL_IN_MEMORY = 16 * 1024 * 1024


def save_csv(path: Path, traces: Iterable[Trace], columns: CsvColumns = PLAIN) -> int:
    """Write a whole file, replacing an older one only at the end, gzip when named .gz; return the rows."""
    with replacing(path) as stream:
        return write_csv(traces, stream, columns)


def write_csv(traces: Iterable[Trace], stream: BinaryIO, columns: CsvColumns = PLAIN) -> int:
    """Write a header and a row per activity; return the rows. Raises ValueError for a case without activities."""
    # The header needs every key before the first row is written, so rows wait in a temporary file.
    names = dict.fromkeys(columns.all())
    rows = 0
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY) as spool:
        for row in _rows(traces, columns):
            names.update(dict.fromkeys(row))
            spool.write(msgspec.json.encode(row) + b"\n")
            rows += 1
        spool.seek(0)
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, list(names), restval="")
        writer.writeheader()
        writer.writerows(msgspec.json.decode(line, type=Row) for line in spool)
        text.detach()
    return rows


def _rows(traces: Iterable[Trace], columns: CsvColumns) -> Iterator[Row]:
    for trace in traces:
        if not trace.activities:
            raise ValueError("CSV has a row per activity and cannot hold a case without any")
        of_case = {OF_CASE + key: value for key, value in _flat(trace.attributes)}
        for activity in trace.activities:
            yield {columns.case: trace.case_id, **_standard(activity, columns), **of_case, **_own(activity, columns)}


def _standard(activity: Activity, columns: CsvColumns) -> Row:
    return {
        columns.activity: activity.name,
        columns.timestamp: faithful_text(activity.at, activity.at_text),
        columns.lifecycle: activity.lifecycle,
        columns.resource: activity.resource,
    }


def _own(activity: Activity, columns: CsvColumns) -> Row:
    taken = frozenset(columns.all())
    return {
        OF_EVENT + key if key in taken or key.startswith((OF_CASE, OF_EVENT)) else key: value
        for key, value in _flat(activity.attributes)
    }


def _flat(attributes: Iterable[Attribute]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for key, value in _paths(attributes, ""):
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), value


def _paths(attributes: Iterable[Attribute], above: str) -> Iterator[tuple[str, str]]:
    for attribute in attributes:
        path = "/".join(filter(None, (above, attribute.key)))
        if attribute.value:
            yield path, attribute.value
        yield from _paths(attribute.nested, path)
