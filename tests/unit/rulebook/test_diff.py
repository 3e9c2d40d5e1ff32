"""Two versions side by side."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band
from domain.rulebook.diff import differences
from domain.rulebook.parts import Limit, Paper
from tests.support.rules import CRITERION, LIMIT, RULE, rule

Line = tuple[str, str, str]


def lines(**changes: Any) -> list[Line]:  # noqa: ANN401  (any field)
    return [(one.path, one.before, one.after) for one in differences(RULE, rule(id="probe-2", **changes))]


def test_versions_that_differ_in_their_id_alone_have_no_difference() -> None:
    assert lines() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"standard": Fen(80_050)}, ("standard", "780.00 元 yuan", "800.50 元 yuan")),
        ({"valid_to": date(2026, 7, 1)}, ("valid_to", "", "2026-07-01")),
        ({"verified": False}, ("verified", "是 yes", "否 no")),
        ({"basis": ("某办法", "另一办法")}, ("basis", "某办法", "某办法；另一办法")),
        (
            {"limits": {**RULE.limits, "decide": Limit(7, "cd", LIMIT.basis)}},
            ("limits.decide", "5 工作日 working days", "7 自然日 calendar days"),
        ),
        ({"parameters": {"limit": 4}}, ("parameters.limit", "3", "4")),
        (
            {"criteria": (replace(CRITERION, permille=1500),)},
            ("criteria.income.permille", "1000", "1500"),
        ),
        (
            {"steps": {**RULE.steps, "open_case": replace(RULE.steps["open_case"], by=("town_lead",))}},
            ("steps.open_case.by", "town_handler", "town_lead"),
        ),
    ],
)
def test_a_change_is_one_line(changes: dict[str, Any], expected: Line) -> None:
    assert lines(**changes) == [expected]


def test_what_is_new_or_gone_is_empty_on_the_other_side() -> None:
    paper = Paper("form", "申请表", "Form")
    assert ("papers.form.zh", "", "申请表") in lines(papers=(paper,))
    gone = {name: step for name, step in RULE.steps.items() if name != "confirm_case"}
    assert ("steps.confirm_case.by", "county_decider", "") in lines(steps=gone)


def test_items_of_a_list_are_told_apart_by_what_they_are_about() -> None:
    old = AmountRule("flat_by_age", fact="age", bands=(Band(80, Fen(5_000)), Band(100, Fen(30_000))))
    new = replace(old, bands=(Band(90, Fen(10_000)), *old.bands))
    found = differences(rule(amount=old), rule(amount=new))
    assert [(one.path, one.after) for one in found] == [
        ("amount.bands.90.start", "90"),
        ("amount.bands.90.amount", "100.00 元 yuan"),
    ]


def test_a_difference_is_told_in_both_languages_in_the_order_of_the_rule() -> None:
    found = differences(RULE, rule(review_months=6, standard=Fen(1)))
    assert [(one.zh, one.en) for one in found] == [("标准", "standard"), ("核查周期（月）", "review (months)")]


def test_a_key_that_another_part_names_is_told_in_its_words() -> None:
    changed = rule(steps={**RULE.steps, "open_case": replace(RULE.steps["open_case"], basis="第一条")})
    (found,) = differences(RULE, changed, {"open_case": ("登记", "Open")})
    assert (found.zh, found.en) == ("步骤 · 登记 · 依据", "steps · Open · basis")
