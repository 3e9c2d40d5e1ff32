import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings

from adapters.history.csv_log import CsvColumns, read_csv
from adapters.history.csv_writer import save_csv, write_csv
from application.history import Activity, HistoryDamaged, Trace
from domain.cases.events.legacy import Attribute
from tests.support.history_logs import PLAIN_LOGS, written

HEAD = "case,activity,timestamp\n"
GOOD = "C1,Receive,2024-03-01T09:00:00+08:00\n"
AT = datetime(2024, 3, 1, 1, tzinfo=UTC)


def damage(path: Path, data: bytes) -> HistoryDamaged:
    path.write_bytes(data)
    with pytest.raises(HistoryDamaged) as caught:
        list(read_csv(path))
    return caught.value


def by_key(attribute: Attribute) -> str:
    return attribute.key


def unordered(trace: Trace) -> Trace:
    """CSV has one order of columns for all rows, and lines for numbers."""
    activities = tuple(
        msgspec.structs.replace(activity, attributes=tuple(sorted(activity.attributes, key=by_key)))
        for activity in trace.activities
    )
    return Trace(trace.case_id, tuple(sorted(trace.attributes, key=by_key)), activities, 0)


@given(PLAIN_LOGS)
@settings(deadline=None, max_examples=50)  # a disk may be slow
def test_a_written_table_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, traces: list[Trace]) -> None:
    path = tmp_path_factory.getbasetemp() / "again.csv"
    assert save_csv(path, traces) == sum(len(trace.activities) for trace in traces)
    assert list(map(unordered, read_csv(path))) == list(map(unordered, traces))


def test_a_table_becomes_cases_with_their_attributes(tmp_path: Path) -> None:
    head = "\ufeffcase:channel,case,activity,timestamp,resource,lifecycle,cost\n"
    text = head + "Desk,C1,Receive,2024-03-01 09:00+08:00,R1,complete,0.10\n"
    (found,) = read_csv(written(tmp_path / "a.csv", text))
    activity = Activity(
        "Receive", "complete", "R1", AT, "2024-03-01 09:00+08:00", (Attribute("cost", "string", "0.10"),)
    )
    assert found == Trace("C1", (Attribute("channel", "string", "Desk"),), (activity,), 2)


def test_rows_of_a_case_may_lie_anywhere_and_keep_their_order(tmp_path: Path) -> None:
    rows = [f"{case},{name},2024-03-01T09:00:00Z\n" for case, name in ("B1", "A1", "B2", "A2", "B0")]
    found = list(read_csv(written(tmp_path / "a.csv", HEAD + "".join(rows))))
    names = [(trace.case_id, trace.number, [activity.name for activity in trace.activities]) for trace in found]
    assert names == [("B", 2, ["1", "2", "0"]), ("A", 3, ["1", "2"])]


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    columns = CsvColumns(case="case:concept:name", activity="concept:name", timestamp="time:timestamp")
    text = "case:concept:name,concept:name,time:timestamp,case:a\nC1,Visit,2024-03-01T01:00:00Z,1\n"
    (found,) = read_csv(written(tmp_path / "a.csv", text), columns)
    assert (found.case_id, found.activities[0].name, found.attributes) == (
        "C1",
        "Visit",
        (Attribute("a", "string", "1"),),
    )


def test_local_times_need_a_zone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", HEAD + "C1,Receive,2024-03-01 09:00:00\n")
    assert "without a zone" in damage(path, path.read_bytes()).fault.en
    (found,) = read_csv(path, zone=ZoneInfo("Asia/Shanghai"))
    assert found.activities[0].at == AT


def test_compressed_tables_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(gzip.compress((HEAD + GOOD).encode()))
    assert len(list(read_csv(tmp_path / "a.csv"))) == 1


def test_blank_lines_and_quoted_line_breaks_keep_the_count_of_lines_right(tmp_path: Path) -> None:
    text = HEAD + GOOD + '\nC1,"two\nlines",2024-03-01T09:00:00Z\nC1,,2024-03-01T09:00:00Z\n'
    assert damage(tmp_path / "a.csv", text.encode()).line == 6


BROKEN = {
    "empty file": (b"", 1, "the file is empty"),
    "no columns": (b"a,b\n", 1, "columns missing: case, activity, timestamp"),
    "column twice": (b"case,activity,timestamp,a,a\n", 1, "a column's name is empty or appears twice"),
    "short row": ((HEAD + GOOD + "C1,Receive\n").encode(), 3, "2 cells instead of 3"),
    "no case": ((HEAD + GOOD + ",Receive,2024-03-01T09:00:00Z\n").encode(), 3, "case is empty"),
    "bad time": ((HEAD + GOOD + "C1,Receive,soon\n").encode(), 3, "timestamp is wrong or without a zone"),
    "control": ((HEAD + GOOD + "C1,a\0b,2024-03-01T09:00:00Z\n").encode(), 3, "a cell holds a control character"),
    "open quote": ((HEAD + GOOD + 'C1,"a\n').encode(), 3, "not well-formed CSV"),
    "GBK": ((HEAD + GOOD).encode() + "C1,受理,2024".encode("gbk"), 3, "not UTF-8"),
    "long line": ((HEAD + GOOD).encode() + b"x" * 5_000_000, 3, "the line is too long"),
    "cut gzip": (gzip.compress((HEAD + GOOD * 9).encode())[:-9], 11, "the gzip stream is cut short or damaged"),
    "changed": (b"case,activity,timestamp,case:a\nC,A,2024-03-01T09:00:00Z,1\nC,A,2024-03-01T09:00:00Z,2\n", 3,
                "a trace attribute changes within its case"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "line", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_table_is_refused_with_the_line(tmp_path: Path, data: bytes, line: int, words: str) -> None:
    fault = damage(tmp_path / "a.csv", data)
    assert (fault.line, fault.fault.en) == (line, words)


def test_nested_and_repeated_attributes_are_flattened() -> None:
    nested = (Attribute("b", "int", "2"), Attribute("b", "int", "3"))
    attributes = (Attribute("a", "int", "1", nested), Attribute("case", "string", "x"))
    stream = BytesIO()
    write_csv([Trace("C1", (), (Activity("Visit", "", "", AT, "", attributes),), 1)], stream)
    head, row = stream.getvalue().decode().splitlines()
    assert head == "case,activity,timestamp,lifecycle,resource,a,a/b,a/b#2,event:case"
    assert row == "C1,Visit,2024-03-01T01:00:00+00:00,,,1,2,3,x"


def test_a_case_without_activities_has_no_row_and_is_not_dropped_silently() -> None:
    with pytest.raises(ValueError, match="row per activity"):
        write_csv([Trace("C1", (), (), 1)], BytesIO())
