"""A decision tells by which rule, on which values, under whose power it was made; and can be computed again."""

from datetime import date

import pytest
from msgspec.structs import replace

from application.bureau import Bureau
from application.explain import NotDecided, explain
from application.explanation import Explanation
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.refuse_case import RefuseCase
from domain.cases.events.benefit import GrantReduced
from domain.cases.events.decision import Confirmed
from domain.errors import NoRule
from domain.kernel import Fen, Recorded
from domain.rulebook.amounts import Calculation
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import RuleVersion
from tests.support.builders import DECIDER, HANDLER, RULES, by
from tests.support.journeys import AMOUNT, LOWER_INCOME, MORE, NOTICED, REFUSED, step
from tests.support.journeys import GRANTED as PAID
from tests.support.past_cases import APPRAISED, BUREAU, NOT_APPRAISED, RULEBOOK, lived

IN_2019 = lived(APPRAISED, date(2019, 3, 4))
GRANTED = explain(IN_2019, BUREAU)


def with_rule(rule: RuleVersion) -> Bureau:
    return replace(BUREAU, rulebook=RULEBOOK.with_versions([rule]))


def with_event(history: list[Recorded], **changed: object) -> list[Recorded]:
    """The history, its confirmation changed."""
    return [
        replace(each, event=replace(each.event, **changed)) if isinstance(each.event, Confirmed) else each
        for each in history
    ]


def explained_again(rule: RuleVersion) -> Explanation:
    return explain(IN_2019, with_rule(rule))


def test_a_decision_tells_its_rule_version_where_and_when_it_held_and_on_which_documents() -> None:
    rule = RULES["dibao-cn-2012-220"]
    told = GRANTED.rule
    assert (told.id, told.region, told.valid_from, told.valid_to) == (
        "dibao-cn-2012-220",
        "3209",
        date(2012, 12, 12),
        date(2021, 7, 1),
    )
    assert told.basis == rule.basis
    assert told.verified is rule.verified


def test_a_decision_tells_what_was_decided() -> None:
    assert (GRANTED.decision.result, GRANTED.decision.amount) == ("grant", AMOUNT)
    assert (GRANTED.decision.on, GRANTED.decision.from_month) == (date(2019, 3, 26), date(2019, 4, 1))


def test_a_decision_tells_each_criterion_with_the_value_used() -> None:
    (line,) = GRANTED.criteria
    assert line.kept is not None
    assert (line.kept.found, line.kept.op, line.kept.against, line.kept.passed) == ("25000", "<", "78000", True)
    assert line.kept.citation == "《社会救助暂行办法》（国务院令第649号）第九条"
    assert line.zh
    assert line.en


def test_a_decision_tells_the_terms_of_its_amount() -> None:
    assert GRANTED.calculation is not None
    assert GRANTED.calculation.kept == Calculation(
        kind="top_up",
        inputs={"standard": 78_000, "persons": 2, "monthly_income": 50_000},
        amount=AMOUNT,
    )
    assert GRANTED.calculation.basis == RULES["dibao-cn-2012-220"].amount.basis


def test_a_decision_tells_whose_power_and_grant_it_was() -> None:
    told = GRANTED.authority
    assert (told.post, told.power, told.in_name_of) == (DECIDER.id, "dibao.decide", "机构")
    assert told.item is not None
    assert told.granted is not None
    assert told.granted.id == told.grant
    assert told.granted.form == "statutory"


def test_a_decision_tells_the_duties_of_the_case_met_and_open_in_the_order_they_fall_due() -> None:
    told = {each.duty.what: each for each in GRANTED.duties}
    assert (told["decide"].duty.status, told["publish"].duty.status) == ("met", "started")
    assert told["decide"].ended_at == next(r.meta.occurred_at for r in IN_2019 if isinstance(r.event, Confirmed))
    assert told["publish"].ended_at is None
    assert told["decide"].zh == "作出决定"
    due = [each.duty.due_at for each in GRANTED.duties]
    assert due == sorted(due)


def test_years_later_every_line_and_the_amount_come_out_the_same() -> None:
    assert GRANTED.same
    assert all(line.same and line.again == line.kept for line in GRANTED.criteria)
    assert GRANTED.calculation is not None
    assert GRANTED.calculation.again == GRANTED.calculation.kept


def test_a_later_version_of_the_rule_changes_nothing_of_what_was_decided() -> None:
    later = replace(RULES["dibao-cn-2012-220"], id="later", standard=Fen(1), valid_from=date(2019, 1, 1))
    assert explained_again(later) == GRANTED


def test_a_version_whose_text_was_changed_afterwards_is_found_out() -> None:
    found = explained_again(replace(RULES["dibao-cn-2012-220"], standard=Fen(78_001)))
    assert not found.same
    assert [line.same for line in found.criteria] == [False]
    assert found.calculation is not None
    assert found.calculation.again is not None
    assert (found.calculation.same, found.calculation.again.amount) == (False, AMOUNT + 2)


def test_a_criterion_added_afterwards_is_found_out() -> None:
    rule = RULES["dibao-cn-2012-220"]
    added = replace(rule.criteria[0], id="assets", fact="assets_ok", value=True, op="==")
    found = explained_again(replace(rule, criteria=(*rule.criteria, added)))
    assert [(line.same, line.kept is None) for line in found.criteria] == [(True, False), (False, True)]
    assert not found.same


def test_a_criterion_taken_away_afterwards_is_found_out() -> None:
    found = explained_again(replace(RULES["dibao-cn-2012-220"], criteria=()))
    assert [(line.same, line.again) for line in found.criteria] == [(False, None)]
    assert not found.same


