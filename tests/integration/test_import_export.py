"""Histories of other systems, in and out through the command line, on a real log."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.history.csv_log import read_csv
from adapters.history.xes import read_xes, save_xes
from adapters.history.xes_parser import Rules
from adapters.house import House, open_house
from adapters.settings import Settings
from application.history import Trace
from application.runs.export_history import ManySources, export_history
from application.runs.import_history import import_history, legacy_id, source_named
from domain.calendar import CIVIL_ZONE
from tests.support.command_line import anjuan, arguments, environment
from tests.support.history_logs import event, log, trace, written

TRACES = 500
DAYS = 28


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(Settings(home=tmp_path / "home", database_url=database_url)) as opened:
        yield opened


def case(number: int, activities: int = 3) -> str:
    steps = [
        event(f"Step {step}", f"2024-03-{1 + (number + step) % DAYS:02}T09:{step:02}:00.123+08:00")
        for step in range(activities)
    ]
    start = '<date key="startdate" value="2024-02-01T08:00:00.000+08:00"/>\n<int key="persons" value="007"/>\n'
    return trace(f"C {number}", start + "".join(steps))


def read(path: Path) -> list[Trace]:
    return list(read_xes(path, Rules(assume_globals=False)))


def multiset(traces: list[Trace]) -> "Counter[tuple[object, ...]]":
    return Counter((t.case_id, a.name, a.lifecycle, a.resource, a.at) for t in traces for a in t.activities)


def stored(url: str) -> "Counter[str]":
    """Events per stream."""
    with psycopg.connect(url) as connection:
        return Counter(dict(connection.execute("SELECT stream, count(*) FROM log.events GROUP BY stream").fetchall()))


def wait_for_some(url: str) -> None:
    until = time.monotonic() + 60
    while not stored(url):
        assert time.monotonic() < until, "nothing was written"
        time.sleep(0.02)


def test_what_was_imported_comes_out_as_it_came_in(tmp_path: Path, database_url: str) -> None:
    into = written(tmp_path / "in.xes", log(*(case(number) for number in range(TRACES))))
    out, table = tmp_path / "out.xes.gz", tmp_path / "out.csv"

    imported = anjuan(tmp_path, database_url, "import", "xes", str(into), "--source", "town")
    assert imported.returncode == 0, imported.stderr
    assert anjuan(tmp_path, database_url, "export", "xes", str(out)).returncode == 0
    assert anjuan(tmp_path, database_url, "export", "csv", str(table), "--source", "town").returncode == 0

    assert read(out) == read(into)
    assert multiset(list(read_csv(table))) == multiset(read(into))


def test_files_that_cannot_be_written_or_read_are_one_line(tmp_path: Path, database_url: str) -> None:
    into = written(tmp_path / "in.xes", log(case(1)))
    assert anjuan(tmp_path, database_url, "import", "xes", str(into)).returncode == 0
    lost = anjuan(tmp_path, database_url, "export", "xes", str(tmp_path / "none" / "a.xes.gz"))
    assert (lost.returncode, lost.stderr.count("\n")) == (1, 1)
    assert "FILE_UNWRITABLE: 文件无法写入 / the file cannot be written" in lost.stderr
    faulty = anjuan(tmp_path, database_url, "import", "xes", "/proc/self/mem")  # opens, and fails when read
    assert faulty.returncode == 1
    assert "FILE_UNREADABLE" in faulty.stderr
    assert "Traceback" not in faulty.stderr


def test_importing_again_writes_nothing(tmp_path: Path, database_url: str) -> None:
    file = written(tmp_path / "Log 2024.xes", log(case(1), case(2)))
    first = anjuan(tmp_path, database_url, "import", "xes", str(file))
    before = stored(database_url)
    second = anjuan(tmp_path, database_url, "import", "xes", str(file))

    assert (first.returncode, second.returncode) == (0, 0)
    assert "log_2024" in second.stdout
    assert stored(database_url) == before
    assert sum(before.values()) == 8


def test_an_import_that_was_killed_goes_on_and_writes_nothing_twice(tmp_path: Path, database_url: str) -> None:
    parts = [case(number) for number in range(TRACES)]
    whole = written(tmp_path / "whole.xes", log(*parts))
    pipe = tmp_path / "pipe.xes"
    os.mkfifo(pipe)
    run = [*arguments("import", "xes", str(pipe), "--source", "killed")]
    process = subprocess.Popen(run, env=environment(tmp_path, database_url), stdout=subprocess.DEVNULL)
    with pipe.open("wb") as stream:
        stream.write(log(*parts[:300]).removesuffix("</log>\n").encode())
        stream.flush()
        wait_for_some(database_url)
        process.send_signal(signal.SIGKILL)
        process.wait()

    half = stored(database_url)
    assert 0 < len(half) < TRACES
    assert set(half.values()) == {4}, "a case is there whole or not at all"

    again = anjuan(tmp_path, database_url, "import", "xes", str(whole), "--source", "killed")
    assert again.returncode == 0, again.stderr
    assert len(stored(database_url)) == TRACES
    assert set(stored(database_url).values()) == {4}
    out = tmp_path / "out.xes"
    assert anjuan(tmp_path, database_url, "export", "xes", str(out)).returncode == 0
    assert read(out) == read(whole)


def test_a_damaged_file_is_refused_with_its_trace_and_what_came_before_stays(tmp_path: Path, database_url: str) -> None:
    good = [case(1), case(2), case(3)]
    damaged = written(tmp_path / "log.xes", log(*good, trace("C 4", event(time="yesterday")), case(5)))
    run = anjuan(tmp_path, database_url, "import", "xes", str(damaged))

    assert run.returncode == 1
    assert "HISTORY_DAMAGED" in run.stderr
    assert "trace 4, line" in run.stderr
    assert "Traceback" not in run.stderr
    assert set(stored(database_url).values()) == {4}
    assert len(stored(database_url)) == 3

    repaired = written(damaged, log(*good, case(4), case(5)))
    assert anjuan(tmp_path, database_url, "import", "xes", str(repaired)).returncode == 0
    assert len(stored(database_url)) == 5


def test_a_trace_that_changed_is_told_and_the_others_go_on(tmp_path: Path, database_url: str) -> None:
    file = written(tmp_path / "log.xes", log(case(1), case(2)))
    assert anjuan(tmp_path, database_url, "import", "xes", str(file)).returncode == 0
    written(file, log(case(1), case(2, activities=4), case(3)))
    run = anjuan(tmp_path, database_url, "import", "xes", str(file))

    assert run.returncode == 1
    assert "IMPORT_CONFLICT" in run.stderr
    assert run.stderr.rstrip().endswith(": 2")
    assert set(stored(database_url).values()) == {4}
    assert len(stored(database_url)) == 3


def test_a_table_without_zones_is_read_in_the_zone_that_is_named(tmp_path: Path, database_url: str) -> None:
    table = tmp_path / "log.csv"
    table.write_text("id,what,when\nA,open,2024-03-01 09:00\nA,close,2024-03-02 10:00\n")
    named = ["--case-column", "id", "--activity-column", "what", "--time-column", "when"]
    refused = anjuan(tmp_path, database_url, "import", "csv", str(table), *named)
    assert refused.returncode == 1
    assert "line 2" in refused.stderr
    assert not stored(database_url)

    run = anjuan(tmp_path, database_url, "import", "csv", str(table), *named, "--zone", "Asia/Shanghai")
    assert run.returncode == 0, run.stderr
    out = tmp_path / "out.xes"
    assert anjuan(tmp_path, database_url, "export", "xes", str(out)).returncode == 0
    (only,) = read(out)
    assert [a.at.astimezone(CIVIL_ZONE).isoformat() for a in only.activities] == [
        "2024-03-01T09:00:00+08:00",
        "2024-03-02T10:00:00+08:00",
    ]


def test_imported_cases_are_in_the_views(tmp_path: Path, database_url: str, house: House) -> None:
    file = written(tmp_path / "log.xes", log(case(1), case(2)))
    assert anjuan(tmp_path, database_url, "import", "xes", str(file)).returncode == 0

    rows = house.read(
        "SELECT number, stage, activity, opened_at FROM views.worklist WHERE matter = 'legacy' ORDER BY number"
    )
    assert [(row["number"], row["stage"], row["activity"]) for row in rows] == [
        ("C 1", "legacy_running", "Step 2"),
        ("C 2", "legacy_running", "Step 2"),
    ]
    assert rows[0]["opened_at"].isoformat() == "2024-02-01T00:00:00+00:00", "the start date of the trace"
    actors = house.read("SELECT DISTINCT actor FROM views.history WHERE type = 'legacy.activity'")
    assert [row["actor"] for row in actors] == ["legacy:"]


def test_nothing_to_export_leaves_an_older_file_alone(tmp_path: Path, database_url: str) -> None:
    out = written(tmp_path / "out.xes", "older")
    run = anjuan(tmp_path, database_url, "export", "xes", str(out))
    assert run.returncode == 1
    assert "NOTHING_TO_EXPORT" in run.stderr
    assert out.read_text() == "older"


def test_sources_are_not_mixed(tmp_path: Path, house: House) -> None:
    traces = read(written(tmp_path / "log.xes", log(case(1))))
    for source in ("one", "two"):
        list(import_history(house.log, source, traces, house.now()))
    with pytest.raises(ManySources, match="one, two"):
        list(export_history(house.log))
    assert list(export_history(house.log, "two")) == traces
    assert save_xes(tmp_path / "two.xes", export_history(house.log, "two")) == 1


def test_ids_of_imported_cases_are_readable_and_never_the_same() -> None:
    assert legacy_id("receipt", "case-10011") == "legacy-receipt-case-10011"
    odd = [legacy_id("receipt", text) for text in ("Case-1", "case 1", "案件一", "案件二", "x" * 200)]
    assert len(set(odd)) == len(odd)
    assert all(len(text) < 150 and text.isascii() and " " not in text for text in odd)


def test_a_source_is_named_after_its_file() -> None:
    assert source_named("Receipt log-2.v1") == "receipt_log_2_v1"
    assert source_named("案卷").startswith("log_")
