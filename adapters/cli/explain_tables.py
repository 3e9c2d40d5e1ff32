"""Explanations and verdicts as text for people, line by line."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rich.console import Console

from adapters.cli.printing import text_of
from adapters.web.figures import yuan
from application.explanation import AmountTold, Explanation, LineTold
from application.judge import Verdict
from domain.calendar import civil_day

_SAME, _DIFFERENT = "复算一致 same", "复算不一致 DIFFERENT"
_RESULTS = {"grant": "确认 granted", "refuse": "不予确认 refused"}


def print_explanation(told: Explanation) -> None:
    """Print rule, criteria, amount, authority and duties of a decision, and whether it comes out the same again."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line in (*_decision(told), *_criteria(told), *_amount(told.calculation), *_authority(told), *_duties(told)):
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
    yield f"{told.case.number} · {_RESULTS[made.result]} · {made.on} · ¥{yuan(made.amount)}"
    if made.from_month:
        yield f"  自 from {made.from_month:%Y-%m}" + (f" 至 until {made.until}" if made.until else "")
    if made.reason:
        yield f"  理由 reason: {made.reason}（{made.basis}）"
    yield f"规则 rule: {rule.id} · {rule.title_zh} {rule.title_en}"
    yield f"  地区 region {rule.region or '全国 national'} · {rule.valid_from} – {text_of(rule.valid_to)}"
    yield f"  依据 basis: {'；'.join(rule.basis)}"
    if not rule.verified:
        yield "  尚有数据未经核对 / some of its figures are not verified"


def _criteria(told: Explanation) -> Iterator[str]:
    if told.criteria:
        yield "条件 criteria:"
    for each in told.criteria:
        yield f"  {each.zh} / {each.en}"
        yield f"    {_line(each)}"


def _line(told: LineTold) -> str:
    line = told.kept or told.again
    if line is None:
        return _again(same=told.same)
    met = "符合 met" if line.passed else "不符合 NOT met"
    found = line.found or "未认定 not established"
    return f"{met}: {line.fact} {found} {line.op} {line.against} · {line.citation} · {_again(same=told.same)}"


def _amount(told: AmountTold | None) -> Iterator[str]:
    if told is None:
        return
    terms = ", ".join(f"{name} {value}" for name, value in sorted(told.kept.inputs.items()))
    less = f", 已享受 less ¥{yuan(told.kept.less)}" if told.kept.less else ""
    yield f"金额 amount: ¥{yuan(told.kept.amount)} = {told.kept.kind}（{terms}{less}）· {_again(same=told.same)}"
    if told.basis:
        yield f"  依据 basis: {told.basis}"


def _authority(told: Explanation) -> Iterator[str]:
    whose = told.authority
    yield f"职权 authority: {text_of(whose.power)} · 授权 grant {text_of(whose.grant)}"
    yield f"  岗位 post {whose.post}，以 {text_of(whose.in_name_of)} 名义 / in whose name"
    if told.decision.with_posts:
        yield f"  共同研究 together with: {', '.join(told.decision.with_posts)}"
    if whose.granted:
        yield f"  {whose.granted.form} · {whose.granted.basis}"


def _duties(told: Explanation) -> Iterator[str]:
    if told.duties:
        yield "法定职责 duties:"
    for each in told.duties:
        breached = " · 逾期 breached" if each.duty.breached else ""
        yield f"  {each.zh} {each.en} · {each.duty.holder} · 截止 due {_last(each.duty.due_at)}"
        yield f"    {each.duty.status} {text_of(each.ended_at)}{breached} · {text_of(each.duty.basis)}"


def _last(due_at: datetime) -> str:
    """A duty that ends with a day is told by that day, and not by the midnight after it."""
    before = due_at - timedelta(seconds=1)
    return text_of(civil_day(before) if civil_day(before) != civil_day(due_at) else due_at)


def _again(*, same: bool) -> str:
    return _SAME if same else _DIFFERENT