def test_a_fact_that_the_stored_values_lack_is_found_out() -> None:
    rule = RULES["dibao-cn-2012-220"]
    found = explained_again(replace(rule, amount=replace(rule.amount, kind="one_off", fact="need")))
    assert found.calculation is not None
    assert (found.calculation.again, found.same) == (None, False)


def test_an_amount_that_is_not_the_calculated_one_is_found_out() -> None:
    assert not explain(with_event(IN_2019, amount=Fen(AMOUNT + 1)), BUREAU).same


def test_what_another_benefit_took_off_is_taken_off_again() -> None:
    less = Calculation(
        kind="top_up",
        inputs={"standard": 78_000, "persons": 2, "monthly_income": 50_000},
        amount=Fen(AMOUNT - 6_000),
        less=Fen(6_000),
    )
    history = with_event(IN_2019, calculation=less, amount=less.amount)
    assert explain(history, BUREAU).same


def test_a_decision_from_before_lines_were_kept_is_explained_by_its_figures() -> None:
    old = explain(with_event(IN_2019, criteria=(), calculation=None, values={}), BUREAU)
    assert old.criteria == ()
    assert old.values == {"persons": 2, "monthly_income": 50_000}
    assert old.calculation == GRANTED.calculation
    assert old.same


def test_a_refusal_tells_its_reason_and_the_lines_that_failed() -> None:
    found = explain(lived(REFUSED, date(2022, 3, 7)), BUREAU)
    assert (found.decision.result, found.decision.reason) == ("refuse", "收入超过标准")
    assert found.decision.basis == "令649第九条"
    assert found.calculation is None
    assert [(line.kept.id, line.kept.passed) for line in found.criteria if line.kept] == [("income", False)]
    assert found.same
    assert found.rule.id == "dibao-3209-2021-07"


def test_a_refusal_although_every_criterion_is_met_says_so() -> None:
    refusal = step("refuse_case", RefuseCase(reason="不同意", basis="令649第九条"), by(DECIDER, "2026-03-24"))
    found = explain(lived((*NOTICED, refusal), date(2022, 3, 7)), BUREAU)
    assert [line.kept.passed for line in found.criteria if line.kept] == [True]
    (remark,) = found.remarks
    assert remark.code == "REFUSED_THOUGH_ELIGIBLE"
    assert remark.zh
    assert remark.en


def test_a_refusal_that_a_criterion_carries_and_a_grant_have_no_remark() -> None:
    assert explain(lived(REFUSED, date(2022, 3, 7)), BUREAU).remarks == ()
    assert GRANTED.remarks == ()


def test_a_refusal_is_not_remarked_on_where_the_rule_gives_nothing_although_its_criteria_are_met() -> None:
    refusal = step("refuse_case", RefuseCase(reason="无补助金额", basis="令649第九条"), by(DECIDER, "2026-03-24"))
    rule = RULES["dibao-3209-2021-07"]
    nothing = replace(rule, amount=replace(rule.amount, permille=1))
    history = lived((*NOTICED, refusal), date(2022, 3, 7))
    assert explain(history, with_rule(nothing)).remarks == ()


def test_a_change_of_the_amount_is_explained_as_the_decision_is() -> None:
    income = step("establish_facts", LOWER_INCOME.command, by(HANDLER, "2026-08-10"))
    more = step("increase_grant", IncreaseGrant(amount=MORE, reason="收入减少"), by(DECIDER, "2026-08-20"))
    found = explain(lived((*PAID, income, more), date(2022, 3, 7)), BUREAU)
    assert found.decision.amount == AMOUNT
    (change,) = found.changes
    assert (change.to, change.before, change.amount, change.reason) == ("increased", AMOUNT, MORE, "收入减少")
    assert (change.on, change.from_month) == (date(2022, 8, 25), date(2022, 9, 1))
    assert change.authority.power == "dibao.pay"
    assert change.values == {"income_per_head": 18_000, "persons": 2, "monthly_income": 36_000}
    assert [line.same for line in change.criteria] == [True]
    assert change.calculation is not None
    assert (change.calculation.same, change.calculation.kept.amount, found.same) == (True, MORE, True)


def test_a_changed_amount_that_is_not_the_calculated_one_is_found_out() -> None:
    income = step("establish_facts", LOWER_INCOME.command, by(HANDLER, "2026-08-10"))
    more = step("increase_grant", IncreaseGrant(amount=MORE, reason="收入减少"), by(DECIDER, "2026-08-20"))
    history = lived((*PAID, income, more), date(2022, 3, 7))
    last = replace(history[-1], event=replace(history[-1].event, amount=Fen(MORE + 1)))
    found = explain([*history[:-1], last], BUREAU)
    assert ([change.same for change in found.changes], found.same) == ([False], False)


def test_a_change_from_before_calculations_were_kept_is_told_without_one() -> None:
    old = GrantReduced(from_month=date(2022, 9, 1), before=AMOUNT, amount=Fen(90_000), reason="收入增加")
    history = lived(PAID, date(2022, 3, 7))
    last = replace(history[-1], seq=len(history) + 1, type=GrantReduced.TYPE, event=old)
    found = explain([*history, last], BUREAU)
    (change,) = found.changes
    assert (change.to, change.calculation, change.criteria, found.same) == ("reduced", None, (), True)


def test_a_case_without_a_decision_has_nothing_to_explain() -> None:
    with pytest.raises(NotDecided):
        explain(lived(NOTICED, date(2022, 3, 7)), BUREAU)
    with pytest.raises(NotDecided):
        explain([], BUREAU)


def test_a_decision_by_a_version_that_the_rulebook_does_not_have_cannot_be_explained() -> None:
    with pytest.raises(NoRule, match="dibao-3209-2021-07"):
        explain(lived(NOT_APPRAISED, date(2022, 3, 7)), replace(BUREAU, rulebook=Rulebook()))
