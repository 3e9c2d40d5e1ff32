"""Administrative divisions 行政区划 with validity and successors.

Twelve digits (GB/T 2260 and the statistical code rules): city 4, county 2, town 3, village 3.
Codes change by merger: a case keeps the code it was opened under, and the tree knows what came after.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal

from domain.errors import InvalidValue
from domain.kernel import Value

Level = Literal["city", "county", "town", "village"]
DivisionKind = Literal[
    "city",
    "district",
    "county",
    "county_city",
    "functional_area",
    "subdistrict",
    "town",
    "township",
    "enterprise",
    "residents_committee",
    "villagers_committee",
    "like_residents_committee",
    "like_villagers_committee",
]
"""``functional_area``: a statistics-only code, not in GB/T 2260.
``enterprise`` 政企合一: a farm or a zone run like a town.
"""

Settlement = Literal["urban", "rural"]
"""Of a residents' committee 居委会, of a villagers' committee 村委会: for statistics, never a ground of eligibility."""

CODE_LENGTH = 12
_LAST_URBAN, _LAST_RURAL = 199, 399
"""Bands of the village's three digits: 001–199 居委会, 200–399 村委会 (国家统计局统计用区划代码编制规则)."""
_LEVEL_BY_LENGTH: dict[int, Level] = {4: "city", 6: "county", 9: "town", 12: "village"}


class UnknownDivision(InvalidValue):
    """No division has this code, or none on that day."""

    code = "UNKNOWN_DIVISION"
    zh = "没有此行政区划代码"
    en = "There is no such division code"


class Division(Value):
    """One division, in force from ``valid_from`` up to and without ``valid_to``; an open end is None.

    ``urban_rural`` is the 3-digit 城乡分类: for statistics, never a ground of eligibility.
    """

    code: str
    name: str
    level: Level
    kind: DivisionKind
    parent: str
    name_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    urban_rural: str = ""

    def in_force(self, day: date) -> bool:
        """Tell whether the division exists on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


class DivisionTree:
    """All known divisions, past and present, by code."""

    def __init__(self, rows: Iterable[Division]) -> None:
        """Index the rows. Raises ValueError on a repeated code, an unknown parent or an unknown successor."""
        self._by_code: dict[str, Division] = {}
        self._children: dict[str, list[Division]] = {}
        for row in rows:
            self._insert(row)
        for row in self._by_code.values():
            _require_known(row, self._by_code)

    def _insert(self, row: Division) -> None:
        if row.code in self._by_code:
            raise ValueError(f"division {row.code} is listed twice")
        self._by_code[row.code] = row
        self._children.setdefault(row.parent, []).append(row)

    def __len__(self) -> int:
        """Return the number of divisions, historical ones included."""
        return len(self._by_code)

    def division(self, code: str) -> Division:
        """Return the division of that code, in force or not. Raises UnknownDivision."""
        found = self._by_code.get(full_code(code))
        if found is None:
            raise UnknownDivision(code)
        return found

    def lookup(self, code: str, day: date) -> Division | None:
        """Return the division that bears the code on that day, if any."""
        found = self._by_code.get(full_code(code))
        return found if found is not None and found.in_force(day) else None

    def current(self, code: str, day: date) -> Division:
        """Return the division, or the successor that stands in its place on that day. Raises UnknownDivision."""
        found = self.division(code)
        while not found.in_force(day):
            if not found.successor:
                raise UnknownDivision(code)
            found = self.division(found.successor)
        return found

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """Return what lies above, nearest first. Raises UnknownDivision."""
        above: list[Division] = []
        parent = self.division(code).parent
        while parent:
            above.append(self._by_code[parent])
            parent = above[-1].parent
        return tuple(above)

    def children(self, code: str, day: date) -> tuple[Division, ...]:
        """Return what lies directly below and is in force on that day, in order of code."""
        below = self._children.get(full_code(code), [])
        return tuple(sorted((row for row in below if row.in_force(day)), key=_code))

    def of_level(self, level: Level, day: date) -> tuple[Division, ...]:
        """Return all divisions of a level in force on that day, in order of code."""
        rows = (row for row in self._by_code.values() if row.level == level and row.in_force(day))
        return tuple(sorted(rows, key=_code))

    def lacks_county(self, county: str) -> bool:
        """Tell whether six digits lie in a city of this tree and name no county of it, past or present.

        Meant for the front of an ID number (division of first issue), and only as a warning: other cities cannot
        be judged, and the list of historical codes is not complete.
        """
        return full_code(county[:4]) in self._by_code and full_code(county) not in self._by_code


def full_code(code: str) -> str:
    """Return a left-anchored code filled up to 12 digits."""
    return code.ljust(CODE_LENGTH, "0")


@lru_cache(maxsize=16_384)
def division_prefix(code: str) -> str:
    """Return the digits that the division and everything in it begin with: 2 (province), 4, 6, 9 or 12.

    No digits at all are everywhere.
    Cutting off all trailing zeros would be wrong: town 320903100 would then hold town 320903110.
    """
    for length in (0, 2, 4, 6, 9):
        if not full_code(code)[length:].strip("0"):
            return full_code(code)[:length]
    return full_code(code)


def level_of(code: str) -> Level:
    """Return the level that the shape of a code shows."""
    return _LEVEL_BY_LENGTH[len(division_prefix(code))]


def parent_of(code: str) -> str:
    """Return the 12-digit code of the division above; empty for a city, whose province is not kept."""
    lengths = {"city": 0, "county": 4, "town": 6, "village": 9}
    above = code[: lengths[level_of(code)]]
    return full_code(above) if above else ""


def settlement(code: str) -> Settlement | None:
    """Return the class that a village's own three digits show; None for a larger division, and for other bands."""
    own = full_code(code)[9:]
    number = int(own) if own.isdigit() else 0
    if not 0 < number <= _LAST_RURAL:
        return None
    return "urban" if number <= _LAST_URBAN else "rural"


def is_within(code: str, area: str) -> bool:
    """Tell whether a division is the given area or lies in it. Either may be short (left-anchored) or 12 digits."""
    return full_code(code).startswith(division_prefix(area))


def _code(row: Division) -> str:
    return row.code


def _require_known(row: Division, known: dict[str, Division]) -> None:
    for code in (row.parent, row.successor):
        if code and code not in known:
            raise ValueError(f"division {row.code} names {code}, which is not listed")
