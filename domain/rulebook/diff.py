"""Two rule versions side by side: every field that differs, in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

import msgspec

from domain.kernel import Value
from domain.rulebook.parts import Limit
from domain.rulebook.rules import RuleVersion

Words = Mapping[str, tuple[str, str]]
"""Key -> Chinese and English words for it."""

UNITS = {"wd": "工作日 working days", "cd": "自然日 calendar days", "h": "小时 hours", "mo": "月 months"}
WORDS: Words = {
    "title_zh": ("名称", "title (zh)"),
    "title_en": ("英文名称", "title (en)"),
    "region": ("适用地区", "region"),
    "valid_from": ("生效日", "valid from"),
    "valid_to": ("失效日", "valid to"),
    "basis": ("依据", "basis"),
    "verified": ("已核对原文", "verified"),
    "standard": ("标准", "standard"),
    "limits": ("时限", "time limits"),
    "accept": ("受理", "accept"),
    "supply": ("补正", "supply papers"),
    "opinion": ("初审意见", "opinion"),
    "post": ("张贴公示", "post the notice"),
    "decide": ("决定", "decide"),
    "serve": ("送达", "serve"),
    "publish": ("公布", "publish"),
    "screen": ("兜底筛查", "screen the next layer"),
    "review": ("核查", "review"),
    "steps": ("步骤", "steps"),
    "by": ("办理岗位", "by"),
    "stages": ("可办阶段", "stages"),
    "after": ("前置条件", "after"),
    "min_investigators": ("调查人数", "investigators"),
    "review_months": ("核查周期（月）", "review (months)"),
    "subject": ("对象", "subject"),
    "issuer": ("制定机关层级", "issuer"),
    "parameters": ("参数", "parameters"),
    "tracks": ("城乡差别", "urban and rural"),
    "facts": ("认定情况", "facts"),
    "criteria": ("条件", "criteria"),
    "citation": ("条文", "citation"),
    "amount": ("金额", "amount"),
    "kind": ("方式", "kind"),
    "bands": ("分档", "bands"),
    "grades": ("等级", "grades"),
    "supplements": ("增发", "supplements"),
    "months": ("起止月份", "payable months"),
    "first": ("起发月", "first month"),
    "last": ("止发月", "last month"),
    "validity": ("有效期", "validity"),
    "notice": ("公示", "notice"),
    "papers": ("材料", "papers"),
    "overlaps": ("重复享受", "overlaps"),
    "next_layers": ("下一层救助", "next layers"),
    "duties": ("法定职责", "duties"),
    "holder": ("责任岗位", "holder"),
    "total": ("法定总时限", "statutory total"),
    "promise": ("承诺时限", "promise"),
    "appeal": ("复议诉讼", "appeal"),
    "pilot": ("试点", "pilot"),
    "policy": ("政策", "policy"),
    "cites_pilot": ("所据试点", "pilot cited"),
    "collective": ("集体研究", "collective decision"),
}

_NAMES = ("id", "matter", "parameter", "fact", "start", "begins")
"""What tells the items of a list apart; the first that an item has."""
_MONEY = frozenset({"standard", "amount"})


class Difference(Value):
    """A field that differs. ``path``: keys joined by dots; a text is empty where one side has no such field."""

    path: str
    zh: str
    en: str
    before: str
    after: str


def differences(before: RuleVersion, after: RuleVersion, names: Words = MappingProxyType({})) -> tuple[Difference, ...]:
    """Return the fields that differ, in the order of a rule version. Ids differ by nature and are left out.

    ``names``: words for keys that other parts name, such as actions.
    """
    words = {**WORDS, **names}
    old, new = dict(_leaves(before, ())), dict(_leaves(after, ()))
    paths = [path for path in dict.fromkeys((*old, *new)) if old.get(path) != new.get(path) and path != ("id",)]
    order = [field.name for field in msgspec.structs.fields(RuleVersion)]
    return tuple(
        Difference(
            path=".".join(path),
            zh=" · ".join(words.get(key, (key, key))[0] for key in path),
            en=" · ".join(words.get(key, (key, key))[1] for key in path),
            before=old.get(path, ""),
            after=new.get(path, ""),
        )
        for path in sorted(paths, key=lambda path: order.index(path[0]))
    )


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case Limit():
            yield path, f"{value.days} {UNITS[value.unit]}"
            yield (*path, "basis"), value.basis
            yield (*path, "verified"), _text(value.verified)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _leaves(getattr(value, name), (*path, name))
        case dict():
            for key, item in value.items():
                yield from _leaves(item, (*path, key))
        case tuple() if any(isinstance(item, msgspec.Struct) for item in value):
            for index, item in enumerate(value):
                yield from _leaves(item, (*path, _name(item, index)))
        case int() if not isinstance(value, bool) and (path[-1] in _MONEY or "grades" in path):
            yield path, f"{value // 100}.{value % 100:02d} 元 yuan"
        case _:
            yield path, _text(value)


def _name(item: object, index: int) -> str:
    return next((str(getattr(item, name)) for name in _NAMES if hasattr(item, name)), str(index))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是 yes" if value else "否 no"
        case date():
            return value.isoformat()
        case tuple():
            return "；".join(map(str, value))
        case _:
            return str(value)
