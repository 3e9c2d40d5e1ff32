"""A rule version as tables in words: what the page prints. Figures that were not checked against the text say so."""

from collections.abc import Callable, Iterable
from typing import get_args

from adapters.web.desk import Desk
from adapters.web.figures import yuan
from adapters.web.rule_words import amount_lines, comparison, limit_words, milestone, names_of, parameter_value
from domain.cases.registry import ACTIONS
from domain.cases.state import Stage
from domain.kernel import Value
from domain.rulebook.parts import Step
from domain.rulebook.rules import RuleVersion

_STAGES = get_args(Stage)


class Row(Value):
    """A row. ``verified`` false: a figure of it has not been checked against the text."""

    cells: tuple[str, ...]
    verified: bool = True


class Table(Value):
    """A part of the rule. ``key`` gives its heading, ``columns`` the headings of its columns."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(desk: Desk, rule: RuleVersion) -> tuple[Table, ...]:
    """Return the parts of the rule that have anything in them."""
    made = (Table(key, columns, tuple(rows(desk, rule))) for key, columns, rows in PARTS)
    return tuple(table for table in made if table.rows)


def _criteria(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for each in rule.criteria:
        group = desk.t("rule.one_of_group", group=each.group) if each.group else ""
        words = (desk.names.words_of(each), comparison(desk, rule, each), group, each.citation)
        yield Row(words, each.verified)


def _amount(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for what, value, basis, verified in amount_lines(desk, rule):
        yield Row((what, value, basis), verified)


def _months(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    months = rule.months
    yield Row((desk.t("rule.first_month"), desk.t(f"first.{months.first}"), months.basis), months.verified)
    yield Row((desk.t("rule.last_month"), desk.t(f"last.{months.last}"), months.basis), months.verified)
    if rule.validity:
        lasts = desk.t("rule.months_n", n=rule.validity.months)
        yield Row((desk.t("rule.validity"), lasts, rule.validity.basis), rule.validity.verified)


def _steps(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for name, step in sorted(rule.steps.items(), key=_by_stage):
        action = ACTIONS.get(name)
        yield Row(
            (
                desk.names.words_of(action) if action else name,
                names_of(desk, "role", step.by),
                names_of(desk, "stage", step.stages) or desk.t("rule.any_stage"),
                desk.t("app.separator").join(milestone(desk, each) for each in step.after),
                step.basis,
            )
        )


def _by_stage(named: tuple[str, Step]) -> tuple[int, int, str]:
    """In the order in which a case can come to them; what is always open comes last."""
    name, step = named
    first = min((_STAGES.index(stage) for stage in step.stages if stage in _STAGES), default=len(_STAGES))
    return first, len(step.stages), name


def _limits(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for name, limit in rule.limits.items():
        yield Row((desk.t.word("due", name), limit_words(desk, limit), limit.basis), limit.verified)
    if rule.promise:
        yield Row((desk.t("rule.promise"), limit_words(desk, rule.promise), rule.promise.basis), rule.promise.verified)


def _duties(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    between = desk.t("app.separator")
    for name, duty in rule.duties.items():
        limit = rule.limits[duty.limit]
        pauses = [f"{desk.t.word('event', each.begins)} – {desk.t.word('event', each.ends)}" for each in duty.pauses]
        yield Row(
            (
                desk.names.duty(rule.id, name),
                desk.t.word("role", duty.holder),
                limit_words(desk, limit),
                between.join(desk.t.word("event", each) for each in duty.starts),
                between.join(desk.t.word("event", each) for each in duty.ends),
                between.join(pauses),
            ),
            limit.verified,
        )


def _papers(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for paper in rule.papers:
        how = desk.t("rule.paper_shared") if paper.shared else ""
        yield Row((desk.names.words_of(paper), how, paper.exempt, paper.basis))


def _overlaps(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for each in rule.overlaps:
        scope = desk.t(f"scope.{each.scope}")
        yield Row((desk.names.matter(each.matter), desk.t(f"effect.{each.effect}"), scope, each.basis), each.verified)


def _notice(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    notice = rule.notice
    yield Row((desk.t("rule.notice"), desk.t(f"notice.{notice.kind}"), notice.basis), notice.verified)
    for each in notice.exempt:
        yield Row((desk.t("rule.notice_exempt"), desk.names.words_of(each), each.citation), each.verified)


def _facts(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for name, shape in rule.facts.items():
        choices = desk.t("app.separator").join(desk.names.fact_value(shape, code) for code in shape.choices)
        yield Row(
            (
                desk.names.fact(rule.id, name),
                choices or desk.t(f"factkind.{shape.kind}"),
                desk.t(f"source.{shape.source}"),
            )
        )


def _others(desk: Desk, rule: RuleVersion) -> Iterable[Row]:
    for name, value in rule.parameters.items():
        yield Row((desk.t.word("parameter", name), parameter_value(desk, rule, name, value), ""))
    for track in rule.tracks:
        both = desk.t("rule.tracks_both", urban=yuan(track.urban), rural=yuan(track.rural))
        yield Row((desk.t.word("parameter", track.parameter), both, track.basis))
    if "mark_review_due" in rule.steps:
        yield Row((desk.t("rule.review"), desk.t("rule.months_n", n=rule.review_months), ""))
    if "record_visit" in rule.steps:
        yield Row((desk.t("rule.min_investigators"), str(rule.min_investigators), ""))
    if rule.next_layers:
        layers = desk.t("app.separator").join(desk.names.matter(each) for each in rule.next_layers)
        yield Row((desk.t("rule.next_layers"), layers, ""))
    appeal = rule.appeal
    terms = desk.t("rule.appeal_terms", days=appeal.review_days, months=appeal.lawsuit_months)
    yield Row((desk.t("rule.appeal"), terms, appeal.basis), appeal.verified)


_THREE = ("rule.what", "rule.how", "app.basis")
PARTS: tuple[tuple[str, tuple[str, ...], Callable[[Desk, RuleVersion], Iterable[Row]]], ...] = (
    ("criteria", ("rule.what", "rule.comparison", "rule.group", "app.basis"), _criteria),
    ("amount", _THREE, _amount),
    ("months", _THREE, _months),
    ("steps", ("rule.step", "rule.by", "rule.stages", "rule.after", "app.basis"), _steps),
    ("limits", ("rule.what", "rule.limit", "app.basis"), _limits),
    ("duties", ("duties.what", "duties.holder", "rule.limit", "rule.starts", "rule.ends", "rule.pauses"), _duties),
    ("notice", _THREE, _notice),
    ("papers", ("rule.paper", "rule.shared", "rule.exempt", "app.basis"), _papers),
    ("overlaps", ("list.matter", "rule.effect", "rule.scope", "app.basis"), _overlaps),
    ("facts", ("rule.fact", "rule.kind", "rule.source"), _facts),
    ("others", _THREE, _others),
)
