"""XES event logs (IEEE 1849-2016) read from and written to files, one trace at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from adapters.history.files import BROKEN_STREAM, CUT_SHORT, opened, replacing
from adapters.history.texts import ILLEGAL_CHARACTER, xml_text
from adapters.history.xes_parser import KINDS, LIFECYCLE, NAME, RESOURCE, SCALARS, TIME, Rules, XesParser
from application.history import Activity, Trace
from domain.cases.events.legacy import Attribute

_CHUNK = 256 * 1024
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
_READ_AS_FOUND = Rules()


def read_xes(path: Path, rules: Rules = _READ_AS_FOUND) -> Iterator[Trace]:
    """The traces of an .xes or .xes.gz file in file order; memory holds one trace and the case ids seen.

    Raises HistoryDamaged at the first fault, after every trace that was whole before it; OSError for a missing file.
    """
    parser = XesParser(rules)
    with opened(path) as stream:
        data = b"-"
        while data:
            try:
                # read1: what was unpacked before a break in the file still arrives.
                data = stream.read1(_CHUNK)
                parser.feed(data)
            except BROKEN_STREAM:
                raise parser.damaged(CUT_SHORT) from None
            finally:
                yield from parser.take()


def save_xes(path: Path, traces: Iterable[Trace]) -> int:
    """Write a whole file, replacing an older one only at the end, gzip when named .gz; return the traces."""
    with replacing(path) as stream:
        return write_xes(traces, stream)


def write_xes(traces: Iterable[Trace], stream: BinaryIO) -> int:
    """Write a log, the same bytes for the same traces; return how many. Raises ValueError for what XML cannot hold."""
    count = 0
    stream.write(_HEAD.encode())
    for trace in traces:
        stream.write("".join(_trace_lines(trace)).encode())
        count += 1
    stream.write(b"</log>\n")
    return count


def _trace_lines(trace: Trace) -> Iterator[str]:
    yield "\t<trace>\n"
    yield from _attribute_lines(_whole({NAME: Attribute(NAME, "string", trace.case_id)}, trace.attributes), 2)
    for activity in trace.activities:
        yield "\t\t<event>\n"
        yield from _attribute_lines(_whole(_standard(activity), activity.attributes), 3)
        yield "\t\t</event>\n"
    yield "\t</trace>\n"


def _standard(activity: Activity) -> dict[str, Attribute]:
    optional = {LIFECYCLE: activity.lifecycle, RESOURCE: activity.resource}
    return {
        NAME: Attribute(NAME, "string", activity.name),
        **{key: Attribute(key, "string", text) for key, text in optional.items() if text},
        TIME: Attribute(TIME, "date", xml_text(activity.at, activity.at_text)),
    }


def _whole(standard: dict[str, Attribute], others: tuple[Attribute, ...]) -> Iterator[Attribute]:
    carried = {attribute.key for attribute in others}
    yield from (attribute for key, attribute in standard.items() if key not in carried)
    yield from others


def _attribute_lines(attributes: Iterable[Attribute], depth: int) -> Iterator[str]:
    indent = "\t" * depth
    for attribute in attributes:
        opening = indent + _tag(attribute)
        if not attribute.nested:
            yield f"{opening}/>\n"
            continue
        yield f"{opening}>\n"
        yield from _attribute_lines(attribute.nested, depth + 1)
        yield f"{indent}</{attribute.kind}>\n"


def _tag(attribute: Attribute) -> str:
    if attribute.kind == "values":
        return "<values"
    if attribute.kind not in KINDS:
        message = "an attribute has a type that XES does not know"
        raise ValueError(message)
    value = f' value="{_escaped(attribute.value)}"' if attribute.kind in SCALARS or attribute.value else ""
    return f'<{attribute.kind} key="{_escaped(attribute.key)}"{value}'


def _escaped(text: str) -> str:
    if ILLEGAL_CHARACTER.search(text):
        message = "a text holds a character that XML cannot carry"
        raise ValueError(message)
    return text.translate(_ESCAPED)
