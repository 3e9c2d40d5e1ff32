"""Amounts, dates and times as people read them. Times are shown in Asia/Shanghai."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

from domain.calendar import CIVIL_ZONE, last_day
from domain.identity import covered, masked_citizen_id
from domain.kernel import Fen
from domain.personal import erased_by

_FEN = 100
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_PHONE_SHOWN, _PHONE_TAIL = 3, 2


def yuan(fen: int) -> str:
    """Return an amount in fen as yuan with two decimals: 106000 -> ``1,060.00``."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), _FEN)
    return f"{sign}{whole:,}.{rest:02}"


def fen_of(text: str) -> Fen:
    """Return yuan as typed (``1,060.5``) in fen. Raises ValueError for no amount, and for parts of a fen."""
    plain = text.replace("，", "").replace(",", "").strip()
    if not _AMOUNT.fullmatch(plain):
        raise ValueError("amount")
    return Fen(int(Decimal(plain) * _FEN))


def moment(at: datetime) -> str:
    """Return date and minute in Asia/Shanghai."""
    return f"{at.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M}"


def second(at: datetime) -> str:
    """Return date and second in Asia/Shanghai."""
    return f"{at.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M:%S}"


def day(at: date | datetime) -> str:
    """Return the civil date."""
    return f"{at.astimezone(CIVIL_ZONE) if isinstance(at, datetime) else at:%Y-%m-%d}"


def last_moment(end: datetime) -> str:
    """Return until when something runs that is over at that moment: its last day, unless it ends within a day."""
    if end.astimezone(CIVIL_ZONE).time() == time():
        return day(last_day(end))
    return moment(end)


def local_time(text: str) -> datetime:
    """Return what a datetime-local field says, as UTC. Raises ValueError."""
    typed = datetime.fromisoformat(text)
    return (typed if typed.tzinfo else typed.replace(tzinfo=CIVIL_ZONE)).astimezone(UTC)


def span(seconds: int) -> tuple[tuple[str, int], ...]:
    """Return a length of time in its two largest units, whole: 97,260 -> ``(("d", 1), ("h", 3))``."""
    left, found = seconds, []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        found.append((unit, count))
    first = next((index for index, (_, count) in enumerate(found) if count), len(found) - 1)
    return tuple(part for part in found[first : first + 2] if part[1]) or (found[-1],)


def masked_id(number: str) -> str:
    """Return a citizen ID number with the birth date and order covered."""
    return masked_citizen_id(number)


def masked_phone(number: str) -> str:
    """Return a phone number with the middle covered."""
    return number if erased_by(number) else covered(number, _PHONE_SHOWN, _PHONE_TAIL)


def covered_value(field: str, value: str) -> str:
    """Return the value of a field as pages show it: ID and phone numbers covered."""
    last = field.rpartition(".")[2]
    return {"id_number": masked_id, "phone": masked_phone}.get(last, str)(value)
