"""The first and the last payable month of every benefit."""

from datetime import date
from typing import Literal

import pytest

from adapters.rulebook import shipped_rules
from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band
from domain.rulebook.criteria import FactMissing
from domain.rulebook.months import expires_on, first_month, stop_month
from domain.rulebook.parts import FirstMonth, Validity
from domain.rulebook.rules import RuleVersion
from tests.support.bare_rule import bare_rule

AFTER_CONFIRMATION = bare_rule(months=FirstMonth())
CHILDREN = bare_rule(months=FirstMonth(last="condition_month"))
DISABILITY = bare_rule(months=FirstMonth(first="application", last="condition_month"))
AGED = bare_rule(
    months=FirstMonth(first="condition", last="condition_month", basis="尊老金"),
    amount=AmountRule(kind="flat_by_age", fact="age", bands=(Band(start=80, amount=Fen(5_000)),)),
)
ONCE = bare_rule(months=FirstMonth(first="once", last="none"))
RECEIVED, CONFIRMED = date(2026, 3, 2), date(2026, 4, 30)


@pytest.mark.parametrize(
    ("matter", "rule", "first"),
    [
        ("低保: the month after the confirmation", AFTER_CONFIRMATION, date(2026, 5, 1)),
        ("特困: the month after the confirmation", AFTER_CONFIRMATION, date(2026, 5, 1)),
        ("残疾人两项补贴: the month of the application", DISABILITY, date(2026, 3, 1)),
        ("孤儿、事实无人抚养: the month after the confirmation", CHILDREN, date(2026, 5, 1)),
        ("临时救助: once, in the month of the confirmation", ONCE, date(2026, 4, 1)),
    ],
)
def test_the_first_month_that_is_paid(matter: str, rule: RuleVersion, first: date) -> None:
    assert first_month(rule, RECEIVED, CONFIRMED) == first, matter


@pytest.mark.parametrize("born", [date(1945, 11, 1), date(1945, 11, 30)])
def test_aged_80_is_paid_from_the_month_of_turning_80_however_late_the_application(born: date) -> None:
    turned = born.replace(year=born.year + 80)
    assert first_month(AGED, RECEIVED, CONFIRMED, turned) == date(2025, 11, 1)


def test_a_condition_that_nobody_dated_is_named() -> None:
    with pytest.raises(FactMissing) as caught:
        first_month(AGED, RECEIVED, CONFIRMED)
    assert (caught.value.detail, caught.value.basis) == ("condition_from", "尊老金")


@pytest.mark.parametrize(
    ("matter", "rule", "stopped"),
    [
        ("低保: next month, locally", AFTER_CONFIRMATION, date(2027, 1, 1)),
        ("特困: the month after the decision to end it", AFTER_CONFIRMATION, date(2027, 1, 1)),
        ("残疾人两项补贴: the month after the condition changed", DISABILITY, date(2026, 10, 1)),
        ("孤儿、事实无人抚养: the month after the condition ended", CHILDREN, date(2026, 10, 1)),
        ("尊老金: the month after the death or the move", AGED, date(2026, 10, 1)),
    ],
)
def test_the_first_month_that_is_not_paid_any_more(matter: str, rule: RuleVersion, stopped: date) -> None:
    assert stop_month(rule, date(2026, 12, 31), date(2026, 9, 30)) == stopped, matter


def test_where_nobody_knows_when_the_condition_ended_the_decision_ends_it() -> None:
    assert stop_month(CHILDREN, date(2026, 12, 1)) == date(2027, 1, 1)


def test_a_stop_known_ahead_ends_with_the_month_of_its_day() -> None:
    """The eighteenth birthday."""
    assert stop_month(CHILDREN, date(2026, 5, 6), date(2026, 8, 31)) == date(2026, 9, 1)


@pytest.mark.parametrize("first", ["application", "after_confirmation", "condition", "once", "none"])
@pytest.mark.parametrize("confirmed", [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28)])
def test_a_month_is_told_by_its_first_day(
    first: Literal["application", "after_confirmation", "condition", "once", "none"], confirmed: date
) -> None:
    rule = bare_rule(months=FirstMonth(first=first))
    assert first_month(rule, RECEIVED, confirmed, RECEIVED).day == 1


def test_a_status_ends_so_many_months_after_its_confirmation() -> None:
    """养老服务消费补贴 and 刚性支出困难家庭: twelve months."""
    yearly = bare_rule(validity=Validity(months=12, basis="刚性支出困难家庭认定办法"))
    assert expires_on(yearly, date(2026, 4, 30)) == date(2027, 4, 30)
    assert expires_on(bare_rule(validity=Validity(months=1, basis="")), date(2026, 1, 31)) == date(2026, 2, 28)
    assert expires_on(bare_rule(), date(2026, 4, 30)) is None


@pytest.mark.parametrize(
    ("matter", "first", "stopped"),
    [
        ("dibao", date(2026, 5, 1), date(2027, 1, 1)),
        ("tekun", date(2026, 5, 1), date(2027, 1, 1)),
        ("canji-shenghuo", date(2026, 3, 1), date(2026, 10, 1)),
        ("canji-huli", date(2026, 3, 1), date(2026, 10, 1)),
        ("guer", date(2026, 5, 1), date(2026, 10, 1)),
        ("shishi-wuren", date(2026, 5, 1), date(2026, 10, 1)),
        ("zunlaojin", date(2025, 11, 1), date(2026, 10, 1)),
        ("linshi-jinan", date(2026, 4, 1), date(2027, 1, 1)),
    ],
)
def test_the_rules_that_we_ship_pay_the_months_that_their_matter_asks_for(
    matter: str, first: date, stopped: date
) -> None:
    versions = [rule for rule in shipped_rules().versions if rule.matter == matter]
    assert versions
    for rule in versions:
        assert first_month(rule, RECEIVED, CONFIRMED, date(2025, 11, 30)) == first, rule.id
        assert stop_month(rule, date(2026, 12, 31), date(2026, 9, 30)) == stopped, rule.id


def test_the_voucher_of_the_aged_lasts_twelve_months() -> None:
    (rule,) = (rule for rule in shipped_rules().versions if rule.matter == "yanglao-fuwu")
    assert expires_on(rule, CONFIRMED) == date(2027, 4, 30)
