"""Amounts, times and masks as people read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.figures import day, fen_of, local_time, masked_id, masked_phone, moment, span, yuan


@given(st.integers(0, 10**15))
def test_an_amount_that_is_shown_can_be_typed_again(fen: int) -> None:
    assert fen_of(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (5, "0.05"), (106_000, "1,060.00"), (123_456_789, "1,234,567.89"), (-150, "-1.50")]
)
def test_amounts_have_two_decimals(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


@pytest.mark.parametrize("text", ["", "abc", "1.005", "NaN", "Infinity", "1e400", "1.2.3"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        fen_of(text)


def test_times_are_shown_in_shanghai() -> None:
    late = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
    assert (moment(late), day(late), day(date(2026, 3, 1))) == ("2026-03-02 02:30", "2026-03-02", "2026-03-01")
    assert local_time("2026-03-02T02:30") == late


def test_personal_numbers_are_covered() -> None:
    assert masked_id("320971196001011234") == "320971********1234"
    assert masked_phone("13800001234") == "138******34"
    assert masked_phone("12345") == "*****"
    assert masked_phone("") == ""


@pytest.mark.parametrize(
    ("seconds", "parts"),
    [
        (0, (("s", 0),)),
        (59, (("s", 59),)),
        (3600, (("h", 1),)),
        (3661, (("h", 1), ("min", 1))),
        (86_400 + 59 * 60, (("d", 1),)),
        (97_260, (("d", 1), ("h", 3))),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: int, parts: tuple[tuple[str, int], ...]) -> None:
    assert span(seconds) == parts
