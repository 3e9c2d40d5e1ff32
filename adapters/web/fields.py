"""Choices for forms: options of a select, from divisions, posts and coded values."""

from collections.abc import Iterable

from adapters.reference import load_divisions
from adapters.web.desk import Desk
from domain.divisions import UnknownDivision, division_prefix, is_within
from domain.kernel import Value

_COUNTY, _TOWN = 6, 9
FIRST = "dibao"


class Option(Value):
    """A value and what people read."""

    value: str
    label: str


def options(desk: Desk, group: str, values: Iterable[str]) -> tuple[Option, ...]:
    """Return coded values with their words."""
    return tuple(Option(value, desk.t.word(group, value)) for value in values)


def matters(desk: Desk) -> tuple[Option, ...]:
    """Return the matters that have rules, the living guarantee first: most of the work is there."""
    found = sorted(desk.bureau.rulebook.places, key=lambda matter: (matter != FIRST, matter))
    return tuple(Option(matter, desk.names.matter(matter)) for matter in found)


def counties(desk: Desk) -> tuple[Option, ...]:
    """Return the counties in force today."""
    rows = load_divisions().of_level("county", desk.today)
    return tuple(Option(row.code[:_COUNTY], desk.names.place(row.code)) for row in rows)


def towns(desk: Desk, county: str) -> tuple[Option, ...]:
    """Return the towns of a county."""
    rows = load_divisions().children(county, desk.today) if county else ()
    return tuple(Option(row.code[:_TOWN], desk.names.place(row.code)) for row in rows)


def villages(desk: Desk, area: str) -> tuple[Option, ...]:
    """Return the villages and communities in an area: the area itself when it is one."""
    rows = load_divisions().of_level("village", desk.today)
    return tuple(Option(row.code, desk.names.address(row.code)) for row in rows if is_within(row.code, area))


def county_of(code: str) -> str:
    """Return the county part of a division code, or nothing."""
    return code[:_COUNTY] if len(division_prefix(code)) >= _COUNTY and _known(code[:_COUNTY]) else ""


def handlers(desk: Desk, area: str) -> tuple[Option, ...]:
    """Return the posts that may have cases of an area: its own, and those of the county above it."""
    if not area:
        return ()
    seats = {area.ljust(12, "0"), area[:_COUNTY].ljust(12, "0")}
    posts = (post.id for post in desk.bureau.posts.values() if post.division in seats)
    return tuple(Option(post, desk.names.post(post)) for post in posts)


def _known(code: str) -> bool:
    try:
        load_divisions().division(code)
    except UnknownDivision:
        return False
    return True
