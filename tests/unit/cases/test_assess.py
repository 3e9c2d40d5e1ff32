"""What is known of a case on a day, and how it stands by its rule."""

from datetime import date

import pytest
from msgspec.structs import replace

from adapters.rulebook import shipped_rules
from domain.cases.assess import (
    Held,
    age_on,
    assessed,
    assessed_for_refusal,
    condition_from,
    figures,
)
from domain.cases.parts import Household, Opinion, Person
from domain.cases.state import CaseState
from domain.identity import demo_citizen_id
from domain.kernel import Fen, SubjectId
from domain.rulebook.amounts import AmountRule, Band, Calculation
from domain.rulebook.calculate import calculate
from domain.rulebook.criteria import Criterion, FactMissing, FactValue
from domain.rulebook.evaluate import parameter_of, passed
from domain.rulebook.parts import Track
from domain.rulebook.rules import RuleVersion
from tests.support.bare_rule import bare_rule

DAY = date(2026, 3, 9)
BORN = date(1946, 3, 10)


def person(birth: date, sequence: int = 1) -> Person:
    number = demo_citizen_id(birth, sequence)
    return Person(subject=SubjectId(f"subject-{sequence}"), name="样例", id_number=number)


CASE = CaseState(
    stage="noticed",
    household=Household(members=(person(BORN), person(date(2010, 1, 1), 2)), monthly_income=Fen(50_001)),
    received_on=date(2026, 3, 2),
)
AFTER_OPINION = replace(CASE, opinion=Opinion(result="grant", persons=3, monthly_income=Fen(10_000)))
POOR = Criterion(
    id="income",
    fact="income_per_head",
    op="<",
    parameter="standard",
    zh="收入",
    en="Income",
    citation="令649第九条",
)
AGED = Criterion(id="aged", fact="age", op=">=", value=80, zh="年龄", en="Age", citation="第一条")
RULE = bare_rule(criteria=(POOR,))


def test_before_an_opinion_the_household_is_as_declared() -> None:
    assert figures(CASE, DAY) == {
        "persons": 2,
        "monthly_income": 50_001,
        "income_per_head": 25_000,
        "age": 79,
        "received_on": "2026-03-02",
    }


def test_an_opinion_replaces_what_was_declared() -> None:
    found = figures(AFTER_OPINION, DAY)
    assert (found["persons"], found["monthly_income"], found["income_per_head"]) == (3, 10_000, 3_333)


def test_what_was_established_is_known_and_counts_first() -> None:
    case = replace(AFTER_OPINION, facts={"able": False, "monthly_income": 9_000})
    found = figures(case, DAY)
    assert (found["able"], found["monthly_income"], found["income_per_head"]) == (False, 9_000, 3_000)


def test_what_is_not_known_is_not_there() -> None:
    assert figures(CaseState(), DAY) == {}
    nameless = Person(subject=SubjectId("temporary-1"), name="", id_number="")
    station = CaseState(household=Household(members=(nameless,), monthly_income=Fen(0)))
    assert "age" not in figures(station, DAY)
    assert figures(replace(station, facts={"age": 70}), DAY)["age"] == 70


def test_the_age_is_that_of_the_day() -> None:
    assert [figures(CASE, day)["age"] for day in (date(2026, 3, 9), date(2026, 3, 10))] == [79, 80]


@pytest.mark.parametrize(
    ("day", "years"),
    [(date(2026, 2, 27), 17), (date(2026, 2, 28), 18), (date(2028, 2, 28), 19), (date(2028, 2, 29), 20)],
)
def test_who_is_born_on_a_leap_day_grows_older_at_the_end_of_february(day: date, years: int) -> None:
    assert age_on(date(2008, 2, 29), day) == years


def test_a_case_that_meets_its_criteria_is_given_its_amount() -> None:
    found = assessed(AFTER_OPINION, RULE, DAY)
    assert found.passed
    assert [(line.found, line.against) for line in found.lines] == [("3333", "78000")]
    assert found.calculation.amount == 78_000 * 3 - 10_000


def test_only_the_values_that_were_used_are_kept() -> None:
    case = replace(AFTER_OPINION, facts={"diagnosis": "private"})
    assert assessed(case, RULE, DAY).values == {"income_per_head": 3_333, "persons": 3, "monthly_income": 10_000}


def test_a_case_that_fails_a_criterion_is_given_nothing_and_told_which() -> None:
    found = assessed(AFTER_OPINION, bare_rule(criteria=(POOR, AGED)), DAY)
    assert not found.passed
    assert [line.id for line in found.lines if not line.passed] == ["aged"]
    assert found.calculation == Calculation(kind="top_up", inputs={}, amount=Fen(0))


def test_the_class_of_the_division_chooses_the_track() -> None:
    rule = bare_rule(amount=AmountRule(kind="flat", parameter="care"), tracks=(Track("care", 13_000, 9_000),))
    amounts = [assessed(CASE, rule, DAY, urban=urban).calculation.amount for urban in (True, False)]
    assert amounts == [13_000, 9_000]


def test_what_another_benefit_gives_is_taken_off_the_amount() -> None:
    found = assessed(AFTER_OPINION, RULE, DAY, held=Held(amount=Fen(100_000), effect="top_up"))
    assert (found.calculation.amount, found.calculation.less) == (124_000, 100_000)


def test_a_fact_that_nobody_established_stops_a_confirmation_but_not_a_refusal() -> None:
    rule = bare_rule(criteria=(POOR, replace(AGED, id="able", fact="able")))
    with pytest.raises(FactMissing) as caught:
        assessed(AFTER_OPINION, rule, DAY)
    assert caught.value.detail == "able"
    refused = assessed_for_refusal(AFTER_OPINION, rule, DAY)
    assert [(line.id, line.found) for line in refused.lines] == [("income", "3333"), ("able", "")]
    assert not refused.passed
    assert not passed(refused.lines)
    assert refused.calculation.amount == 0


def test_a_benefit_by_age_begins_on_the_birthday_unless_another_day_was_established() -> None:
    rule = bare_rule(amount=AmountRule(kind="flat_by_age", fact="age", bands=(Band(90, Fen(2)), Band(80, Fen(1)))))
    assert condition_from(CASE, rule) == date(2026, 3, 10)
    moved_in = replace(CASE, facts={"condition_from": "2026-05-06"})
    assert condition_from(moved_in, rule) == date(2026, 5, 6)
    assert condition_from(CASE, RULE) is None


@pytest.mark.parametrize("rule", shipped_rules().versions, ids=lambda rule: rule.id)
def test_every_rule_that_we_ship_can_be_judged_from_the_facts_it_asks_for(rule: RuleVersion) -> None:
    sample: dict[str, FactValue] = {"fen": 10_000, "count": 1, "date": "2026-03-09", "flag": True}
    facts = {name: next(iter(shape.choices), None) or sample[shape.kind] for name, shape in rule.facts.items()}
    case = replace(AFTER_OPINION, facts=facts)
    assert {line.id for line in assessed(case, rule, DAY).lines} == {criterion.id for criterion in rule.criteria}
    assert calculate(rule.amount, figures(case, DAY), parameter_of(rule, urban=False)).amount >= 0
