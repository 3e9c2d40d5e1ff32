"""Criteria say for each line why it passed or failed."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.rulebook.criteria import Comparison, Criterion, FactMissing, FactValue, Line
from domain.rulebook.evaluate import RuleFault, evaluate, evaluate_known, parameter_of, passed
from domain.rulebook.parts import Track
from tests.support.bare_rule import bare_rule

PARAMETER = parameter_of(bare_rule(parameters={"assets": 1_000_000, "odd": 1}), urban=None)
VALUE = st.one_of(st.booleans(), st.integers(-(10**15), 10**15), st.text("ab2026-", max_size=10))


def criterion(fact: str, op: Comparison, value: FactValue | tuple[str, ...] | None = None, **more: object) -> Criterion:
    texts = {"id": fact, "zh": "条件", "en": "Criterion", "citation": "第一条"}
    return Criterion(**{**texts, "fact": fact, "op": op, "value": value, **more})  # type: ignore[arg-type]  # the fields of a criterion, by name


def one(asked: Criterion, found: FactValue) -> Line:
    (line,) = evaluate((asked,), {asked.fact: found}, PARAMETER)
    return line


@pytest.mark.parametrize(
    ("op", "passing"),
    [("<", [79]), ("<=", [79, 80]), ("==", [80]), ("!=", [79, 81]), (">=", [80, 81]), (">", [81])],
)
def test_whole_numbers_are_compared_with_a_value(op: Comparison, passing: list[int]) -> None:
    assert [found for found in (79, 80, 81) if one(criterion("age", op, 80), found).passed] == passing


def test_dates_are_compared_as_days() -> None:
    asked = criterion("ended_on", "<=", "2026-03-09")
    assert one(asked, "2026-03-09").passed
    assert not one(asked, "2026-03-10").passed


def test_a_choice_is_one_of_several_or_none_of_them() -> None:
    assert one(criterion("grade", "in", ("1", "2")), "2").passed
    assert not one(criterion("grade", "in", ("1", "2")), "3").passed
    assert one(criterion("grade", "not_in", ("1", "2")), "3").passed


def test_a_flag_is_as_it_should_be() -> None:
    assert one(criterion("imprisoned", "==", value=False), found=False).passed
    assert not one(criterion("imprisoned", "==", value=False), found=True).passed


def test_a_line_keeps_what_was_found_and_what_it_was_held_against() -> None:
    asked = criterion("income_per_head", "<", parameter="standard", permille=1500)
    assert one(asked, 90_000) == Line(
        id="income_per_head",
        fact="income_per_head",
        op="<",
        against="117000",
        passed=True,
        citation="第一条",
        found="90000",
    )


def test_a_share_of_a_parameter_is_compared_to_its_last_digit() -> None:
    half = criterion("count", "<", parameter="odd", permille=500)
    assert one(half, 0).passed
    assert one(half, 0).against == "0.5"
    assert not one(half, 1).passed


def test_a_list_is_told_with_commas_and_a_flag_as_a_word() -> None:
    assert one(criterion("grade", "in", ("1", "2")), "2").against == "1, 2"
    assert one(criterion("imprisoned", "==", value=False), found=True).found == "true"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (criterion("age", ">=", 80), "80"),
        (criterion("age", ">=", 80), True),
        (criterion("ended_on", "<", "2026-03-09"), 20_260_309),
        (criterion("imprisoned", "==", value=False), 0),
        (criterion("grade", "in", ("1", "2")), 1),
    ],
)
def test_a_fact_of_another_kind_is_refused_by_its_name(asked: Criterion, found: FactValue) -> None:
    with pytest.raises(InvalidValue) as caught:
        one(asked, found)
    assert caught.value.detail == f"facts.{asked.fact}"


def test_facts_that_are_needed_and_absent_are_named_once_each() -> None:
    asked = (criterion("age", ">=", 80), criterion("age", "<", 90), criterion("hukou", "==", "local"))
    with pytest.raises(FactMissing) as caught:
        evaluate(asked, {}, PARAMETER)
    assert caught.value.detail == "age, hukou"


def test_one_of_a_group_is_enough() -> None:
    either = (criterion("age", ">=", 60, group="able"), criterion("grade", "in", ("1", "2"), group="able"))
    assert passed(evaluate(either, {"age": 30, "grade": "1"}, PARAMETER))
    assert not passed(evaluate(either, {"age": 30, "grade": "3"}, PARAMETER))


def test_a_missing_fact_is_not_needed_once_its_group_has_passed() -> None:
    either = (criterion("age", ">=", 60, group="able"), criterion("grade", "in", ("1", "2"), group="able"))
    lines = evaluate(either, {"age": 61}, PARAMETER)
    assert passed(lines)
    assert [(line.passed, line.found) for line in lines] == [(True, "61"), (False, "")]
    with pytest.raises(FactMissing, match="grade"):
        evaluate(either, {"age": 59}, PARAMETER)


def test_every_group_and_every_line_without_one_must_pass() -> None:
    asked = (
        criterion("age", ">=", 60, group="able"),
        criterion("income", "<", 100, group="poor"),
        criterion("local", "==", value=True),
        criterion("alone", "==", value=True),
    )
    good: dict[str, FactValue] = {"age": 60, "income": 99, "local": True, "alone": True}
    assert passed(evaluate(asked, good, PARAMETER))
    for name, bad in (("age", 59), ("income", 100), ("local", False), ("alone", False)):
        assert not passed(evaluate(asked, {**good, name: bad}, PARAMETER)), name


def test_no_criteria_at_all_are_met() -> None:
    assert passed(evaluate((), {}, PARAMETER))


def test_for_a_refusal_a_fact_that_was_never_established_fails_its_line() -> None:
    lines = evaluate_known((criterion("age", ">=", 80), criterion("local", "==", value=True)), {"age": 81}, PARAMETER)
    assert [(line.passed, line.found) for line in lines] == [(True, "81"), (False, "")]


def test_the_standard_is_a_parameter_like_any_other() -> None:
    assert PARAMETER("standard") == 78_000
    assert parameter_of(bare_rule(parameters={"standard": 1}), urban=None)("standard") == 1


def test_a_parameter_of_two_tracks_follows_the_class_of_the_division() -> None:
    rule = bare_rule(parameters={"care": 11}, tracks=(Track(parameter="care", urban=13, rural=9),))
    assert [parameter_of(rule, urban=urban)("care") for urban in (True, False, None)] == [13, 9, 11]


def test_a_parameter_of_two_tracks_has_no_value_where_the_class_is_not_known() -> None:
    rule = bare_rule(tracks=(Track(parameter="care", urban=13, rural=9),))
    with pytest.raises(RuleFault, match="care"):
        parameter_of(rule, urban=None)("care")


def test_a_parameter_that_the_rule_does_not_have_is_a_loud_fault_of_the_data() -> None:
    with pytest.raises(RuleFault, match=r"bare .*'limit'"):
        one(criterion("age", "<", parameter="limit"), 1)


@pytest.mark.parametrize(
    "asked", [criterion("grade", "in", "1"), criterion("grade", "==", ("1",)), criterion("local", ">", value=False)]
)
def test_an_operator_that_cannot_take_its_value_is_a_loud_fault_of_the_data(asked: Criterion) -> None:
    with pytest.raises(RuleFault, match=asked.id):
        one(asked, "1")


@given(st.sampled_from(get_args(Comparison)), VALUE | st.lists(st.text(max_size=3)).map(tuple), VALUE)
def test_whatever_is_compared_there_is_a_line_or_a_refusal_or_a_fault_of_the_data(
    op: Comparison, value: FactValue | tuple[str, ...], found: FactValue
) -> None:
    asked = criterion("fact", op, value)
    try:
        line = one(asked, found)
    except (InvalidValue, RuleFault):
        return
    assert isinstance(value, tuple) or type(value) is type(found)
    assert line.passed == _by_python(found, op, value)


def _by_python(found: FactValue, op: Comparison, value: FactValue | tuple[str, ...]) -> bool:
    text = {"in": "found in value", "not_in": "found not in value"}.get(op, f"found {op} value")
    return bool(eval(text, {"found": found, "value": value}))  # noqa: S307  (the operator is one of eight)
