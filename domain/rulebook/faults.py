"""Faults of rule data: what is wrong, of which thing, at which key. Every code has sentences in Chinese and English."""

from domain.authority.powers import Grant, PowerItem
from domain.kernel import Value
from domain.rulebook.rules import Matter, RuleVersion


class RuleData(Value):
    """Rule data that belong together: what a folder of files gives, or what is to be published."""

    matters: tuple[Matter, ...] = ()
    powers: tuple[PowerItem, ...] = ()
    grants: tuple[Grant, ...] = ()
    versions: tuple[RuleVersion, ...] = ()


class Outcome(Value):
    """What an action asks for and brings: its power, the stages and milestones it can bring about."""

    power: str = ""
    stages: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()


class Vocabulary(Value):
    """The words that rules may use: actions with their outcomes, stages of a case, types of events."""

    actions: dict[str, Outcome]
    stages: frozenset[str]
    events: frozenset[str]


class Fault(Value):
    """``of``: the id of the version, matter, power item or grant; ``path``: the keys that lead to the place in it."""

    of: str
    path: tuple[str | int, ...]
    code: str
    detail: str = ""


SENTENCES: dict[str, tuple[str, str]] = {
    "UNKNOWN_ACTION": ("没有这个办理步骤", "There is no such action"),
    "UNKNOWN_STAGE": ("没有这个办理阶段", "There is no such stage"),
    "UNKNOWN_EVENT": ("没有这种事件", "There is no such type of event"),
    "UNKNOWN_MATTER": ("没有这个事项", "There is no such matter"),
    "UNKNOWN_POWER": ("没有这个权力事项", "There is no such power item"),
    "POWER_MISSING": ("步骤所行使的权力没有权力事项", "A step exercises a power that the matter has no item of"),
    "STEP_UNREACHABLE": ("步骤永远不能办理", "The step can never be taken"),
    "LIMIT_MISSING": ("缺少时限", "A time limit is missing"),
    "LIMIT_UNUSED": ("没有步骤或职责使用此时限", "No step and no duty asks for this time limit"),
    "PROMISE_TOO_LONG": ("承诺时限长于法定时限", "What is promised is longer than the statutory limit"),
    "DATES_REVERSED": ("失效日不晚于生效日", "It ends before it begins"),
    "DATES_OVERLAP": ("同一事项同一地区的两个版本日期重叠", "Two versions of a matter overlap in one region"),
    "BAD_REGION": ("不是行政区划代码", "Not the code of a division"),
    "PILOT_OPEN": ("试点没有结束日期", "A pilot has no end"),
    "UNKNOWN_PILOT": ("没有这个试点", "There is no such pilot"),
    "FACT_UNDECLARED": ("情况未声明", "A fact that is not declared"),
    "UNKNOWN_PARAMETER": ("没有这个参数", "There is no such parameter"),
    "COMPARISON_UNFIT": ("比较方式与情况的类型不符", "The comparison does not fit the kind of the fact"),
    "ID_REPEATED": ("编号重复", "An id is given twice"),
    "AMOUNT_INCOMPLETE": ("金额规则不完整", "The amount rule is not complete"),
    "DUAL_TRACK": ("城乡区别对待，没有依据", "Town and country are treated differently without a basis"),
    "CONDITION_MISSING": ("没有条件", "There is no condition"),
    "GROUP_UNUSED": ("此处不分组", "There are no groups here"),
    "NOTICE_FORBIDDEN": ("此事项不得公示", "A public notice is forbidden here"),
    "NOTICE_MISSING": ("须公示而没有公示步骤", "A notice is required and there is no step for it"),
}


def text_of(fault: Fault) -> str:
    """Return the code, both sentences and the detail, in one line."""
    zh, en = SENTENCES[fault.code]
    return f"{fault.code}: {zh} / {en}" + (f": {fault.detail}" if fault.detail else "")
