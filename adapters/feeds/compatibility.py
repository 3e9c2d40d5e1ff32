"""What has changed between a released feed and the one of today, and which of it breaks those who read it. Pure.

A reader must take what is new without harm (a field or a type that it does not know is passed over), and may rely on
what was there: fields, that they are always there, their types and codes, the key, the topic, the ways out.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from adapters.feeds.envelope import both
from domain.kernel import Value

Kind = Literal[
    "feed_added",
    "feed_removed",
    "type_added",
    "type_removed",
    "field_added",
    "field_removed",
    "field_required",
    "field_optional",
    "shape_changed",
    "code_added",
    "code_removed",
    "way_added",
    "way_removed",
    "topic_changed",
    "key_changed",
]
WORDS: dict[Kind, tuple[str, str]] = {
    "feed_added": ("新增部门", "a feed is new"),
    "feed_removed": ("部门不再提供", "a feed is gone"),
    "type_added": ("新增消息类型", "a type of message is new"),
    "type_removed": ("消息类型取消", "a type of message is gone"),
    "field_added": ("新增字段", "a field is new"),
    "field_removed": ("字段取消", "a field is gone"),
    "field_required": ("字段改为必有", "a field is always there now"),
    "field_optional": ("字段不再必有", "a field may be missing now"),
    "shape_changed": ("字段类型改变", "a field has another shape"),
    "code_added": ("代码值增加", "a field has a code that readers do not know"),
    "code_removed": ("代码值取消", "a code is gone"),
    "way_added": ("新增共享方式", "a way out is new"),
    "way_removed": ("共享方式取消", "a way out is gone"),
    "topic_changed": ("主题改变", "the topic is another"),
    "key_changed": ("消息键改变", "the key of messages is another"),
}
COMPATIBLE: frozenset[Kind] = frozenset({"feed_added", "type_added", "field_added", "field_required", "way_added"})
_SAID_ONLY = frozenset({"$schema", "$id", "$defs", "title", "description", "required"})
"""Keywords that tell nothing of a field itself; what is required is told by each field."""
_WITHIN = frozenset({"properties", "items", "anyOf", "enum"})
"""Keywords that are looked into."""


class Released(Value):
    """A feed as its readers know it. ``attributes``: JSON Schema of CloudEvents attributes; ``messages``: by type."""

    department: str
    release: str
    manner: tuple[str, ...]
    topic: str
    key: str
    attributes: dict[str, Any]
    messages: dict[str, dict[str, Any]]


class Change(Value):
    """One change. ``path``: of a field, as ``persons[].name``; ``type``: of a message, empty for what all have."""

    department: str
    kind: Kind
    type: str = ""
    path: str = ""
    before: str = ""
    now: str = ""

    @property
    def breaks(self) -> bool:
        """Tell whether a reader of what was released may fail or miss something."""
        return self.kind not in COMPATIBLE

    @property
    def words(self) -> str:
        """Say it in both languages."""
        return both(*WORDS[self.kind])


def changes(before: Mapping[str, Released], now: Mapping[str, Released]) -> list[Change]:
    """Return what has changed, department by department."""
    found: list[Change] = []
    for department in sorted(before.keys() | now.keys()):
        if department not in now:
            found.append(Change(department, "feed_removed"))
        elif department not in before:
            found.append(Change(department, "feed_added"))
        else:
            found += _of_feed(before[department], now[department])
    return found


def _of_feed(before: Released, now: Released) -> Iterator[Change]:
    name = before.department
    if before.topic != now.topic:
        yield Change(name, "topic_changed", before=before.topic, now=now.topic)
    if before.key != now.key:
        yield Change(name, "key_changed", before=before.key, now=now.key)
    yield from (Change(name, "way_removed", before=way) for way in before.manner if way not in now.manner)
    yield from (Change(name, "way_added", now=way) for way in now.manner if way not in before.manner)
    yield from _Compared(name, "").shapes("", before.attributes, now.attributes)
    for event_type in sorted(before.messages.keys() | now.messages.keys()):
        if event_type not in now.messages:
            yield Change(name, "type_removed", event_type)
        elif event_type not in before.messages:
            yield Change(name, "type_added", event_type)
        else:
            whole = (expanded(feed.messages[event_type]) for feed in (before, now))
            yield from _Compared(name, event_type).shapes("", *whole)


class _Compared:
    """Two schemas of one type of message, references followed."""

    def __init__(self, department: str, event_type: str) -> None:
        self._where = department, event_type

    def shapes(self, path: str, before: Any, now: Any) -> Iterator[Change]:  # noqa: ANN401 any part of a schema
        """Yield what differs, the field itself first."""
        if _bare(before) != _bare(now) or (_WITHIN & before.keys()) != (_WITHIN & now.keys()):
            yield self._change("shape_changed", path, *map(_brief, (before, now)))
            return
        yield from self._codes(path, before, now)
        if "properties" in before:
            yield from self._fields(path, before, now)
        if "items" in before:
            yield from self.shapes(f"{path}[]", before["items"], now["items"])
        if isinstance(before.get("additionalProperties"), dict):
            yield from self.shapes(f"{path}{{}}", before["additionalProperties"], now["additionalProperties"])
        if "anyOf" in before:
            yield from self._choices(path, before["anyOf"], now["anyOf"])

    def _fields(self, path: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
        then, today = before["properties"], now["properties"]
        for name in sorted(then.keys() | today.keys()):
            at = f"{path}.{name}" if path else name
            if name not in today:
                yield self._change("field_removed", at)
            elif name not in then:
                yield self._change("field_added", at)
            else:
                yield from self._needed(at, name in before.get("required", ()), name in now.get("required", ()))
                yield from self.shapes(at, then[name], today[name])

    def _needed(self, path: str, before: bool, now: bool) -> Iterator[Change]:  # noqa: FBT001 a pair of the same
        if before != now:
            yield self._change("field_required" if now else "field_optional", path)

    def _codes(self, path: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
        then, today = before.get("enum", ()), now.get("enum", ())
        yield from (self._change("code_removed", path, before=str(code)) for code in then if code not in today)
        yield from (self._change("code_added", path, now=str(code)) for code in today if code not in then)

    def _choices(self, path: str, before: list[Any], now: list[Any]) -> Iterator[Change]:
        """Compare what a field may be one of, each with the one of its kind."""
        then, today = (_labelled(shapes) for shapes in (before, now))
        if then.keys() != today.keys():
            yield self._change("shape_changed", path, *(" | ".join(map(_brief, each)) for each in (before, now)))
            return
        for label in sorted(then):
            yield from self.shapes(path, then[label], today[label])

    def _change(self, kind: Kind, path: str, before: str = "", now: str = "") -> Change:
        department, event_type = self._where
        return Change(department, kind, event_type, path, before, now)


def expanded(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with every reference replaced by what it refers to, one into itself left as it is."""
    whole: dict[str, Any] = _expanded({key: part for key, part in schema.items() if key != "$defs"}, schema, ())
    return whole


