"""Citizen ID numbers 公民身份号码 and unified social credit codes 统一社会信用代码: form and check digits.

A fault is a word and never holds the number, so that no message can echo a personal value. A good check digit says
nothing about the division in front: that is ``DivisionTree.lacks_county``, and only a warning.
"""

import re
from datetime import date
from enum import StrEnum

from domain.personal import erased_by

DEMO_DIVISION = "320971"
"""盐城经济技术开发区: a statistics-only code, never issued in ID numbers, so its numbers are nobody's."""

_CITIZEN_ID = re.compile(r"[0-9]{17}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_LAST_SEQUENCE = 999

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECKS = "0X987654321"

_LENGTH = 18
_SHOWN, _TAIL = 6, 4


class CitizenIdFault(StrEnum):
    """What is wrong with a citizen ID number."""

    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"


class UsccFault(StrEnum):
    """What is wrong with a unified social credit code.

    Some real codes fail the check digits: warn, and keep the look-up open.
    """

    LENGTH = "length"
    CHARACTERS = "characters"
    ORGANISATION_CHECK_DIGIT = "organisation_check_digit"
    CHECK_DIGIT = "check_digit"


def citizen_id_check_digit(first17: str) -> str:
    """Return the 18th character (GB 11643, ISO 7064 MOD 11-2) of 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, first17, strict=True))
    return _ID_CHECKS[total % 11]


def check_citizen_id(text: str) -> CitizenIdFault | None:
    """Return the first fault of an 18-character citizen ID number (GB 11643), or None. ``X`` must be upper case."""
    if len(text) != _LENGTH:
        return CitizenIdFault.LENGTH
    if not _CITIZEN_ID.fullmatch(text):
        return CitizenIdFault.CHARACTERS
    if _date_of(text[6:14]) is None:
        return CitizenIdFault.BIRTH_DATE
    if citizen_id_check_digit(text[:17]) != text[17]:
        return CitizenIdFault.CHECK_DIGIT
    return None


def citizen_id_birth(number: str) -> date | None:
    """Return the birth date in a citizen ID number, None when the eight digits are no date, or the number is erased."""
    return None if erased_by(number) else _date_of(number[6:14])


def citizen_id_county(number: str) -> str:
    """Return the six digits of the county of first issue: possibly a historical code, and not the place of hukou."""
    return number[:6]


def masked_citizen_id(number: str) -> str:
    """Return a citizen ID number with the birth date and order covered: enough to tell two namesakes apart."""
    return number if erased_by(number) else covered(number, _SHOWN, _TAIL)


def covered(text: str, shown: int, tail: int) -> str:
    """Return a text with all but its first and last characters covered; a short one is covered whole."""
    if len(text) <= shown + tail:
        return "*" * len(text)
    return f"{text[:shown]}{'*' * (len(text) - shown - tail)}{text[-tail:]}"


def demo_citizen_id(birth: date, sequence: int) -> str:
    """Return the ID number of an impossible person. ``sequence`` 1..999, odd for men; else raises ValueError."""
    if not 1 <= sequence <= _LAST_SEQUENCE:
        raise ValueError(f"the sequence of an ID number is 1 to {_LAST_SEQUENCE}, not {sequence}")
    first17 = f"{DEMO_DIVISION}{birth:%Y%m%d}{sequence:03d}"
    return first17 + citizen_id_check_digit(first17)


def uscc_check_digit(first17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(weight * _USCC_ALPHABET.index(char) for weight, char in zip(_USCC_WEIGHTS, first17, strict=True))
    return _USCC_ALPHABET[-total % 31]


def organisation_check_digit(first8: str) -> str:
    """Return the ninth character of an organisation code (GB 11714 MOD 11, digits 0-9, letters A=10 to Z=35)."""
    total = sum(weight * int(char, 36) for weight, char in zip(_ORGANISATION_WEIGHTS, first8, strict=True))
    return _ORGANISATION_CHECKS[total % 11]


def check_uscc(text: str) -> UsccFault | None:
    """Return the first fault of a unified social credit code (GB 32100-2015), or None."""
    if len(text) != _LENGTH:
        return UsccFault.LENGTH
    if not _USCC.fullmatch(text):
        return UsccFault.CHARACTERS
    if organisation_check_digit(text[8:16]) != text[16]:
        return UsccFault.ORGANISATION_CHECK_DIGIT
    if uscc_check_digit(text[:17]) != text[17]:
        return UsccFault.CHECK_DIGIT
    return None


def _date_of(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None
