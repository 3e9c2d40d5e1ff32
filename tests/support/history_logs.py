"""Small event logs: hand-made XES text, and arbitrary traces for round trips."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

from application.history import Activity, Trace
from domain.cases.events.legacy import Attribute

EVENT = """<event>
<string key="concept:name" value="{name}"/>
<date key="time:timestamp" value="{time}"/>
</event>
"""


def event(name: str = "Receive", time: str = "2024-03-01T09:00:00.000+08:00") -> str:
    return EVENT.format(name=name, time=time)


def trace(case_id: str, inside: str = "") -> str:
    return f'<trace>\n<string key="concept:name" value="{case_id}"/>\n{inside or event()}</trace>\n'


def log(*parts: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n' + "".join(parts) + "</log>\n"


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


_texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=("Cc", "Cs"))
    | st.sampled_from("\t\n\r<>&\"',;案卷"),
    max_size=12,
)
_names = _texts.filter(bool)
_keys = _names.map(lambda text: f"x:{text}")
_scalars = st.sampled_from(["string", "date", "int", "float", "boolean", "id"])


def _lists(members: st.SearchStrategy[tuple[Attribute, ...]]) -> st.SearchStrategy[Attribute]:
    return st.builds(
        lambda key, inner: Attribute(key, "list", "", (Attribute("", "values", "", inner),)), _keys, members
    )


def _with_nested(inner: st.SearchStrategy[Attribute]) -> st.SearchStrategy[Attribute]:
    members = st.lists(inner, max_size=3).map(tuple)
    return (
        st.builds(Attribute, _keys, _scalars, _texts, members)
        | st.builds(Attribute, _keys, st.just("container"), st.just(""), members)
        | _lists(members)
    )


_attributes = st.recursive(st.builds(Attribute, _keys, _scalars, _texts), _with_nested, max_leaves=6)
_clashing = st.sampled_from(["case", "resource", "case:case", "event:case"])
_plain_attributes = st.builds(Attribute, _names | _clashing, st.just("string"), _names)


@st.composite
def _moments(draw: st.DrawFn) -> tuple[datetime, str]:
    at = draw(st.datetimes(datetime(1900, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis wants naive bounds
    offset = timezone(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))))
    return at, at.astimezone(offset).isoformat()


def _activities(attributes: st.SearchStrategy[tuple[Attribute, ...]]) -> st.SearchStrategy[Activity]:
    return st.builds(
        lambda name, lifecycle, resource, moment, own: Activity(name, lifecycle, resource, moment[0], moment[1], own),
        _names, _texts, _texts, _moments(), attributes,
    )  # fmt: skip


def _logs(attributes: st.SearchStrategy[tuple[Attribute, ...]], fewest: int) -> st.SearchStrategy[list[Trace]]:
    activities = st.lists(_activities(attributes), min_size=fewest, max_size=4).map(tuple)
    traces = st.tuples(_names, attributes, activities)
    unique = st.lists(traces, max_size=4, unique_by=lambda parts: parts[0])
    return unique.map(lambda many: [Trace(*parts, number) for number, parts in enumerate(many, 1)])


LOGS = _logs(st.lists(_attributes, max_size=3).map(tuple), fewest=0)
PLAIN_LOGS = _logs(st.lists(_plain_attributes, max_size=3, unique_by=lambda a: a.key).map(tuple), fewest=1)
