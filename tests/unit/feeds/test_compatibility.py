"""What breaks the readers of a released feed, and what does not: one small change at a time."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.feeds.compatibility import COMPATIBLE, WORDS, Change, Kind, Released, changes, expanded
from adapters.feeds.files import shipped_contracts
from adapters.feeds.released import (
    BadRelease,
    BreakingChange,
    differences,
    feed_of,
    read_released,
    release,
    withdraw,
)
from domain.feeds.contract import Contract, Delivered
from tests.support.samples import CONTRACT

TYPE = "case.confirmed"
Edit = Callable[[dict[str, Any]], object]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["day", "sum"],
    "additionalProperties": False,
    "properties": {
        "day": {"type": "string", "format": "date"},
        "sum": {"type": "integer"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "kind": {"enum": ["a", "b"]},
        "parts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "tree": {"$ref": "#/$defs/Tree"},
        "persons": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
    "$defs": {"Tree": {"type": "object", "properties": {"of": {"$ref": "#/$defs/Tree"}, "n": {"type": "integer"}}}},
}


def feed(schema: dict[str, Any]) -> Released:
    return replace(feed_of(CONTRACT), messages={TYPE: schema})


def after(edit: Edit) -> list[Change]:
    edited = deepcopy(SCHEMA)
    edit(edited)
    return changes({"yibao": feed(SCHEMA)}, {"yibao": feed(edited)})


def at(*path: str, **keywords: Any) -> Edit:  # noqa: ANN401  (keywords of a schema)
    """Set keywords of a field, which is made if it is missing."""

    def edit(schema: dict[str, Any]) -> None:
        for name in path:
            schema = schema.setdefault(name, {})
        schema.update(keywords)

    return edit


def without(*path: str) -> Edit:
    def edit(schema: dict[str, Any]) -> None:
        for name in path[:-1]:
            schema = schema[name]
        del schema[path[-1]]

    return edit


@pytest.mark.parametrize(
    ("edit", "kind", "path"),
    [
        (without("properties", "day"), "field_removed", "day"),
        (without("properties", "persons", "items", "properties", "name"), "field_removed", "persons[].name"),
        (without("$defs", "Tree", "properties", "n"), "field_removed", "tree.n"),
        (at("properties", "new", type="string"), "field_added", "new"),
        (at("$defs", "Tree", "properties", "new", type="string"), "field_added", "tree.new"),
        (at(required=["sum"]), "field_optional", "day"),
        (at(required=["day", "kind", "sum"]), "field_required", "kind"),
        (at("properties", "sum", type="number"), "shape_changed", "sum"),
        (at("properties", "day", format="date-time"), "shape_changed", "day"),
        (at("properties", "day", pattern="^2"), "shape_changed", "day"),
        (without("properties", "day", "format"), "shape_changed", "day"),
        (at("properties", "note", default=""), "shape_changed", "note"),
        (at("properties", "note", anyOf=[{"type": "string"}]), "shape_changed", "note"),
        (at("properties", "note", anyOf=[{"type": "integer"}, {"type": "null"}]), "shape_changed", "note"),
        (at("properties", "sum", anyOf=[{"type": "integer"}]), "shape_changed", "sum"),
        (at("properties", "kind", enum=["a"]), "code_removed", "kind"),
        (at("properties", "kind", enum=["a", "b", "c"]), "code_added", "kind"),
        (without("properties", "kind", "enum"), "shape_changed", "kind"),
        (at("properties", "parts", "additionalProperties", type="string"), "shape_changed", "parts{}"),
        (at("properties", "parts", additionalProperties=False), "shape_changed", "parts"),
        (at("properties", "persons", "items", type="string"), "shape_changed", "persons[]"),
    ],
)
def test_each_change_of_a_schema_is_told_with_its_place(edit: Edit, kind: Kind, path: str) -> None:
    assert [(found.kind, found.type, found.path) for found in after(edit)] == [(kind, TYPE, path)]


def test_words_and_order_are_no_change() -> None:
    assert after(at(title="别名", description="other words", required=["sum", "day"])) == []
    assert after(at("properties", "note", anyOf=[{"type": "null"}, {"type": "string"}])) == []
    assert after(at(additionalProperties=True)) == []


def test_a_definition_that_holds_itself_is_followed_once() -> None:
    tree = expanded(SCHEMA)["properties"]["tree"]
    assert tree["properties"]["of"] == {"$ref": "#/$defs/Tree"}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"topic": "anjuan.feed.other"}, "topic_changed"),
        ({"key": "id"}, "key_changed"),
        ({"manner": ("http",)}, "way_removed"),
        ({"manner": ("file", "http", "kafka")}, "way_added"),
        ({"messages": {}}, "type_removed"),
        ({"messages": {TYPE: SCHEMA, "case.opened": SCHEMA}}, "type_added"),
        ({"attributes": {"type": "object", "properties": {}}}, "field_removed"),
    ],
)
def test_each_change_of_a_feed_is_told(change: dict[str, Any], kind: Kind) -> None:
    before = feed(SCHEMA)
    assert {found.kind for found in changes({"yibao": before}, {"yibao": replace(before, **change)})} == {kind}


def test_a_feed_that_is_gone_breaks_and_a_new_one_does_not() -> None:
    one = {"yibao": feed(SCHEMA)}
    assert [(found.kind, found.breaks) for found in changes(one, {})] == [("feed_removed", True)]
    assert [(found.kind, found.breaks) for found in changes({}, one)] == [("feed_added", False)]
    assert changes(one, one) == []


def test_every_kind_has_words_and_only_growing_is_compatible() -> None:
    assert all(zh and en for zh, en in WORDS.values())
    assert {kind for kind in WORDS if kind.endswith(("added", "required"))} - {"code_added"} == COMPATIBLE


# The same, from contracts.

ON = Delivered(TYPE, ("from_month", "until"), persons=True)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (replace(CONTRACT, scene="另一场景", valid_until=CONTRACT.valid_from, version=9), set()),
        (replace(CONTRACT, events=(replace(ON, fields=("until",)),)), {("field_removed", "event.from_month")}),
        (replace(CONTRACT, events=(replace(ON, fields=(*ON.fields, "amount")),)), {("field_added", "event.amount")}),
        (replace(CONTRACT, persons=("id_number", "subject")), {("field_removed", "persons[].name")}),
        (replace(CONTRACT, persons=(*CONTRACT.persons, "relation")), {("field_added", "persons[].relation")}),
        (
            replace(CONTRACT, events=(replace(ON, persons=False),), persons=()),
            {("field_removed", "persons"), ("field_removed", "proofs")},
        ),
        (replace(CONTRACT, events=(ON, Delivered("case.refused", ("basis",)))), {("type_added", "")}),
        (replace(CONTRACT, manner=("kafka",)), {("way_removed", "")}),
    ],
)
def test_a_change_of_a_contract_is_told_to_machines(changed: Contract, expected: set[tuple[str, str]]) -> None:
    found = differences([changed], {"yibao": feed_of(CONTRACT)})
    assert {(change.kind, change.path) for change in found} == expected


def test_whatever_is_taken_out_of_a_shipped_contract_breaks() -> None:
    for contract in shipped_contracts():
        before = {contract.department: feed_of(contract)}
        for at_, event in enumerate(contract.events):
            others = contract.events[:at_] + contract.events[at_ + 1 :]
            assert {change.kind for change in differences([replace(contract, events=others)], before)} == {
                "type_removed"
            }
            for field in event.fields:
                fewer = replace(event, fields=tuple(name for name in event.fields if name != field))
                (found,) = differences([replace(contract, events=(*others, fewer))], before)
                assert (found.kind, found.type, found.path) == ("field_removed", event.type, f"event.{field}")


# Files.


def test_a_release_is_numbered_by_what_it_does_to_readers(tmp_path: Path) -> None:
    more = replace(CONTRACT, events=(replace(ON, fields=(*ON.fields, "amount")),))
    assert release(CONTRACT, tmp_path).release == "1.0"
    written = (tmp_path / "yibao.json").read_bytes()
    assert release(CONTRACT, tmp_path).release == "1.0"
    assert (tmp_path / "yibao.json").read_bytes() == written
    assert release(more, tmp_path).release == "1.1"
    with pytest.raises(BreakingChange, match=r"event\.amount"):
        release(CONTRACT, tmp_path)
    assert read_released(tmp_path)["yibao"].release == "1.1"
    assert release(CONTRACT, tmp_path, breaking=True).release == "2.0"
    assert differences([CONTRACT], read_released(tmp_path)) == []


def test_a_feed_without_a_contract_is_withdrawn_only_on_purpose(tmp_path: Path) -> None:
    release(CONTRACT, tmp_path)
    with pytest.raises(BreakingChange):
        withdraw("yibao", tmp_path)
    withdraw("yibao", tmp_path, breaking=True)
    assert read_released(tmp_path) == {}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"department": "yibao"}'])
def test_a_file_that_holds_no_release_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "yibao.json").write_text(text)
    with pytest.raises(BadRelease, match=r"yibao\.json"):
        read_released(tmp_path)


def test_a_release_stands_in_the_file_of_its_department(tmp_path: Path) -> None:
    release(CONTRACT, tmp_path)
    (tmp_path / "yibao.json").rename(tmp_path / "shenji.json")
    with pytest.raises(BadRelease, match="department"):
        read_released(tmp_path)


def test_nine_feeds_are_released_as_they_ship() -> None:
    assert read_released().keys() == {contract.department for contract in shipped_contracts()}
