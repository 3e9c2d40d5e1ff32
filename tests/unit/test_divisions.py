"""The tree of divisions: what a code shows, what lies above and below, what came after."""

from datetime import date

import pytest

from domain.divisions import (
    Division,
    DivisionKind,
    DivisionTree,
    UnknownDivision,
    division_prefix,
    is_within,
    level_of,
    parent_of,
    settlement,
)

MERGER = date(2015, 7, 15)
BEFORE = date(2015, 7, 14)
NOW = date(2026, 9, 1)


def division(code: str, kind: DivisionKind, **rest: object) -> Division:
    shape = Division(code=code, name=code, level=level_of(code), kind=kind, parent=parent_of(code))
    return Division(**({name: getattr(shape, name) for name in shape.__struct_fields__} | rest))


ROWS = [
    division("320900000000", "city"),
    division("320903000000", "district"),
    division("320904000000", "district", valid_from=MERGER),
    division("320982000000", "county_city", valid_to=MERGER, successor="320904000000"),
    division("320971000000", "functional_area"),
    division("320903110000", "town"),
    division("320903100000", "town"),
    division("320903100201", "villagers_committee"),
]
TREE = DivisionTree(ROWS)


@pytest.mark.parametrize(
    ("code", "prefix", "level", "parent"),
    [
        ("320900000000", "3209", "city", ""),
        ("320903000000", "320903", "county", "320900000000"),
        ("320903100000", "320903100", "town", "320903000000"),
        ("320903100", "320903100", "town", "320903000000"),
        ("320903100200", "320903100200", "village", "320903100000"),
    ],
)
def test_a_code_shows_its_level_and_its_parent(code: str, prefix: str, level: str, parent: str) -> None:
    assert division_prefix(code) == prefix
    assert level_of(code) == level
    assert parent_of(code) == parent


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("320903100001", "urban"),
        ("320903100199", "urban"),
        ("320903100200", "rural"),
        ("320903100399", "rural"),
        ("320903100400", None),
        ("320903100000", None),
        ("320903", None),
        ("", None),
    ],
)
def test_the_last_digits_of_a_village_tell_whether_it_is_urban_or_rural(code: str, expected: str | None) -> None:
    assert settlement(code) == expected


@pytest.mark.parametrize(
    ("code", "area", "inside"),
    [
        ("320903100201", "320903100000", True),
        ("320903100201", "320903", True),
        ("320903100201", "3209", True),
        ("320903100201", "32", True),
        ("320903100201", "", True),
        ("320903000000", "320903000000", True),
        ("320903000000", "320903100000", False),
        ("320903110000", "320903100000", False),
        ("320903110000", "320903100", False),
        ("320982000000", "320904", False),
    ],
)
def test_a_division_lies_in_itself_and_in_what_is_above_it_only(code: str, area: str, inside: bool) -> None:  # noqa: FBT001  a row of a table
    assert is_within(code, area) is inside


def test_a_code_has_a_division_only_while_it_is_in_force() -> None:
    assert TREE.lookup("320982", BEFORE) is not None
    assert TREE.lookup("320982", MERGER) is None
    assert TREE.lookup("320904", BEFORE) is None
    assert TREE.lookup("320904", MERGER) is not None
    assert TREE.lookup("320999", NOW) is None


def test_a_merged_division_leads_to_its_successor() -> None:
    assert TREE.current("320982", NOW).code == "320904000000"
    assert TREE.current("320982", BEFORE).code == "320982000000"
    assert TREE.current("320903", NOW).code == "320903000000"


def test_a_division_that_does_not_exist_yet_has_no_successor_to_offer() -> None:
    with pytest.raises(UnknownDivision):
        TREE.current("320904", BEFORE)


def test_a_historical_code_can_still_be_looked_up() -> None:
    assert TREE.division("320982000000").successor == "320904000000"
    with pytest.raises(UnknownDivision) as refused:
        TREE.division("320999")
    assert refused.value.code == "UNKNOWN_DIVISION"


def test_ancestors_come_nearest_first() -> None:
    assert [row.code for row in TREE.ancestors("320903100201")] == ["320903100000", "320903000000", "320900000000"]
    assert TREE.ancestors("320900") == ()


def test_children_come_in_order_of_code_and_only_while_in_force() -> None:
    assert [row.code for row in TREE.children("320903", NOW)] == ["320903100000", "320903110000"]
    counties = [row.code[:6] for row in TREE.children("3209", BEFORE)]
    assert counties == ["320903", "320971", "320982"]
    assert [row.code[:6] for row in TREE.of_level("county", NOW)] == ["320903", "320904", "320971"]
    assert TREE.children("320903100201", NOW) == ()


def test_an_unknown_county_of_a_known_city_is_noticed_and_other_cities_are_not_judged() -> None:
    assert TREE.lacks_county("320928")
    assert not TREE.lacks_county("320982")
    assert not TREE.lacks_county("110105")


def test_a_code_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        DivisionTree([ROWS[0], ROWS[0]])


@pytest.mark.parametrize(
    "row",
    [division("320903000000", "district"), division("321000000000", "city", successor="329900000000")],
    ids=["parent", "successor"],
)
def test_a_parent_or_a_successor_that_is_not_listed_is_refused(row: Division) -> None:
    with pytest.raises(ValueError, match="not listed"):
        DivisionTree([row])
