import gzip
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from adapters.history.xes import read_xes, save_xes, write_xes
from adapters.history.xes_parser import Rules
from application.history import Activity, HistoryDamaged, Trace, backward_steps
from domain.cases.events.legacy import Attribute
from tests.support.history_logs import LOGS, event, log, trace, written


def read(folder: Path, text: str, rules: Rules | None = None) -> list[Trace]:
    return list(read_xes(written(folder / "log.xes", text), rules or Rules()))


def damage(folder: Path, text: str, rules: Rules | None = None) -> tuple[list[str], HistoryDamaged]:
    return damaged_file(written(folder / "log.xes", text), rules)


def damaged_file(path: Path, rules: Rules | None = None) -> tuple[list[str], HistoryDamaged]:
    """The cases given out before the damage, and the damage."""
    cases: list[str] = []
    with pytest.raises(HistoryDamaged) as caught:
        cases.extend(found.case_id for found in read_xes(path, rules or Rules()))
    return cases, caught.value


@given(LOGS)
@settings(deadline=None, max_examples=50)  # a disk may be slow
def test_a_written_log_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, traces: list[Trace]) -> None:
    path = tmp_path_factory.getbasetemp() / "again.xes.gz"
    assert save_xes(path, traces) == len(traces)
    assert list(read_xes(path)) == traces


def test_an_event_gives_its_standard_attributes_and_keeps_the_others_in_order(tmp_path: Path) -> None:
    own = '<string key="org:resource" value="R1"/><float key="x" value="0.10"/><id key="i" value="7"/>'
    (found,) = read(tmp_path, log(trace("C1", event().replace("</event>", f"{own}</event>"))))
    at = datetime(2024, 3, 1, 1, tzinfo=UTC)
    attributes = (Attribute("x", "float", "0.10"), Attribute("i", "id", "7"))
    expected = Activity("Receive", "", "R1", at, "2024-03-01T09:00:00.000+08:00", attributes)
    assert found == Trace("C1", (), (expected,), 1)


