"""Words for what a rule holds: limits, comparisons, amounts, milestones, codes in texts."""

import re
from collections.abc import Iterable

from adapters.reference import load_divisions
from adapters.web.desk import Desk
from adapters.web.figures import yuan
from domain.cases.registry import ACTIONS
from domain.divisions import UnknownDivision
from domain.rulebook.criteria import Criterion, FactValue
from domain.rulebook.figures import KNOWN
from domain.rulebook.parts import Limit
from domain.rulebook.rules import RuleVersion

_SIGNS = {"<": "<", "<=": "≤", "==": "=", "!=": "≠", ">=": "≥", ">": ">", "in": "∈", "not_in": "∉"}
_THOUSAND = 1000
_MILESTONES = ("event.case", "term", "stage")
_CODED = (
    "role",
    "stage",
    "event",
    "matter",
    "effect",
    "scope",
    "notice",
    "first",
    "last",
    "amountkind",
    "subject",
    "issuer",
)
_CODE = re.compile(r"[a-z_]+(?:[.-][a-z_]+)*")
_BILINGUAL = re.compile(r"([0-9.]+ |)([\u4e00-\u9fff]+) ([a-z ]+)")
_BETWEEN = "；"

AmountLine = tuple[str, str, str, bool]
"""What, how much, basis, verified."""


def region(desk: Desk, code: str) -> str:
    """Return the name of a rule's region; none is the whole country."""
    if not code:
        return desk.t("rule.nationwide")
    try:
        load_divisions().division(code)
    except UnknownDivision:
        return code
    return desk.names.place(code)


def names_of(desk: Desk, group: str, codes: Iterable[str]) -> str:
    """Return coded values in words, in one line."""
    return desk.t("app.separator").join(desk.t.word(group, code) for code in codes)


def milestone(desk: Desk, code: str) -> str:
    """Return what must have happened, in words."""
    return next((word for group in _MILESTONES if (word := desk.t.word(group, code)) != code), code)


def limit_words(desk: Desk, limit: Limit) -> str:
    """Return a time limit: ``10 个工作日``."""
    return desk.t(f"unit.{limit.unit}", n=limit.days)


def comparison(desk: Desk, rule: RuleVersion, criterion: Criterion) -> str:
    """Return what is compared with what, with the figure of this version."""
    fact = desk.names.fact(rule.id, criterion.fact)
    return f"{fact} {_SIGNS[criterion.op]} {_against(desk, rule, criterion)}"


def sign(op: str) -> str:
    """Return a comparison as a sign."""
    return _SIGNS[op]


def parameter_value(desk: Desk, rule: RuleVersion, name: str, value: int) -> str:
    """Return a parameter: money, unless it is compared with counts or is a share."""
    if name.endswith("permille") or "permille" in name:
        return f"{value}‰"
    return f"{yuan(value)} {desk.t('app.yuan')}" if _is_money(rule, name) else str(value)


def amount_lines(desk: Desk, rule: RuleVersion) -> Iterable[AmountLine]:
    """Yield how the amount is found: the calculator, its parameter, bands, grades, supplements."""
    amount = rule.amount
    made_of = desk.names.fact(rule.id, amount.fact) if amount.fact else ""
    yield desk.t("rule.calculator"), f"{desk.t(f'amountkind.{amount.kind}')} {made_of}", amount.basis, amount.verified
    if amount.parameter and amount.kind != "none":
        yield (
            desk.t.word("parameter", amount.parameter),
            _parameter(desk, rule, amount.parameter, amount.permille),
            "",
            True,
        )
    for band in amount.bands:
        start = desk.names.found(rule.id, amount.fact, band.start)
        yield desk.t("rule.from_value", value=start), _money(desk, band.amount), "", amount.verified
    shape = rule.facts.get(amount.fact)
    for grade, fen in amount.grades.items():
        yield desk.names.fact_value(shape, grade) if shape else grade, _money(desk, fen), "", amount.verified
    for each in amount.supplements:
        share = desk.t("rule.supplement", share=f"{each.permille / 10:g}%")
        yield desk.names.fact(rule.id, each.fact), share, each.basis, each.verified


def diff_value(desk: Desk, text: str) -> str:
    """Return a value of a comparison in one language: bilingual units by half, lists of codes in words."""
    if both := _BILINGUAL.fullmatch(text):
        return f"{both[1]}{both[2] if desk.language == 'zh' else both[3]}"
    codes = text.split(_BETWEEN)
    if not all(_CODE.fullmatch(code) for code in codes):
        return text
    return _BETWEEN.join(_word(desk, code) for code in codes)


def _word(desk: Desk, code: str) -> str:
    if code in ACTIONS:
        return desk.names.words_of(ACTIONS[code])
    found = next((word for group in _CODED if (word := desk.t.word(group, code)) != code), "")
    return found or (desk.names.matter(code) if code in desk.bureau.rulebook.matters else milestone(desk, code))


def _against(desk: Desk, rule: RuleVersion, criterion: Criterion) -> str:
    if criterion.parameter:
        named = desk.t.word("parameter", criterion.parameter)
        return f"{named} {_parameter(desk, rule, criterion.parameter, criterion.permille)}"
    value = criterion.value
    if isinstance(value, tuple):
        return desk.t("app.separator").join(desk.names.found(rule.id, criterion.fact, each) for each in value)
    return "" if value is None else desk.names.found(rule.id, criterion.fact, value)


def _parameter(desk: Desk, rule: RuleVersion, name: str, permille: int) -> str:
    value: FactValue = rule.standard if name == "standard" else rule.parameters.get(name, 0)
    told = parameter_value(desk, rule, name, int(value))
    return told if permille == _THOUSAND else f"{told} × {permille / _THOUSAND:g}"


def _is_money(rule: RuleVersion, name: str) -> bool:
    """A parameter is money where it is compared with money, or where the amount is made of it."""
    if name in ("standard", rule.amount.parameter) or any(track.parameter == name for track in rule.tracks):
        return True
    facts = [criterion.fact for criterion in rule.criteria if criterion.parameter == name]
    return any((rule.facts[fact].kind if fact in rule.facts else KNOWN.get(fact)) == "fen" for fact in facts)


def _money(desk: Desk, fen: int) -> str:
    return f"{yuan(fen)} {desk.t('app.yuan')}"
