"""Circumstances and persons of the demonstration: as every shipped rule asks for them, and no person twice."""

import random
from datetime import date

import pytest

from adapters.rulebook import shipped_rules
from application.runs.demo.circumstances import circumstances, norm_of
from application.runs.demo.people import MOST_PERSONS, People
from domain.rulebook.criteria import Values
from domain.rulebook.evaluate import evaluate, passed
from domain.rulebook.rules import RuleVersion

RULES = shipped_rules().versions
DAY = date(2026, 11, 22)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("granted", [True, False])
def test_every_rule_can_be_met_and_missed(rule: RuleVersion, granted: bool) -> None:  # noqa: FBT001  a parameter
    rng = random.Random(rule.id)  # noqa: S311  a seeded simulation
    norm = norm_of(rule, urban=True)
    for _ in range(20):
        found = circumstances(rng, norm, granted=granted)
        known = {"persons": 1, "monthly_income": found.income, "income_per_head": found.income}
        values: Values = {**known, "age": 40 if found.age is None else found.age, **found.facts}
        assert passed(evaluate(rule.criteria, values, norm.parameter)) == granted
        assert bool(found.missed) != granted


def test_no_two_persons_of_a_demonstration_have_one_number() -> None:
    rng = random.Random(1)  # noqa: S311  a seeded simulation
    a_year = 365 * 999  # so many persons can be born in a year; the ones after them begin where the first began
    numbers = [near + a_year * block // MOST_PERSONS for block in range(4) for near in range(1, 60)]
    people = [People(rng, 7, number, DAY) for number in numbers]
    named = [each.person(age).id_number for each in people for age in (50, 51, 52, 53, 54, 55)]
    assert len(set(named)) == len(named)


def test_a_person_is_as_old_as_asked_for_or_up_to_four_years_older() -> None:
    rng = random.Random(1)  # noqa: S311  a seeded simulation
    for number in range(1, 400):
        born = date.fromisoformat(People(rng, 7, number, DAY).person(80).id_number[6:14])
        assert 80 <= (DAY - born).days // 365.25 <= 84
