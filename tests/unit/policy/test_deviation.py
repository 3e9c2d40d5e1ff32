"""When a county is so much slower than another that it is flagged: more than one and a half times."""

import pytest

from projections.views.parity.queries import parity


def decided(county: str, days: int, rule: str = "rule") -> dict[str, object]:
    place = {"matter": "dibao", "rule": rule, "county": county, "settlement": "rural"}
    return {**place, "result": "grant", "days": days, "cases": 1}


@pytest.mark.parametrize(("fast", "slow", "flagged"), [(12, 27, 1), (12, 18, 0), (12, 19, 1), (0, 1, 1), (0, 0, 0)])
def test_more_than_one_and_a_half_times_is_flagged(fast: int, slow: int, flagged: int) -> None:
    assert len(parity([decided("320903", fast), decided("320904", slow)], []).deviations) == flagged


def test_counties_are_compared_under_the_same_rule_version_only() -> None:
    assert parity([decided("320903", 5, "old"), decided("320904", 50, "new")], []).deviations == ()


def test_the_largest_difference_comes_first() -> None:
    found = parity([decided("320903", 5), decided("320904", 50), decided("320921", 20)], []).deviations
    assert [(each.county, each.than) for each in found] == [
        ("320904", "320903"),
        ("320904", "320921"),
        ("320921", "320903"),
    ]