def _expanded(part: Any, root: dict[str, Any], inside: tuple[str, ...]) -> Any:  # noqa: ANN401 any part of a schema
    match part:
        case {"$ref": str(reference)} if reference not in inside:
            definition = root["$defs"][reference.rpartition("/")[2]]
            return _expanded(definition, root, (*inside, reference))
        case dict():
            return {key: _expanded(value, root, inside) for key, value in part.items()}
        case list():
            return [_expanded(value, root, inside) for value in part]
        case _:
            return part


def _bare(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords that must stay as they are: type, format, pattern, default and whatever else there is.

    Whether fields that are not named may be there is nothing to a reader; what they are is.
    """
    more = {"additionalProperties": "a shape"} if isinstance(shape.get("additionalProperties"), dict) else {}
    left = shape.keys() - _SAID_ONLY - _WITHIN - {"additionalProperties"}
    return {key: shape[key] for key in left} | more


def _labelled(shapes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return them by what they are in brief; those that are alike, in their order."""
    briefs = [_brief(shape) for shape in shapes]
    return {f"{brief} {briefs[:at].count(brief)}": shapes[at] for at, brief in enumerate(briefs)}


def _brief(shape: dict[str, Any]) -> str:
    told = {**_bare(shape), **dict.fromkeys(_WITHIN & shape.keys(), "…")}
    return ", ".join(f"{key}: {told[key]}" for key in sorted(told))
