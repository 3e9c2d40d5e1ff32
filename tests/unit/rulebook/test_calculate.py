"""Calculators give amounts in whole fen, never below zero, and tell every term."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band, Calculation, Supplement
from domain.rulebook.calculate import Effect, calculate, facts_needed, monthly_top_up
from domain.rulebook.criteria import FactMissing, FactValue
from domain.rulebook.evaluate import RuleFault, parameter_of
from tests.support.bare_rule import bare_rule

PARAMETER = parameter_of(bare_rule(parameters={"care": 13_000}), urban=None)
HOUSEHOLD: dict[str, FactValue] = {"persons": 2, "monthly_income": 50_000}
BY_AGE = AmountRule(
    kind="flat_by_age",
    fact="age",
    bands=(Band(start=100, amount=Fen(30_000)), Band(start=80, amount=Fen(5_000)), Band(start=90, amount=Fen(10_000))),
)
WHOLE = st.integers(0, 10**9)


def amount(rule: AmountRule, values: dict[str, FactValue]) -> int:
    return calculate(rule, values, PARAMETER).amount


def test_a_top_up_is_the_standard_for_each_person_less_the_income() -> None:
    assert calculate(AmountRule(), HOUSEHOLD, PARAMETER) == Calculation(
        kind="top_up",
        inputs={"standard": 78_000, "persons": 2, "monthly_income": 50_000},
        amount=Fen(106_000),
    )


def test_a_supplement_is_a_share_of_the_standard_for_each_person_counted() -> None:
    rule = AmountRule(supplements=(Supplement(fact="elderly", permille=101), Supplement(fact="minors", permille=200)))
    found = calculate(rule, {**HOUSEHOLD, "elderly": 1, "minors": 2}, PARAMETER)
    assert found.amount == 106_000 + 7_878 + 31_200
    assert found.inputs["minors"] == 2


def test_a_share_of_a_fen_is_dropped() -> None:
    odd = parameter_of(bare_rule(parameters={"care": 13_999}), urban=None)
    assert calculate(AmountRule(kind="flat", parameter="care", permille=1), {}, odd).amount == 13


def test_a_household_without_a_gap_gets_no_supplement_either() -> None:
    rule = AmountRule(supplements=(Supplement(fact="elderly", permille=100),))
    assert amount(rule, {"persons": 1, "monthly_income": 78_000, "elderly": 1}) == 0


@pytest.mark.parametrize(("age", "fen"), [(79, 0), (80, 5_000), (89, 5_000), (90, 10_000), (99, 10_000), (100, 30_000)])
def test_an_amount_by_age_is_that_of_the_highest_band_reached(age: int, fen: int) -> None:
    assert amount(BY_AGE, {"age": age}) == fen


def test_a_banded_amount_follows_the_income_per_head() -> None:
    bands = (Band(start=0, amount=Fen(60_000)), Band(start=30_000, amount=Fen(35_000)))
    rule = AmountRule(kind="banded", fact="income_per_head", bands=bands)
    assert [amount(rule, {"income_per_head": income}) for income in (0, 29_999, 30_000)] == [60_000, 60_000, 35_000]


def test_a_flat_amount_is_its_parameter() -> None:
    assert calculate(AmountRule(kind="flat", parameter="care"), {}, PARAMETER) == Calculation(
        kind="flat", inputs={"care": 13_000}, amount=Fen(13_000)
    )


def test_a_graded_amount_is_that_of_the_grade_on_top_of_the_parameter() -> None:
    rule = AmountRule(kind="graded", fact="care_level", grades={"full": Fen(20_000), "none": Fen(0)}, permille=1300)
    found = calculate(rule, {"care_level": "full"}, PARAMETER)
    assert found.amount == 101_400 + 20_000
    assert found.inputs == {"care_level.full": 20_000, "standard": 78_000}


def test_a_graded_amount_without_a_parameter_is_that_of_the_grade() -> None:
    rule = AmountRule(kind="graded", fact="care_level", grades={"full": Fen(20_000)}, parameter="")
    assert amount(rule, {"care_level": "full"}) == 20_000


def test_a_one_off_amount_ends_at_its_ceiling() -> None:
    rule = AmountRule(kind="one_off", fact="need", parameter="standard", permille=4_000)
    assert [amount(rule, {"need": need}) for need in (0, 311_999, 312_000, 900_000)] == [0, 311_999, 312_000, 312_000]


def test_a_status_is_not_money() -> None:
    assert calculate(AmountRule(kind="none"), {}, PARAMETER) == Calculation(kind="none", inputs={}, amount=Fen(0))


@pytest.mark.parametrize(
    ("effect", "held", "left", "less"),
    [
        (None, 4_000, 13_000, 0),
        ("top_up", 4_000, 9_000, 4_000),
        ("higher", 4_000, 9_000, 4_000),
        ("higher", 20_000, 0, 13_000),
    ],
)
def test_what_another_benefit_gives_is_taken_off(effect: Effect | None, held: int, left: int, less: int) -> None:
    found = calculate(AmountRule(kind="flat", parameter="care"), {}, PARAMETER, Fen(held), effect)
    assert (found.amount, found.less) == (left, less)


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        (AmountRule(), "persons"),
        (AmountRule(supplements=(Supplement(fact="elderly", permille=1),)), "elderly"),
        (BY_AGE, "age"),
        (AmountRule(kind="graded", fact="care_level", grades={"full": Fen(1)}), "care_level"),
        (AmountRule(kind="one_off", fact="need"), "need"),
    ],
)
def test_a_term_that_nobody_established_is_named(rule: AmountRule, missing: str) -> None:
    values = {name: found for name, found in HOUSEHOLD.items() if name != missing}
    with pytest.raises(FactMissing) as caught:
        calculate(rule, values, PARAMETER)
    assert caught.value.detail == missing
    assert missing in facts_needed(rule)


@pytest.mark.parametrize("wrong", ["12", True])
def test_a_term_that_is_no_whole_number_is_refused_by_its_name(wrong: FactValue) -> None:
    with pytest.raises(InvalidValue, match=r"facts\.age"):
        calculate(BY_AGE, {"age": wrong}, PARAMETER)


@pytest.mark.parametrize("wrong", ["half", 3])
def test_a_grade_that_the_rule_does_not_know_is_refused(wrong: FactValue) -> None:
    rule = AmountRule(kind="graded", fact="care_level", grades={"full": Fen(1)})
    with pytest.raises(InvalidValue, match=r"facts\.care_level"):
        calculate(rule, {"care_level": wrong}, PARAMETER)


def test_a_parameter_that_the_rule_lacks_is_a_fault_of_the_data() -> None:
    with pytest.raises(RuleFault):
        calculate(AmountRule(kind="flat", parameter="nothing"), {}, PARAMETER)


@given(WHOLE, WHOLE, WHOLE)
def test_a_top_up_is_the_formula_of_the_regulation(standard: int, persons: int, income: int) -> None:
    parameter = parameter_of(bare_rule(standard=Fen(standard)), urban=None)
    found = calculate(AmountRule(), {"persons": persons, "monthly_income": income}, parameter)
    assert found.amount == max(0, standard * persons - income) == monthly_top_up(Fen(standard), persons, Fen(income))


BANDS = st.lists(st.builds(Band, start=WHOLE, amount=WHOLE.map(Fen)), max_size=4).map(tuple)
RULES = st.builds(
    AmountRule,
    kind=st.sampled_from(["top_up", "banded", "flat", "flat_by_age", "graded", "one_off", "none"]),
    parameter=st.sampled_from(["standard", "care"]),
    permille=st.integers(0, 5_000),
    fact=st.just("fact"),
    bands=BANDS,
    grades=st.fixed_dictionaries({"full": st.integers(-(10**6), 10**9).map(Fen)}),
    supplements=st.just((Supplement(fact="elderly", permille=150),)),
)


@given(
    RULES,
    st.integers(-(10**12), 10**12),
    st.integers(-(10**12), 10**12),
    st.sampled_from([None, "top_up", "higher"]),
)
def test_no_amount_is_ever_below_zero(rule: AmountRule, number: int, held: int, effect: Effect | None) -> None:
    values: dict[str, FactValue] = {"persons": 2, "monthly_income": number, "elderly": 1}
    values["fact"] = "full" if rule.kind == "graded" else number
    found = calculate(rule, values, PARAMETER, Fen(held), effect)
    assert found.amount >= 0
    assert found.less >= 0
    assert found.amount + found.less == calculate(rule, values, PARAMETER).amount
