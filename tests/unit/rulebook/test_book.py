"""The rulebook answers as a scan of all versions would, and quickly."""

import time
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.divisions import is_within
from domain.kernel import Fen
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import Matter, RuleVersion

FIRST = date(2020, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
REGIONS = st.sampled_from(["", "32", "3209", "320900000000", "320903", "320904", "320903104", "320903104203"])
DIVISIONS = st.sampled_from(["320903104203", "320903104", "320904", "3209", "11", "320982000000"])


def version(id_: str, region: str = "3209", start: date = FIRST, end: date | None = None, **more: str) -> RuleVersion:
    made = RuleVersion(
        id=id_,
        matter="dibao",
        title_zh="",
        title_en="",
        region=region,
        valid_from=start,
        valid_to=end,
        basis=(),
        verified=True,
        standard=Fen(0),
        limits={},
        steps={},
    )
    return replace(made, **more)


@st.composite
def versions(draw: st.DrawFn) -> list[RuleVersion]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        start, end = draw(DAYS), draw(st.none() | DAYS)
        pilot, matter = draw(st.sampled_from(["", "", "trial"])), draw(st.sampled_from(["dibao", "tekun"]))
        made.append(version(f"v{number}", draw(REGIONS), start, end, pilot=pilot, matter=matter))
    return made


def scanned(rules: Iterable[RuleVersion], matter: str, division: str, day: date) -> RuleVersion | None:
    fits = [
        rule
        for rule in rules
        if rule.matter == matter
        and is_within(division, rule.region)
        and rule.valid_from <= day
        and (rule.valid_to is None or day < rule.valid_to)
    ]
    return max(fits, key=lambda r: (len(r.region.rstrip("0")), bool(r.pilot), r.valid_from, r.id), default=None)


@given(versions(), DIVISIONS, DAYS)
def test_the_rulebook_finds_what_a_scan_of_all_versions_finds(
    rules: list[RuleVersion], division: str, day: date
) -> None:
    book = Rulebook().with_versions(rules)
    assert book.in_force("dibao", division, day) == scanned(rules, "dibao", division, day)


@given(versions(), st.integers(0, 12))
def test_the_order_of_adding_does_not_matter(rules: list[RuleVersion], cut: int) -> None:
    at_once = Rulebook().with_versions(rules)
    assert Rulebook().with_versions(rules[cut:]).with_versions(rules[:cut]).places == at_once.places


def test_the_most_specific_region_wins_then_the_pilot() -> None:
    rules = [version("cn", ""), version("city"), version("county", "320903"), version("trial", "320903", pilot="p")]
    book = Rulebook().with_versions(rules)
    found = [book.in_force("dibao", code, FIRST) for code in ("320903104203", "320904", "110000")]
    assert [rule and rule.id for rule in found] == ["trial", "city", "cn"]


def test_a_version_is_valid_from_its_first_day_and_not_on_its_last() -> None:
    book = Rulebook().with_versions([version("one", end=date(2020, 2, 1))])
    days = (date(2019, 12, 31), FIRST, date(2020, 1, 31), date(2020, 2, 1))
    assert [book.in_force("dibao", "3209", day) is not None for day in days] == [False, True, True, False]


def test_a_version_takes_the_place_of_one_with_its_id() -> None:
    book = Rulebook().with_versions([version("one"), version("two", "32")]).with_versions([version("one", "320903")])
    assert [rule.region for rule in book.versions_of("dibao")] == ["32", "320903"]
    assert book.in_force("dibao", "320904", FIRST) == version("two", "32")


def test_an_older_rulebook_does_not_change() -> None:
    old = Rulebook().with_versions([version("one")])
    old.with_versions([version("two")]).with_matters([Matter(id="m", zh="", en="", family="relief", subject="person")])
    assert (list(old.by_id), old.matters, len(old.versions_of("dibao"))) == (["one"], {}, 1)


def test_versions_of_a_matter_come_by_region_and_date() -> None:
    rules = [version("c", "3209", date(2021, 1, 1)), version("b", "3209"), version("a", "32"), version("x", matter="x")]
    assert [rule.id for rule in Rulebook().with_versions(rules).versions_of("dibao")] == ["a", "b", "c"]


def test_ten_thousand_versions_are_looked_up_in_less_than_five_milliseconds() -> None:
    rules = [
        version(f"{n}", f"{320900 + n % 100}", FIRST + timedelta(days=n // 100), FIRST + timedelta(days=n // 100 + 1))
        for n in range(10_000)
    ]
    book = Rulebook().with_versions(rules)
    began = time.perf_counter()
    for n in range(100):
        assert book.in_force("dibao", f"{320900 + n}104203", FIRST + timedelta(days=n)) is not None
    assert (time.perf_counter() - began) / 100 < 0.005
