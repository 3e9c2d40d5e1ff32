"""What is written in the cases of the demonstration."""

from collections.abc import Sequence

from domain.rulebook.criteria import Criterion
from domain.rulebook.rules import RuleVersion

_DEFECTS = ("缺少家庭成员身份证明", "缺少收入证明", "核对授权书未签字", "申请书信息填写不全", "缺少残疾人证或诊断证明")
_DEFECTS_OF_ORGANISATIONS = ("章程草案内容不全", "缺少场所使用权证明", "缺少拟任负责人身份证明", "申请书未签章")
_NOT_ACCEPTED = (
    "不属于本镇户籍，已告知向户籍所在地申请",
    "申请人已享受同类待遇，不重复受理",
    "逾期未补正材料，且不配合核查",
)
_NOT_ACCEPTED_ELSE = ("不属于本机关职权范围，已告知向有关机关提出", "逾期未补正材料")
_WITHDRAWN = ("家庭情况好转，自愿撤回", "已外出务工，自愿放弃申请", "拟改为申请其他救助", "")
_WITHDRAWN_ELSE = ("自愿撤回", "准备不足，自愿撤回", "")
_TERMINATED = ("拒不配合信息核对，终止审核", "多次联系无法入户调查，终止审核", "隐瞒家庭财产，终止审核")
_TERMINATED_ELSE = ("多次联系无回应，终止办理", "自愿离开，终止办理")
LEFT_STATION = ("已护送返乡", "亲属已接领离站", "自愿离站", "移送安置机构")
OBJECTIONS = ("反映该户有未申报的经营收入", "反映该户长期不在本地居住", "反映该户子女有稳定收入")
HITS = ("车辆", "不动产", "市场主体", "公积金", "社保缴费", "银行存款")
_CENTRE, _FEDERATION, _POLICE = "盐城市居民家庭经济状况核对中心", "盐城市残疾人联合会", "公安机关身份查询"
FINDINGS = (
    "住房简陋，家庭主要劳动力患病",
    "家庭收入以零工为主，不稳定",
    "子女在读，支出较大",
    "与申报情况基本一致",
)
SUMMARIES = ("邻居反映生活确有困难", "邻居反映家庭情况属实", "邻居反映近期有人外出务工")
NOTES = (
    "已电话告知办理进度",
    "申请人行动不便，已上门代办",
    "材料原件已核对退还",
    "待核对报告回复后继续办理",
    "已提醒村（居）协助",
)
UNSIGNED = ("户主外出未归", "户主不识字，由他人见证")
KIN = "申请人与本镇经办人员系近亲属"
MOVED = ("户口迁移", "随子女共同居住")
CHANGES = {
    "population": ("新增家庭成员", "家庭成员去世", "子女出嫁"),
    "income": ("家庭成员就业", "失业，收入减少", "务工收入变化"),
    "property": ("购置车辆", "获得拆迁补偿"),
    "other": ("本人情况发生变化", "户籍拟迁出", "长期外出"),
}
INCREASED = ("共同生活的家庭成员增加", "家庭收入减少")
REDUCED = ("家庭收入增加", "共同生活的家庭成员减少")
SUSPENDED = ("外出三个月以上，待核实", "未按期配合动态核查")
_STOPPED = ("家庭收入超过规定标准", "保障对象去世", "自愿退出")
_STOPPED_ELSE = ("对象去世", "户籍迁出本市", "不再符合规定条件")
DECLINED = ("本人表示暂不需要", "家庭自愿放弃申请")
NOT_ELIGIBLE = ("经筛查不符合下一层救助条件", "家庭状况已改善，不符合条件")
CORRECTED = "录入时数字有误"
MANNERS = ("直接送达", "村（居）转交签收", "邮寄送达")
ORGANISATIONS = (
    "演示文化促进会",
    "演示社会工作服务中心",
    "演示养老服务中心",
    "演示志愿服务协会",
    "演示乡村教育发展中心",
)


def _of_people(rule: RuleVersion) -> bool:
    return rule.subject in {"person", "household"}


def defects(rule: RuleVersion) -> tuple[str, ...]:
    """Return what may be missing."""
    return _DEFECTS if _of_people(rule) else _DEFECTS_OF_ORGANISATIONS


def not_accepted(rule: RuleVersion) -> tuple[str, ...]:
    """Return why an application may not be accepted."""
    return _NOT_ACCEPTED if _of_people(rule) else _NOT_ACCEPTED_ELSE


def withdrawn(rule: RuleVersion) -> tuple[str, ...]:
    """Return why an application may be taken back."""
    return _WITHDRAWN if _of_people(rule) else _WITHDRAWN_ELSE


def terminated(rule: RuleVersion) -> tuple[str, ...]:
    """Return why an inquiry may end."""
    return _TERMINATED if _of_people(rule) else _TERMINATED_ELSE


def stopped(rule: RuleVersion) -> tuple[str, ...]:
    """Return why money may stop."""
    return _STOPPED if rule.subject == "household" else _STOPPED_ELSE


def source(rule: RuleVersion) -> str:
    """Return who answers when something is compared."""
    if rule.subject == "station":
        return _POLICE
    return _FEDERATION if "certificate_valid" in rule.facts else _CENTRE


def established(rule: RuleVersion) -> str:
    """Return where the facts are from."""
    return "入户调查和部门信息比对" if _of_people(rule) else "现场核实和材料审查"


def refused(missed: Sequence[Criterion]) -> str:
    """Return the reason of a refusal: what is not met."""
    return (
        f"经核实，不符合以下条件：{'；'.join(criterion.zh for criterion in missed)}"
        if missed
        else "经核实，不符合规定条件"
    )
