"""XES (IEEE 1849) as a stream of bytes in, traces out.

Parser: expat from the standard library. It pushes (one trace in memory, not the document), knows the line of every tag,
and lets us refuse a DTD before anything in it is read. iterparse and lxml build trees that must be pruned as they grow.
"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from xml.parsers import expat

import msgspec

from adapters.history.texts import instant
from application.history import Activity, HistoryDamaged, Trace, Wording
from domain.cases.events.legacy import Attribute

NAME, LIFECYCLE, RESOURCE, TIME = "concept:name", "lifecycle:transition", "org:resource", "time:timestamp"
TRACE_KEYS: Mapping[str, str] = {NAME: "string"}
EVENT_KEYS: Mapping[str, str] = {NAME: "string", LIFECYCLE: "string", RESOURCE: "string", TIME: "date"}
SCALARS = frozenset({"string", "date", "int", "float", "boolean", "id"})
KINDS = SCALARS | {"list", "container"}

_NEVER_ASSUMED = frozenset({NAME, TIME})  # A default here would invent a case, a deed or a date.
_DEPTH_LIMIT = 32
_PARENTS: Mapping[str, frozenset[str]] = {
    "log": frozenset({""}),
    **dict.fromkeys(("extension", "classifier", "global", "trace"), frozenset({"log"})),
    "event": frozenset({"trace"}),
    "values": frozenset({"list"}),
    **dict.fromkeys(KINDS, KINDS | {"log", "global", "trace", "event", "values"}),
}


class Rules(msgspec.Struct, frozen=True):
    """How to read. ``unit_limit``: bytes of XML that one trace (or one part of the log's head) may take."""

    zone: tzinfo | None = None
    assume_globals: bool = True
    unit_limit: int = 16 * 1024 * 1024


class _Element(msgspec.Struct):
    tag: str
    line: int
    xml: dict[str, str]
    attributes: list[Attribute] = []
    activities: list[Activity] = []


class XesParser:
    """Feed it bytes, take what became whole. Keeps one open trace and the ids of the cases seen."""

    def __init__(self, rules: Rules) -> None:
        """Start before the first byte."""
        self._rules = rules
        self._open: list[_Element] = []
        self._whole: list[Trace] = []
        self._cases: set[str] = set()
        self._defaults: dict[str, list[Attribute]] = {}
        self._traces = self._fed = self._unit_start = 0
        self._expat = expat.ParserCreate()
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, data: bytes) -> None:
        """Read on; no bytes mean the end of the file. Raises HistoryDamaged."""
        self._fed += len(data)
        try:
            self._expat.Parse(data, not data)
        except expat.ExpatError as error:
            raise self._not_xml(error) from None
        except (ValueError, LookupError):  # expat's answer to an encoding it does not know
            fault = Wording("不支持的字符编码，请转为 UTF-8", "unsupported encoding, convert it to UTF-8")
            raise self.damaged(fault) from None
        # One endless tag never reaches a handler, so its size has to be seen from outside.
        if self._fed - self._expat.CurrentByteIndex > self._rules.unit_limit:
            raise self._too_large()

    def take(self) -> list[Trace]:
        """The traces that became whole since the last call."""
        whole, self._whole = self._whole, []
        return whole

    def damaged(self, fault: Wording, line: int = 0) -> HistoryDamaged:
        """The fault with its place: the given line, or where the parser stands."""
        inside = len(self._open) > 1 and self._open[1].tag == "trace"
        return HistoryDamaged(fault, line=line or self._expat.CurrentLineNumber, trace=self._traces if inside else 0)

    def _not_xml(self, error: expat.ExpatError) -> HistoryDamaged:
        if error.code in {expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], *_CUT_SHORT}:
            return self.damaged(Wording("文件在此中断，内容不完整", "the file ends here, incomplete"), error.lineno)
        reason = expat.ErrorString(error.code)
        return self.damaged(Wording("不是正确的 XML", f"not well-formed XML ({reason})"), error.lineno)

    def _too_large(self) -> HistoryDamaged:
        size = self._rules.unit_limit
        return self.damaged(Wording(f"单个案例超过 {size} 字节", f"one trace is larger than {size} bytes"))

    def _refuse_doctype(self, *_: object) -> None:
        raise self.damaged(Wording("不接受文档类型声明（DTD）", "a document type declaration is not accepted"))

    def _start(self, name: str, xml: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if len(self._open) == 1:
            self._unit_start = self._expat.CurrentByteIndex
            self._traces += tag == "trace"
        parent = self._open[-1].tag if self._open else ""
        self._open.append(_Element(tag, self._expat.CurrentLineNumber, xml))
        if parent not in _PARENTS.get(tag, ()):
            raise self.damaged(Wording("此处不应出现该标签", f"a tag <{tag[:40]}> has no place here"))
        if len(self._open) > _DEPTH_LIMIT:
            raise self.damaged(Wording(f"嵌套超过 {_DEPTH_LIMIT} 层", f"nested deeper than {_DEPTH_LIMIT} levels"))
        if self._expat.CurrentByteIndex - self._unit_start > self._rules.unit_limit:
            raise self._too_large()

    def _end(self, _: str) -> None:
        element = self._open[-1]
        match element.tag:
            case "event":
                self._open[-2].activities.append(self._activity(element))
            case "trace":
                self._whole.append(self._trace(element))
            case "global":
                self._defaults[element.xml.get("scope", "event")] = element.attributes
            case "log" | "extension" | "classifier":
                pass
            case _:
                self._keep(self._attribute(element), self._open[-2])
        self._open.pop()

    def _keep(self, attribute: Attribute, parent: _Element) -> None:
        if parent.tag != "log":  # Figures about the log as a whole belong to no case.
            parent.attributes.append(attribute)

    def _attribute(self, element: _Element) -> Attribute:
        needed = {"values": ()}.get(element.tag, ("key", "value") if element.tag in SCALARS else ("key",))
        if any(name not in element.xml for name in needed):
            raise self.damaged(Wording("属性缺少 key 或 value", "an attribute lacks its key or value"), element.line)
        return Attribute(
            element.xml.get("key", ""), element.tag, element.xml.get("value", ""), tuple(element.attributes)
        )

    def _trace(self, element: _Element) -> Trace:
        standard, others = self._parted(element, TRACE_KEYS)
        case_id = standard.get(NAME, "")
        if not case_id:
            raise self.damaged(Wording("案例缺少 concept:name", "the trace lacks concept:name"), element.line)
        if case_id in self._cases:
            raise self.damaged(Wording("案例编号重复", "a case id appears a second time"), element.line)
        self._cases.add(case_id)
        return Trace(case_id, others, tuple(element.activities), self._traces)

    def _activity(self, element: _Element) -> Activity:
        standard, others = self._parted(element, EVENT_KEYS)
        name, at_text = standard.get(NAME, ""), standard.get(TIME, "")
        if not name:
            raise self.damaged(Wording("事件缺少 concept:name", "the event lacks concept:name"), element.line)
        at = instant(at_text, self._rules.zone)
        if at is None:
            fault = Wording("事件时间缺失、有误或不带时区", "time:timestamp is missing, wrong or without a zone")
            raise self.damaged(fault, element.line)
        return Activity(name, standard.get(LIFECYCLE, ""), standard.get(RESOURCE, ""), at, at_text, others)

    def _parted(self, element: _Element, keys: Mapping[str, str]) -> tuple[dict[str, str], tuple[Attribute, ...]]:
        standard: dict[str, str] = {}
        others: list[Attribute] = []
        for attribute in self._completed(element):
            kind = keys.get(attribute.key)
            if kind is None:
                others.append(attribute)
                continue
            if attribute.key in standard:
                fault = Wording(f"属性 {attribute.key} 重复", f"{attribute.key} appears twice")
                raise self.damaged(fault, element.line)
            standard[attribute.key] = attribute.value
            if attribute.kind != kind or attribute.nested or not attribute.value:
                others.append(attribute)
        return standard, tuple(others)

    def _completed(self, element: _Element) -> Iterable[Attribute]:
        defaults = self._defaults.get(element.tag)
        if not defaults or not self._rules.assume_globals:
            return element.attributes
        absent = {default.key for default in defaults} - {a.key for a in element.attributes} - _NEVER_ASSUMED
        return [*element.attributes, *(default for default in defaults if default.key in absent)]


_CUT_SHORT = tuple(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