def test_compression_is_known_by_content_not_by_name(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(gzip.compress(log(trace("C1")).encode()))
    assert [found.case_id for found in read_xes(path)] == ["C1"]


def test_tags_with_a_namespace_prefix_are_known(tmp_path: Path) -> None:
    inside = '<x:trace><x:string key="concept:name" value="C"/></x:trace>'
    assert read(tmp_path, f'<x:log xmlns:x="http://www.xes-standard.org/">{inside}</x:log>') == [Trace("C", (), (), 1)]


def test_lists_containers_and_nested_attributes_are_kept(tmp_path: Path) -> None:
    inner = '<values><int key="a" value="1"/><int key="a" value="2"/></values>'
    member = '<id key="i" value="7"><string key="n" value=""/></id>'
    own = f'<list key="l">{inner}</list><container key="c">{member}</container>'
    (found,) = read(tmp_path, log(trace("C1", own)))
    values = Attribute("", "values", "", (Attribute("a", "int", "1"), Attribute("a", "int", "2")))
    identity = Attribute("i", "id", "7", (Attribute("n", "string", ""),))
    assert found.attributes == (Attribute("l", "list", "", (values,)), Attribute("c", "container", "", (identity,)))


def test_extensions_classifiers_and_figures_of_the_log_are_tolerated(tmp_path: Path) -> None:
    head = '<extension name="C" prefix="c" uri="u"/><classifier name="A" keys="k"/>'
    head += '<float key="f" value="1"><int key="g" value="2"/></float>'
    assert [found.attributes for found in read(tmp_path, log(head, trace("C1")))] == [()]


GLOBALS = """<global scope="trace"><string key="concept:name" value="UNKNOWN"/>
<string key="channel" value="Desk"/></global>
<global scope="event"><string key="org:resource" value="Nobody"/>
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
<string key="concept:name" value="UNKNOWN"/></global>
"""


def test_global_defaults_fill_what_is_absent(tmp_path: Path) -> None:
    given_one = trace("C2", '<string key="channel" value="Post"/>' + event())
    first, second = read(tmp_path, log(GLOBALS, trace("C1"), given_one))
    assert first.attributes == (Attribute("channel", "string", "Desk"),)
    assert second.attributes == (Attribute("channel", "string", "Post"),)
    assert first.activities[0].resource == "Nobody"


def test_global_defaults_can_be_left_out(tmp_path: Path) -> None:
    (found,) = read(tmp_path, log(GLOBALS, trace("C1")), Rules(assume_globals=False))
    assert (found.attributes, found.activities[0].resource) == ((), "")


@pytest.mark.parametrize("lost", ["concept:name", "time:timestamp"])
def test_a_default_never_invents_a_deed_or_its_date(tmp_path: Path, lost: str) -> None:
    _, fault = damage(tmp_path, log(GLOBALS, trace("C1", event().replace(lost, "lost"))))
    assert lost in fault.fault.en


def test_a_default_never_invents_a_case(tmp_path: Path) -> None:
    _, fault = damage(tmp_path, log(GLOBALS, f"<trace>{event()}</trace>"))
    assert "concept:name" in fault.fault.en


def test_a_standard_attribute_with_more_than_text_is_kept_whole(tmp_path: Path) -> None:
    own = '<string key="lifecycle:transition" value="complete"><string key="by" value="rule"/></string>'
    (found,) = read(tmp_path, log(trace("C1", event().replace("</event>", f"{own}</event>"))))
    whole = Attribute("lifecycle:transition", "string", "complete", (Attribute("by", "string", "rule"),))
    assert (found.activities[0].lifecycle, found.activities[0].attributes) == ("complete", (whole,))
    save_xes(tmp_path / "again.xes", [found])
    assert list(read_xes(tmp_path / "again.xes")) == [found]


def test_the_order_of_the_file_stands_and_steps_back_in_time_are_counted(tmp_path: Path) -> None:
    later, earlier = event("B", "2024-03-02T00:00:00Z"), event("A", "2024-03-01T00:00:00Z")
    (found,) = read(tmp_path, log(trace("C1", later + earlier + later)))
    assert [activity.name for activity in found.activities] == ["B", "A", "B"]
    assert backward_steps(found) == 1


def test_a_time_without_a_zone_is_read_only_with_a_zone_given(tmp_path: Path) -> None:
    text = log(trace("C1", event(time="2024-03-01T09:00:00")))
    _, fault = damage(tmp_path, text)
    assert "zone" in fault.fault.en
    (found,) = read(tmp_path, text, Rules(zone=timezone(timedelta(hours=8))))
    assert found.activities[0].at == datetime(2024, 3, 1, 1, tzinfo=UTC)
    stream = BytesIO()
    write_xes([found], stream)
    assert b'value="2024-03-01T01:00:00+00:00"' in stream.getvalue()


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2024-02-30T00:00:00Z", "2024-03-01", "20240301T090000Z", "2024-W09-5T09:00:00Z",
             "2024-03-01T25:00:00Z", "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_a_bad_timestamp_is_named_by_trace_and_line(tmp_path: Path, time: str) -> None:
    cases, fault = damage(tmp_path, log(trace("C1"), trace("C2", event(time=time))))
    assert cases == ["C1"]
    assert (fault.trace, fault.line) == (2, 12)
    assert fault.where.zh == "第 2 个案例，第 12 行"


BROKEN = {
    "no case id": (f"<trace>\n{event()}</trace>", "the trace lacks concept:name", 10),
    "empty case id": (trace(""), "the trace lacks concept:name", 10),
    "no activity": (trace("C2", event("")), "the event lacks concept:name", 12),
    "same case": (trace("C1"), "a case id appears a second time", 10),
    "unknown tag": (trace("C2", "<strng/>"), "a tag <strng> has no place here", 12),
    "attribute in values only": (trace("C2", "<values/>"), "a tag <values> has no place here", 12),
    "trace in trace": (trace("C2", trace("C3")), "a tag <trace> has no place here", 12),
    "no key": (trace("C2", '<string value="v"/>'), "an attribute lacks its key or value", 12),
    "no value": (trace("C2", '<string key="k"/>'), "an attribute lacks its key or value", 12),
    "two names": (trace("C2", '<string key="concept:name" value="C3"/>'), "concept:name appears twice", 10),
    "deep": (trace("C2", '<container key="k">' * 31 + "</container>" * 31), "nested deeper than 32 levels", 12),
    "mismatched": (trace("C2", "</event>"), "not well-formed XML (mismatched tag)", 12),
    "entity": (trace("&secret;"), "not well-formed XML (undefined entity)", 11),
}


@pytest.mark.parametrize(("part", "words", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_trace_is_named_and_the_ones_before_it_are_given(
    tmp_path: Path, part: str, words: str, line: int
) -> None:
    cases, fault = damage(tmp_path, log(trace("C1"), part, trace("C9")))
    assert (cases, fault.trace, fault.line, fault.fault.en) == (["C1"], 2, line, words)


def test_damage_never_repeats_a_value_of_the_file(tmp_path: Path) -> None:
    for part in (trace("Zhang", event("", "2024")), trace("Zhang", event("Visit", "Zhang")), trace("Zhang") * 2):
        _, fault = damage(tmp_path, log(part))
        assert "Zhang" not in str(fault) + fault.fault.zh


@pytest.mark.parametrize("text", ["", "\n", "<html/>", "<trace/>"])
def test_what_is_no_log_is_refused(tmp_path: Path, text: str) -> None:
    _, fault = damage(tmp_path, text)
    assert (fault.code, fault.trace) == ("HISTORY_DAMAGED", 0)


def test_an_event_outside_a_trace_is_refused(tmp_path: Path) -> None:
    cases, fault = damage(tmp_path, log(trace("C1"), event()))
    assert (cases, fault.trace, fault.line) == (["C1"], 0, 10)


def test_a_document_type_is_refused_before_its_entities_are_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log><trace/></log>'
    _, fault = damage(tmp_path, bomb)
    assert "document type" in fault.fault.en
    outside = f'<!DOCTYPE log SYSTEM "{(tmp_path / "no.dtd").as_uri()}"><log/>'
    assert "document type" in damage(tmp_path, outside)[1].fault.en


@pytest.mark.parametrize("encoding", ["GB18030", "no-such"])
def test_an_encoding_that_cannot_be_read_is_refused(tmp_path: Path, encoding: str) -> None:
    _, fault = damage(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?><log/>')
    assert "encoding" in fault.fault.en


def test_a_truncated_file_gives_its_whole_traces_first(tmp_path: Path) -> None:
    text = log(trace("C1"), trace("C2"), trace("C3"))
    cases, fault = damage(tmp_path, text[: text.index("C3")])
    assert (cases, fault.trace, fault.line) == (["C1", "C2"], 3, 18)
    assert fault.fault.en == "the file ends here, incomplete"


def test_truncated_and_altered_gzip_gives_its_whole_traces_first(tmp_path: Path) -> None:
    packed = gzip.compress(log(*(trace(f"C{n}", event(f"{n * 7919:x}")) for n in range(2000))).encode())
    path = tmp_path / "a.xes.gz"
    path.write_bytes(packed[: len(packed) // 2])
    cases, fault = damaged_file(path)
    assert 500 < len(cases) < 1500
    assert fault.trace in {len(cases), len(cases) + 1, 0}
    assert "gzip" in fault.fault.en
    path.write_bytes(packed[:-8] + bytes(4) + packed[-4:])
    cases, fault = damaged_file(path)
    assert (len(cases), "gzip" in fault.fault.en) == (2000, True)


def test_a_trace_over_the_limit_is_refused(tmp_path: Path) -> None:
    small = Rules(unit_limit=2000)
    many = log(*(trace(f"C{n}") for n in range(100)))
    assert len(read(tmp_path, many, small)) == 100
    _, fault = damage(tmp_path, log(trace("C1", event() * 100)), small)
    assert fault.fault.en == "one trace is larger than 2000 bytes"


def test_one_endless_tag_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    _, fault = damage(tmp_path, log(trace("x" * 3_000_000)), Rules(unit_limit=500_000))
    assert fault.fault.en == "one trace is larger than 500000 bytes"


def many(count: int) -> Iterator[Trace]:
    at = datetime(2024, 3, 1, tzinfo=UTC)
    notes = (Attribute("note", "string", "n" * 500),)
    for number in range(1, count + 1):
        yield Trace(str(number), (), (Activity("Visit", "complete", "R", at, "", notes),) * 10, number)


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "large.xes.gz"
    save_xes(path, many(800))
    tracemalloc.start()
    assert sum(len(found.activities) for found in read_xes(path)) == 8_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 2 * peak < len(gzip.decompress(path.read_bytes()))


def test_the_same_traces_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xes.gz", "b.xes.gz", "c.xes"):
        save_xes(tmp_path / name, many(3))
    packed = (tmp_path / "a.xes.gz").read_bytes()
    assert packed == (tmp_path / "b.xes.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "c.xes").read_bytes()
    assert packed[4:8] == bytes(4)  # the header tells no time (RFC 1952 §2.3.1)


def test_a_written_log_declares_the_standard_extensions(tmp_path: Path) -> None:
    save_xes(tmp_path / "a.xes", many(1))
    tree = etree.parse(tmp_path / "a.xes").getroot()
    space = "{http://www.xes-standard.org/}"
    assert tree.tag == f"{space}log"
    assert tree.get("xes.version") == "1849-2016"
    assert [e.get("prefix") for e in tree.iter(f"{space}extension")] == ["concept", "lifecycle", "org", "time"]


def failing() -> Iterator[Trace]:
    yield from islice(many(1), 1)
    raise OSError("the source went away")


def test_a_failed_export_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    save_xes(tmp_path / "a.xes", many(1))
    before = (tmp_path / "a.xes").read_bytes()
    with pytest.raises(OSError, match="went away"):
        save_xes(tmp_path / "a.xes", failing())
    assert (tmp_path / "a.xes").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.xes"]


@pytest.mark.parametrize(
    "attribute", [Attribute("k", "string", "a\x00b"), Attribute("k", "string", "\ud800"), Attribute("k", "script", "")]
)
def test_what_xml_cannot_hold_is_not_written(attribute: Attribute) -> None:
    with pytest.raises(ValueError, match=r"XML cannot carry|XES does not know"):
        write_xes([Trace("C1", (attribute,), (), 1)], BytesIO())
