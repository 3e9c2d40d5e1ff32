"""The reference data that ships: sound, complete for its purpose, and the same as its source."""

from collections import Counter
from datetime import date, timedelta

import chinese_calendar
import pytest

from adapters.reference import load_bureau, load_calendar, load_divisions
from domain.divisions import is_within
from domain.kernel import PostId

DAY = date(2026, 9, 1)
COUNTIES = {"320902", "320903", "320904", "320921", "320922", "320923", "320924", "320925", "320981"}


def test_yancheng_has_nine_county_level_divisions_and_a_functional_area() -> None:
    counties = load_divisions().children("3209", DAY)
    assert {row.code[:6] for row in counties if row.kind != "functional_area"} == COUNTIES
    assert [row.code for row in counties if row.kind == "functional_area"] == ["320971000000"]


def test_dafeng_city_became_dafeng_district_in_2015() -> None:
    tree = load_divisions()
    assert tree.current("320982", DAY).name == "大丰区"
    assert tree.current("320982", date(2014, 1, 1)).name == "大丰市"


def test_every_county_has_towns_and_every_town_lies_in_its_county() -> None:
    tree = load_divisions()
    towns = tree.of_level("town", DAY)
    assert {row.code[:6] for row in towns} == COUNTIES
    assert all(is_within(row.code, row.parent) for row in towns)
    assert len(towns) == 152
    assert len(tree.of_level("village", DAY)) == 2454


def test_an_id_number_issued_under_an_unknown_division_is_noticed() -> None:
    assert load_divisions().lacks_county("320928")
    assert not load_divisions().lacks_county("320982")
    assert not load_divisions().lacks_county("320971")


@pytest.mark.parametrize("year", range(2019, 2027))
def test_the_calendar_agrees_with_its_source_on_every_day(year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
    calendar = load_calendar()
    assert not calendar.is_provisional(year)
    assert [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_five_working_days_from_18_september_2026_end_on_the_24th() -> None:
    assert load_calendar().add_working_days(date(2026, 9, 18), 5) == date(2026, 9, 24)


def test_2027_is_provisional_and_holds_the_days_fixed_by_law() -> None:
    calendar = load_calendar()
    assert calendar.is_provisional(2027)
    off_on_weekdays = [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 4, 5)]
    off_on_weekdays += [date(2027, 6, 9), date(2027, 9, 15), date(2027, 10, 1)]
    days = (date(2027, 1, 1) + timedelta(days=offset) for offset in range(365))
    assert [day for day in days if day.weekday() < 5 and not calendar.is_working_day(day)] == off_on_weekdays


def test_the_bureau_has_every_post_a_case_needs_in_every_division() -> None:
    bureau = load_bureau(DAY)
    assert Counter(post.role for post in bureau.values()) == {
        "auditor": 1,
        "operator": 1,
        "system": 1,
        "policy_officer": 1,
        "legal_reviewer": 1,
        "bureau_leader": 1,
        "registrar": 10,
        "station_officer": 9,
        "assessor": 9,
        "county_reviewer": 9,
        "county_decider": 9,
        "town_handler": 304,
        "town_lead": 152,
        "village_director": 2454,
    }
    assert bureau[PostId("320903-decider")].organ == "盐都区民政局"
    assert bureau[PostId("320903105-handler-1")].division == "320903105000"
    assert bureau[PostId("320903105001-director")].title_zh.endswith("民生主任")


def test_a_division_that_is_gone_has_no_posts() -> None:
    assert "320982-decider" not in load_bureau(DAY)
    assert "320982-decider" in load_bureau(date(2014, 1, 1))
