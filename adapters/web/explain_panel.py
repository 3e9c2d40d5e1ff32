"""Why a case was decided so: the panel of the case file, with everything told in words and computed again."""

from collections.abc import Sequence
from datetime import datetime

from adapters.web.desk import Desk
from adapters.web.duty_lines import LEVELS, standing
from adapters.web.figures import last_moment, moment, yuan
from adapters.web.rule_words import region, sign
from application.explain import DecisionErased, NotDecided, explain
from application.explanation import AmountTold, ChangeTold, DutyTold, Explanation, LineTold
from domain.errors import NoRule
from domain.kernel import Recorded, Value
from domain.rulebook.calculate import facts_needed
from domain.rulebook.criteria import FactValue
from domain.rulebook.figures import KNOWN
from domain.rulebook.rules import RuleVersion


class CriterionLine(Value):
    """A criterion as it was judged. ``passed`` None: it was not kept, nor can it be judged now."""

    words: str
    found: str
    against: str
    passed: bool | None
    citation: str
    same: bool
    verified: bool


class DutyEnd(Value):
    """A duty with how it ended or stands."""

    what: str
    due: str
    standing: str
    level: str
    ended: str
    basis: str


class Reckoned(Value):
    """Criteria and terms in words, of a decision or of a later change of its amount."""

    lines: tuple[CriterionLine, ...]
    terms: tuple[tuple[str, str], ...]
    calculation: AmountTold | None


class Panel(Value):
    """The explanation in words. ``changes``: each with what it was reckoned from."""

    told: Explanation
    rule_title: str
    region: str
    reckoned: Reckoned
    changes: tuple[tuple[ChangeTold, Reckoned], ...]
    remarks: tuple[str, ...]
    duties: tuple[DutyEnd, ...]


def explain_panel(desk: Desk, history: Sequence[Recorded]) -> Panel | None:
    """Return the panel of the case's last decision, or None before there is one that can be explained."""
    try:
        told = explain(history, desk.bureau)
    except (NotDecided, DecisionErased, NoRule):
        return None
    rule = desk.bureau.rulebook.by_id[told.rule.id]
    return Panel(
        told=told,
        rule_title=told.rule.title_zh if desk.language == "zh" else told.rule.title_en,
        region=region(desk, told.rule.region),
        reckoned=_reckoned(desk, rule, told),
        changes=tuple((each, _reckoned(desk, rule, each)) for each in told.changes),
        remarks=tuple(desk.names.words_of(each) for each in told.remarks),
        duties=tuple(_duty(desk, each, desk.now) for each in told.duties),
    )


def _reckoned(desk: Desk, rule: RuleVersion, told: Explanation | ChangeTold) -> Reckoned:
    return Reckoned(
        lines=tuple(_line(desk, rule, each, told.values) for each in told.criteria),
        terms=_terms(desk, rule, told.calculation) if told.calculation else (),
        calculation=told.calculation,
    )


def _line(desk: Desk, rule: RuleVersion, told: LineTold, values: dict[str, FactValue]) -> CriterionLine:
    words = desk.names.words_of(told)
    line = told.kept or told.again
    if line is None:
        return CriterionLine(words, "", "", None, "", told.same, told.verified)
    fact = desk.names.fact(rule.id, line.fact)
    value = values.get(line.fact)
    found = desk.names.found(rule.id, line.fact, value) if value is not None else desk.t("explain.not_established")
    return CriterionLine(
        words=words or line.id,
        found=f"{fact} {found}",
        against=f"{sign(line.op)} {_against(desk, rule, line.fact, line.against)}",
        passed=line.passed,
        citation=line.citation,
        same=told.same,
        verified=told.verified,
    )


def _against(desk: Desk, rule: RuleVersion, fact: str, text: str) -> str:
    """Return what the value was compared with: kept as a text, told as what it is."""
    kind = rule.facts[fact].kind if fact in rule.facts else KNOWN.get(fact)
    whole, _, parts = text.partition(".")
    if kind == "fen" and whole.isdigit():  # a share of a parameter can have parts of a fen
        return f"{yuan(int(whole))}{parts} {desk.t('app.yuan')}"
    if kind == "flag":
        return desk.t("app.yes" if text.lower() == "true" else "app.no")
    if kind == "choice":
        return desk.t("app.separator").join(desk.names.found(rule.id, fact, code.strip()) for code in text.split(","))
    return text


def _terms(desk: Desk, rule: RuleVersion, told: AmountTold) -> tuple[tuple[str, str], ...]:
    """Return every term of the amount, to the fen, and last the amount itself."""
    order = (rule.amount.parameter, *facts_needed(rule.amount))
    inputs = sorted(told.kept.inputs.items(), key=lambda term: order.index(term[0]) if term[0] in order else len(order))
    made = [(_term_name(desk, rule, name), _term(desk, rule, name, value)) for name, value in inputs]
    if told.kept.less:
        made.append((desk.t("explain.less"), f"− {yuan(told.kept.less)} {desk.t('app.yuan')}"))
    return (*made, (desk.t("explain.amount"), f"{yuan(told.kept.amount)} {desk.t('app.yuan')}"))


def _term_name(desk: Desk, rule: RuleVersion, name: str) -> str:
    fact, dot, grade = name.partition(".")
    if dot and fact in rule.facts:
        return f"{desk.names.fact(rule.id, fact)}: {desk.names.found(rule.id, fact, grade)}"
    return desk.names.fact(rule.id, name) if _is_fact(rule, name) else desk.t.word("parameter", name)


def _term(desk: Desk, rule: RuleVersion, name: str, value: int) -> str:
    """Parameters and grades of an amount are money; a fact is what the rule says it is."""
    return desk.names.found(rule.id, name, value) if _is_fact(rule, name) else f"{yuan(value)} {desk.t('app.yuan')}"


def _is_fact(rule: RuleVersion, name: str) -> bool:
    return name in rule.facts or name in KNOWN or name in facts_needed(rule.amount)


def _duty(desk: Desk, told: DutyTold, now: datetime) -> DutyEnd:
    how = standing(told.duty, now)
    return DutyEnd(
        what=desk.names.words_of(told),
        due=last_moment(told.duty.due_at),
        standing=desk.t(f"duty.{how}"),
        level=LEVELS.get(how, "calm"),
        ended=moment(told.ended_at) if told.ended_at else "",
        basis=told.duty.basis,
    )
