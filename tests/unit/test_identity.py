"""Check digits, by the vectors of GB 11643 and GB 32100 and by synthetic ones of the year 1900."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import (
    CitizenIdFault,
    UsccFault,
    check_citizen_id,
    check_uscc,
    citizen_id_birth,
    citizen_id_check_digit,
    citizen_id_county,
    demo_citizen_id,
    uscc_check_digit,
)

GOOD_IDS = [
    "11010519491231002X",
    "32090319000101001X",
    "320903190001010028",
    "320904190012310196",
    "320981190006150088",
]
GOOD_USCCS = ["91350100M000100Y43", "51320900MJ00000180", "52320903MJ00000263"]
DIGITS = "0123456789"


@pytest.mark.parametrize("number", GOOD_IDS)
def test_a_number_with_its_check_digit_has_no_fault(number: str) -> None:
    assert citizen_id_check_digit(number[:17]) == number[17]
    assert check_citizen_id(number) is None


def test_a_good_check_digit_says_nothing_about_the_division() -> None:
    assert check_citizen_id("320928190001010017") is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", CitizenIdFault.LENGTH),
        ("110105194912310", CitizenIdFault.LENGTH),
        ("11010519491231002X ", CitizenIdFault.LENGTH),
        ("11010519491231002x", CitizenIdFault.CHARACTERS),
        ("1101051949123100XX", CitizenIdFault.CHARACTERS),
        ("\uff11\uff110105194912310021", CitizenIdFault.CHARACTERS),
        ("11010519491331002X", CitizenIdFault.BIRTH_DATE),
        ("11010519490229002X", CitizenIdFault.BIRTH_DATE),
        ("110105194912310021", CitizenIdFault.CHECK_DIGIT),
        ("32090319000101002X", CitizenIdFault.CHECK_DIGIT),
    ],
)
def test_the_first_fault_of_a_number_is_named(number: str, fault: CitizenIdFault) -> None:
    assert check_citizen_id(number) is fault


def test_a_fault_never_holds_the_number() -> None:
    assert all(not any(char.isdigit() for char in fault) for fault in CitizenIdFault)


@given(st.sampled_from(GOOD_IDS), st.integers(0, 16), st.sampled_from(DIGITS))
def test_one_wrong_digit_is_always_found(number: str, place: int, digit: str) -> None:
    changed = number[:place] + digit + number[place + 1 :]
    assert (check_citizen_id(changed) is None) == (changed == number)


@given(st.sampled_from(GOOD_IDS), st.integers(0, 15))
def test_two_swapped_digits_are_always_found(number: str, place: int) -> None:
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (check_citizen_id(changed) is None) == (changed == number)


def test_birth_and_county_of_first_issue_are_read_from_the_number() -> None:
    assert citizen_id_birth("32098119000615008X") == date(1900, 6, 15)
    assert citizen_id_county("320981190006150088") == "320981"
    assert citizen_id_birth("320981190013150088") is None


@given(st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.integers(1, 999))
def test_a_demo_person_has_a_sound_number_under_a_code_never_issued(birth: date, sequence: int) -> None:
    number = demo_citizen_id(birth, sequence)
    assert check_citizen_id(number) is None
    assert citizen_id_county(number) == "320971"
    assert citizen_id_birth(number) == birth
    assert int(number[14:17]) == sequence


@pytest.mark.parametrize("sequence", [0, 1000, -1])
def test_a_sequence_of_more_than_three_digits_is_refused(sequence: int) -> None:
    with pytest.raises(ValueError, match="1 to 999"):
        demo_citizen_id(date(1980, 1, 1), sequence)


@pytest.mark.parametrize("code", GOOD_USCCS)
def test_a_credit_code_with_its_check_digits_has_no_fault(code: str) -> None:
    assert uscc_check_digit(code[:17]) == code[17]
    assert check_uscc(code) is None


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y4", UsccFault.LENGTH),
        ("91350100M000100Y4Z", UsccFault.CHARACTERS),
        ("91350100M000100YI3", UsccFault.CHARACTERS),
        ("9135010AM000100Y43", UsccFault.CHARACTERS),
        ("91350100M000100Y53", UsccFault.ORGANISATION_CHECK_DIGIT),
        ("91350100M000100Y44", UsccFault.CHECK_DIGIT),
        ("52320904MJ00000263", UsccFault.CHECK_DIGIT),
    ],
)
def test_the_first_fault_of_a_credit_code_is_named(code: str, fault: UsccFault) -> None:
    assert check_uscc(code) is fault
