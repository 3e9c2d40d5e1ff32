"""Conditions of coverage: ages as birth dates, dates and regions, and every fault of their file with its line."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.main import main
from adapters.rulebook.coverage import SHIPPED, check_coverage, is_coverage, shipped_coverage
from domain.cases.assess import age_on
from domain.rulebook.coverage import CoverageRule, born_by, fact_of_matter, in_force
from domain.rulebook.criteria import Criterion

HEAD = """\
coverage:
  - id: r-1
    matter: zunlaojin
    region: "3209"
    valid_from: 2014-01-01
    basis: [某办法]
    verified: false
    when:
"""
AGE = "      - {id: age, fact: age, op: '>=', value: 80, zh: 年满80周岁, en: Eighty, citation: 某办法}\n"


def condition(fact: str, op: str, value: str, rest: str = "") -> str:
    return f"      - {{id: c, fact: {fact}, op: '{op}', value: {value}, zh: 条, en: c, citation: 某办法{rest}}}\n"


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "coverage.yaml"
    path.write_text(text, encoding="utf-8")
    assert is_coverage(path)
    return [str(fault).partition(" / ")[0] for fault in check_coverage(path)[1]]


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_whoever_was_born_by_that_date_is_that_old(day: date, birth: date) -> None:
    for age in (0, 18, 80, 100):
        if birth <= day:
            assert (birth <= born_by(age, day)) == (age_on(birth, day) >= age)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 27), date(1946, 2, 27)),
        (date(2026, 2, 28), date(1946, 2, 28)),
        (date(2028, 2, 28), date(1948, 2, 28)),
        (date(2028, 2, 29), date(1948, 2, 29)),
        (date(2034, 2, 28), date(1954, 2, 28)),
    ],
)
def test_eighty_on_the_last_days_of_february(day: date, last: date) -> None:
    assert born_by(80, day) == last


def test_born_on_a_29th_somebody_is_older_on_the_28th_where_there_is_no_29th() -> None:
    assert born_by(77, date(2025, 2, 28)) == date(1948, 2, 29)


def test_a_fact_of_a_matter_is_told_from_the_others() -> None:
    assert [fact_of_matter(fact) for fact in ("age", "holds.dibao", "canji-huli.grade")] == [
        ("", "age"),
        ("", "holds.dibao"),
        ("canji-huli", "grade"),
    ]


def test_a_rule_holds_between_its_dates() -> None:
    (rule,) = in_force(shipped_coverage().rules, date(2026, 3, 2), "zunlaojin")
    ended = replace(rule, valid_to=date(2026, 3, 2))
    assert in_force([ended], date(2026, 3, 1)) == (ended,)
    assert in_force([ended], date(2026, 3, 2)) == ()
    assert in_force([ended], date(2013, 12, 31)) == ()


def test_what_ships_is_whole_and_says_what_is_not_verified() -> None:
    book, found = check_coverage(SHIPPED)
    assert found == []
    assert {rule.matter for rule in book.rules} >= {"zunlaojin", "canji-shenghuo", "canji-huli"}
    assert all(line.citation and line.zh and line.en for rule in book.rules for line in conditions(rule))
    assert [
        rule.id for rule in book.rules if rule.verified and not all(each.verified for each in conditions(rule))
    ] == []


def conditions(rule: CoverageRule) -> tuple[Criterion, ...]:
    return (*rule.when, *rule.unless)


def test_a_whole_file_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + AGE) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (HEAD + condition("weight", ">=", "80"), "9: coverage[0].when[0].fact: FACT_UNDECLARED: 情况未声明"),
        (HEAD + condition("holds.lunch", "==", "true"), "9: coverage[0].when[0].fact: FACT_UNDECLARED: 情况未声明"),
        (
            HEAD + condition("canji-huli.lunch", "==", "true"),
            "9: coverage[0].when[0].fact: FACT_UNDECLARED: 情况未声明",
        ),
        (HEAD + condition("age", ">=", "true"), "9: coverage[0].when[0]: COMPARISON_UNFIT: 比较方式与情况的类型不符"),
        (HEAD + condition("age", ">=", "151"), "9: coverage[0].when[0]: COMPARISON_UNFIT: 比较方式与情况的类型不符"),
        (
            HEAD + condition("holds.dibao", ">=", "1"),
            "9: coverage[0].when[0]: COMPARISON_UNFIT: 比较方式与情况的类型不符",
        ),
        (
            HEAD + condition("canji-shenghuo.band", "in", "[rich]"),
            "9: coverage[0].when[0]: COMPARISON_UNFIT: 比较方式与情况的类型不符",
        ),
        (
            HEAD + condition("age", ">=", "null", ", parameter: standard"),
            "9: coverage[0].when[0].parameter: UNKNOWN_PARAMETER: 没有这个参数",
        ),
        (HEAD.rstrip() + " []\n", "8: coverage[0].when: CONDITION_MISSING: 没有条件"),
        (HEAD + AGE + AGE, "9: coverage[0].when[0].id: ID_REPEATED: 编号重复"),
        (HEAD.replace("zunlaojin", "lunch") + AGE, "3: coverage[0].matter: UNKNOWN_MATTER: 没有这个事项"),
        (HEAD.replace('"3209"', '"32091"') + AGE, "4: coverage[0].region: BAD_REGION: 不是行政区划代码"),
        (
            HEAD.replace("basis", "valid_to: 2013-01-01\n    basis") + AGE,
            "6: coverage[0].valid_to: DATES_REVERSED: 失效日不晚于生效日",
        ),
        (
            HEAD + AGE + "    unless:\n" + condition("holds.dibao", "==", "true", ", group: g"),
            "11: coverage[0].unless[0].group: GROUP_UNUSED: 此处不分组",
        ),
        ("elsewhere: [lunch]\n" + HEAD + AGE, "1: elsewhere[0]: UNKNOWN_MATTER: 没有这个事项"),
        (HEAD.replace("verified: false", "checked: false") + AGE, "2: coverage[0].verified: missing"),
        (HEAD + AGE + HEAD.replace("coverage:\n", "") + AGE, "10: coverage[1].id: given twice: r-1"),
        (
            HEAD + AGE + HEAD.replace("coverage:\n", "").replace("r-1", "r-2") + AGE,
            "13: coverage[1].valid_from: DATES_OVERLAP: 同一事项同一地区的两个版本日期重叠",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_line(tmp_path: Path, changed: str, told: str) -> None:
    assert faults(tmp_path, changed)[0] == f"coverage.yaml:{told}"


def test_the_command_checks_the_file_like_the_others_and_with_them(tmp_path: Path) -> None:
    faulty = tmp_path / "coverage.yaml"
    faulty.write_text(HEAD + condition("weight", ">=", "80"), encoding="utf-8")
    checked = CliRunner().invoke(main, ["rulebook", "check", str(faulty)])
    assert checked.exit_code == 1
    assert checked.output.startswith("coverage.yaml:9: coverage[0].when[0].fact: FACT_UNDECLARED")
    assert CliRunner().invoke(main, ["rulebook", "check", str(SHIPPED)]).exit_code == 0
    assert CliRunner().invoke(main, ["rulebook", "check"]).exit_code == 0


def test_a_file_of_a_matter_is_not_taken_for_one_of_coverage(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("matter: [", encoding="utf-8")
    assert not is_coverage(tmp_path / "broken.yaml")
    assert not is_coverage(SHIPPED.parent / "rulebook" / "dibao.yaml")
    assert not is_coverage(tmp_path)
