"""The impact of a draft: what was decided is decided again under it, and nothing is written."""

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from application.impact import Impact, Tally, Window, impact, last_months
from domain.kernel import Fen
from domain.rulebook.criteria import Criterion, FactShape
from domain.rulebook.rules import RuleVersion
from tests.support.builders import OTHER_TOWN_VILLAGE, RULE
from tests.support.database import database
from tests.support.houses import carry_out, house_on, set_up
from tests.support.journeys import CONFIRMED, REFUSED

pytestmark = pytest.mark.postgres

MARCH = Window(since=date(2026, 3, 1), until=date(2026, 3, 31))
GRANTED = 106_000


@pytest.fixture(scope="module")
def house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two decisions in one county: a grant on 2026-03-24, a refusal (2 persons, ¥2,000 a month) on 2026-03-13."""
    with database(postgres) as url, house_on(url, tmp_path_factory.mktemp("home")) as house:
        set_up(house.log)
        carry_out(house, CONFIRMED)
        carry_out(house, REFUSED)
        yield house


def draft(standard: int = 78_000, **changed: object) -> RuleVersion:
    fields = {"id": "draft", "valid_from": date(2026, 6, 1), "standard": Fen(standard), **changed}
    return replace(RULE, **fields)


def under(house: House, version: RuleVersion, window: Window = MARCH) -> Impact:
    (found,) = impact(house.log, house.cases.bureau.refresh().rulebook, [version], window)
    return found


@pytest.mark.parametrize(
    ("standard", "expected"),
    [
        (78_000, Tally(decisions=2, same=2, before=Fen(GRANTED), after=Fen(GRANTED))),
        (80_000, Tally(decisions=2, higher=1, same=1, before=Fen(GRANTED), after=Fen(110_000))),
        (120_000, Tally(decisions=2, higher=1, newly_eligible=1, before=Fen(GRANTED), after=Fen(190_000 + 40_000))),
        (60_000, Tally(decisions=2, lower=1, same=1, before=Fen(GRANTED), after=Fen(70_000))),
        (25_000, Tally(decisions=2, no_longer_eligible=1, same=1, before=Fen(GRANTED))),
    ],
)
def test_every_decision_of_the_window_is_taken_again(house: House, standard: int, expected: Tally) -> None:
    assert under(house, draft(standard)).total == expected


def test_what_nobody_established_cannot_be_decided(house: House) -> None:
    cars = FactShape(kind="count", zh="机动车数量", en="Cars")
    none = Criterion(id="cars", fact="cars", op="==", value=0, zh="没有机动车", en="No car", citation="草案第五条")
    found = under(house, draft(facts={**RULE.facts, "cars": cars}, criteria=(*RULE.criteria, none)))
    assert found.total == Tally(decisions=2, undecidable=2)


def test_the_impact_is_told_by_county(house: House) -> None:
    found = under(house, draft(80_000))
    assert found.counties == {"320903": found.total}


def test_decisions_outside_the_window_do_not_count(house: House) -> None:
    before = Window(since=date(2026, 3, 1), until=date(2026, 3, 23))
    assert under(house, draft(80_000), before).total == Tally(decisions=1, same=1)
    after = Window(since=date(2026, 3, 25), until=date(2026, 3, 31))
    assert under(house, draft(80_000), after).total == Tally(decisions=0)


def test_the_first_and_the_last_day_of_the_window_count(house: House) -> None:
    on_the_days = Window(since=date(2026, 3, 13), until=date(2026, 3, 24))
    assert under(house, draft(80_000), on_the_days).total.decisions == 2


@pytest.mark.parametrize("changed", [{"region": "320904"}, {"region": OTHER_TOWN_VILLAGE}, {"matter": "tekun"}])
def test_only_cases_that_the_draft_would_be_for_count(house: House, changed: dict[str, str]) -> None:
    assert under(house, draft(80_000, **changed)).total.decisions == 0


def test_a_county_with_a_rule_of_its_own_keeps_it(house: House) -> None:
    own = replace(RULE, id="own", region="320903")
    book = house.cases.bureau.refresh().rulebook.with_versions([own])
    (found,) = impact(house.log, book, [draft(80_000)], MARCH)
    assert found.total.decisions == 0


def test_an_impact_writes_nothing(house: House) -> None:
    head = house.log.head()
    found = under(house, draft(120_000))
    assert found.upto == head.position
    assert house.log.head() == head


def test_progress_ends_where_the_log_does(house: House) -> None:
    seen: list[tuple[int, int]] = []
    rulebook = house.cases.bureau.refresh().rulebook
    impact(house.log, rulebook, [draft()], MARCH, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (house.log.head().position, house.log.head().position)


def test_a_window_of_months_ends_today() -> None:
    assert last_months(date(2026, 3, 31), 12) == Window(since=date(2025, 3, 31), until=date(2026, 3, 31))
    assert last_months(date(2026, 3, 31), 1).since == date(2026, 2, 28)
