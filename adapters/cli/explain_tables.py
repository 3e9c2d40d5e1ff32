"""Explanations and verdicts as text for people, line by line."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console

from adapters.cli.printing import text_of
from adapters.cli.words import fact_name, figure, money, worded
from adapters.web.duty_lines import standing
from adapters.web.figures import last_moment, yuan
from application.explanation import AmountTold, Explanation, LineTold
from application.judge import Verdict
from domain.rulebook.rules import RuleVersion

_SAME, _DIFFERENT = "复算一致 same", "复算不一致 DIFFERENT"
_CHANGES = {"increased": "增发 increased", "reduced": "减发 reduced"}
_RESULTS = {"grant": "确认 granted", "refuse": "不予确认 refused"}


def print_explanation(told: Explanation, rule: RuleVersion, now: datetime) -> None:
    """Print rule, criteria, amount, authority and duties of a decision, and whether it comes out the same again."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    criteria, amount = _criteria(told.criteria, rule), _amount(told.calculation, rule)
    parts = (_decision(told), criteria, amount, _authority(told), _changes(told, rule), _duties(told, now))
    for line in (line for part in parts for line in part):
        console.print(line)
    console.print(f"结论 in all: {_again(same=told.same)}")


def print_verdicts(verdicts: list[Verdict]) -> None:
    """Print a block for each act, at any width."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for each in verdicts:
        verdict = "合规 in order" if each.in_order else f"不合规 NOT in order: {each.fault}"
        console.print(f"v{each.seq} {each.day} {each.action} · {verdict}")
        console.print(f"   规则 rule {text_of(each.rule)} · 依据 basis {text_of(each.basis)}")


def _decision(told: Explanation) -> Iterator[str]:
    rule, made = told.rule, told.decision
    amount = f" · ¥{yuan(made.amount)}" if _pays(told) else ""
    yield f"{told.case.number} · {_RESULTS[made.result]} · {made.on}{amount}"
    if made.from_month:
        yield f"  自 from {made.from_month:%Y-%m}" + (f" 至 until {made.until}" if made.until else "")
    if made.reason:
        yield f"  理由 reason: {made.reason}（{made.basis}）"
    for remark in told.remarks:
        yield f"  注意 remark: {remark.zh} / {remark.en}"
    yield f"规则 rule: {rule.id} · {rule.title_zh} {rule.title_en}"
    yield f"  地区 region {rule.region or '全国 national'} · {rule.valid_from} – {text_of(rule.valid_to)}"
    yield f"  依据 basis: {'；'.join(rule.basis)}"
    if not rule.verified:
        yield "  尚有数据未经核对 / some of its figures are not verified"


def _pays(told: Explanation) -> bool:
    """A refusal, a registration and a certified status have no amount."""
    return told.decision.result == "grant" and told.calculation is not None and told.calculation.kept.kind != "none"


def _criteria(lines: tuple[LineTold, ...], rule: RuleVersion) -> Iterator[str]:
    if lines:
        yield "条件 criteria:"
    for each in lines:
        yield f"  {each.zh} / {each.en}{_alternative(each)}"
        yield f"    {_line(each, rule)}"


def _alternative(told: LineTold) -> str:
    """Say so where one line of several is enough: a line that failed did then not decide anything."""
    line = told.kept or told.again
    return f"（满足其一即可 one is enough: {line.group}）" if line and line.group else ""


def _line(told: LineTold, rule: RuleVersion) -> str:
    line = told.kept or told.again
    if line is None:
        return _again(same=told.same)
    met = "符合 met" if line.passed else "不符合 NOT met"
    found = figure(rule, line.fact, line.found) or "未认定 not established"
    compared = f"{fact_name(rule, line.fact)} {found} {line.op} {figure(rule, line.fact, line.against)}"
    mark = "" if told.verified else " · 待核 unverified"
    return f"{met}: {compared} · {line.citation}{mark} · {_again(same=told.same)}"


def _amount(told: AmountTold | None, rule: RuleVersion) -> Iterator[str]:
    if told is None or told.kept.kind == "none":
        return
    terms = "，".join(money(rule, name, value) for name, value in sorted(told.kept.inputs.items()))
    less = f"，已享受 less ¥{yuan(told.kept.less)}" if told.kept.less else ""
    made = f"{worded('amountkind', told.kept.kind)}（{terms}{less}）"
    yield f"金额 amount: ¥{yuan(told.kept.amount)} = {made} · {_again(same=told.same)}"
    if told.basis:
        yield f"  依据 basis: {told.basis}"


def _authority(told: Explanation) -> Iterator[str]:
    whose = told.authority
    item = f" {whose.item.zh}（{whose.item.basis}）" if whose.item else ""
    yield f"职权 authority: {text_of(whose.power)}{item}"
    yield f"  岗位 post {whose.post}，以 {text_of(whose.in_name_of)} 名义 / in whose name"
    if told.decision.with_posts:
        yield f"  共同研究 together with: {', '.join(told.decision.with_posts)}"
    if whose.granted:
        mark = "" if whose.granted.verified else " · 待核 unverified"
        yield f"  授权 grant {whose.grant} · {worded('form', whose.granted.form)} · {whose.granted.basis}{mark}"


def _changes(told: Explanation, rule: RuleVersion) -> Iterator[str]:
    for each in told.changes:
        sums = f"¥{yuan(each.before)} → ¥{yuan(each.amount)}"
        yield f"变更 change: {_CHANGES[each.to]} · {each.on} · {sums} · 自 from {each.from_month:%Y-%m}"
        yield f"  理由 reason: {each.reason} · 岗位 post {each.authority.post}"
        for line in (*_criteria(each.criteria, rule), *_amount(each.calculation, rule)):
            yield f"  {line}"


def _duties(told: Explanation, now: datetime) -> Iterator[str]:
    if told.duties:
        yield "法定职责 duties:"
    for each in told.duties:
        duty = each.duty
        yield f"  {each.zh} {each.en} · {worded('role', duty.holder)} · 截止 due {last_moment(duty.due_at)}"
        late = each.ended_at is not None and each.ended_at >= duty.due_at
        stands = "met_late" if late and duty.status == "met" else standing(duty, now)
        yield f"    {worded('duty', stands)} {text_of(each.ended_at)} · {text_of(duty.basis)}"


def _again(*, same: bool) -> str:
    return _SAME if same else _DIFFERENT
