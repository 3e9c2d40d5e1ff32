"""How a contract stands, day by day."""

from datetime import date

import pytest

from domain.feeds.contract import NO_FEED, Feed
from domain.feeds.standing import Standing, standing
from tests.support.samples import CONTRACT


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), "not_yet"),
        (date(2026, 1, 1), "in_force"),
        (date(2027, 10, 31), "in_force"),
        (date(2027, 11, 1), "expiring"),
        (date(2027, 12, 31), "expiring"),
        (date(2028, 1, 1), "expired"),
    ],
)
def test_it_expires_by_itself_and_is_seen_to_sixty_days_before(day: date, expected: Standing) -> None:
    assert standing(Feed((CONTRACT,)), day) == expected
    assert standing(Feed((CONTRACT,), ended="目的已实现"), day) == "ended"


def test_there_is_nothing_to_say_of_no_contract() -> None:
    assert standing(NO_FEED, date(2026, 1, 1)) is None
