"""What was typed into a form, as the fields of a command."""

from typing import Any

import pytest

from adapters.web.forms import NO, Input, Typed, inputs_of, values_of
from domain.cases.registry import ACTIONS
from domain.errors import InvalidValue


def kinds(action: str) -> dict[str, str]:
    return {each.name: each.kind for each in inputs_of(ACTIONS[action].command)}


def test_inputs_follow_the_types_of_the_command() -> None:
    assert kinds("issue_opinion") == {
        "result": "choice",
        "persons": "number",
        "monthly_income": "yuan",
        "reason": "area",
    }
    assert kinds("record_visit")["investigators"] == "posts"
    assert kinds("assign_case") == {"to_post": "post"}
    assert kinds("report_comparison") == {"source": "text", "hits": "lines"}
    assert kinds("archive_case") == {"kept_until": "date"}
    assert kinds("accept_case") == {"deemed": "flag"}


@pytest.mark.parametrize(
    ("action", "typed", "values"),
    [
        ("accept_case", {}, {"deemed": False}),
        ("accept_case", {"deemed": ["1"]}, {"deemed": True}),
        ("confirm_case", {"amount": ["1,060.00"]}, {"amount": 106_000, "with_posts": []}),
        ("confirm_case", {"amount": [" "], "with_posts": ["a", "b"]}, {"with_posts": ["a", "b"]}),
        (
            "report_comparison",
            {"source": ["中心"], "hits": ["车辆\r\n\r\n 房产 "]},
            {"source": "中心", "hits": ["车辆", "房产"]},
        ),
        ("archive_case", {"kept_until": [""]}, {}),
        ("record_interview", {"interviewers": ["a", "b"]}, {"interviewers": ["a", "b"]}),
    ],
)
def test_typed_texts_become_values(action: str, typed: Typed, values: dict[str, Any]) -> None:
    assert values_of(inputs_of(ACTIONS[action].command), typed) == values


@pytest.mark.parametrize(("field", "text"), [("persons", "zwei"), ("monthly_income", "12.345")])
def test_a_text_that_is_no_number_names_its_field(field: str, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        values_of(inputs_of(ACTIONS["issue_opinion"].command), {field: [text]})
    assert caught.value.detail == field
    assert text not in str(caught.value)


def test_facts_and_persons_are_parts_of_their_field() -> None:
    inputs = [
        Input("facts.need", "yuan", required=False),
        Input("facts.able", "yesno", required=False),
        Input("facts.cause", "choice", required=False, choices=("fire",)),
        Input("facts.since", "date", required=False),
        Input("person.name", "text", required=True),
    ]
    typed = {"facts.need": ["1.50"], "facts.able": [NO], "facts.cause": [""], "person.name": [" 样例 "]}
    assert values_of(inputs, typed) == {"facts": {"need": 150, "able": False}, "person": {"name": "样例"}}


def test_a_fact_that_is_no_amount_is_named_with_its_field() -> None:
    with pytest.raises(InvalidValue) as caught:
        values_of([Input("facts.need", "yuan", required=False)], {"facts.need": ["viel"]})
    assert caught.value.detail == "facts.need"


def test_a_form_without_facts_sends_none() -> None:
    assert values_of([Input("facts.need", "yuan", required=False)], {}) == {"facts": {}}
