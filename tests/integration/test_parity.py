"""Parity on a real database: town and country, county by county."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from application.ports import Write
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.events.intake import CaseAccepted, CaseOpened
from domain.cases.parts import Due, Household
from domain.kernel import CaseId, Fen
from domain.rulebook.amounts import Calculation
from projections.views.parity.queries import (
    Deviation,
    Parity,
    ParityFilter,
    ParityLine,
    decision_rows,
    grant_rows,
    parity,
)
from tests.support.database import database
from tests.support.events import append, fact_of
from tests.support.houses import house_on
from tests.support.samples import APPLICANT

pytestmark = pytest.mark.postgres

RULE = "dibao-3209-2021-07"
DUE = Due(what="opinion", on=date(2026, 3, 25), basis="")
TOWN, VILLAGE, ELSEWHERE = "320903104001", "320903104203", "320904100201"
ACCEPTED_ON = date(2026, 3, 2)


def accepted(division: str) -> list[CaseEvent]:
    return [
        CaseOpened(
            case_id=CaseId("case"),
            number="1",
            matter="dibao",
            division=division,
            channel="self",
            household=Household(members=(APPLICANT,), monthly_income=Fen(0)),
            received_on=ACCEPTED_ON - timedelta(days=3),
            due=DUE,
        ),
        CaseAccepted(accepted_on=ACCEPTED_ON, rule=RULE, due=DUE),
    ]


def granted(days: int, amount: int, standard: int = 78_000) -> Confirmed:
    return Confirmed(
        confirmed_on=ACCEPTED_ON + timedelta(days=days),
        amount=Fen(amount),
        standard=Fen(78_000),
        persons=1,
        monthly_income=Fen(0),
        rule=RULE,
        from_month=date(2026, 4, 1),
        due=DUE,
        calculation=Calculation(kind="top_up", inputs={"standard": standard}, amount=Fen(amount)),
    )


def refused(days: int) -> CaseRefused:
    return CaseRefused(refused_on=ACCEPTED_ON + timedelta(days=days), reason="", basis="", due=DUE)


CASES: tuple[list[CaseEvent], ...] = (
    [*accepted(TOWN), granted(10, 78_000)],
    [*accepted(TOWN), granted(12, 58_000)],
    [*accepted(TOWN), refused(14)],
    [*accepted(VILLAGE), granted(12, 70_000, standard=75_000)],
    [*accepted(VILLAGE), refused(20), CaseTransferred(ACCEPTED_ON, VILLAGE, TOWN, "迁居")],
    [
        *accepted(TOWN),
        CaseTransferred(ACCEPTED_ON, TOWN, ELSEWHERE, "迁居"),
        granted(27, 78_000),
    ],
    [*accepted("320904100000"), granted(31, 78_000)],
    accepted(ELSEWHERE),
)


@pytest.fixture(scope="module")
def house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with database(postgres) as url, house_on(url, tmp_path_factory.mktemp("home")) as house:
        for number, events in enumerate(CASES):
            house.log.append(append(f"case-{number}", Write(f"case-{number}", 0, tuple(map(fact_of, events)))))
        bring_up(house.locate)
        yield house


def read(house: House, **where: object) -> Parity:
    asked = ParityFilter(**where)  # type: ignore[arg-type]  # fields of the filter
    return parity(house.read(*decision_rows(asked)), house.read(*grant_rows(asked)))


def test_town_and_country_stand_side_by_side(house: House) -> None:
    town, country = read(house, division="320903").lines
    assert country == ParityLine(
        matter="dibao",
        county="320903",
        settlement="urban",
        decisions=3,
        grants=2,
        refusals=1,
        refusals_permille=333,
        median_days=12,
        mean_days=12.0,
        granted=136_000,
        mean_grant=68_000,
        standards=(78_000,),
    )
    assert (town.settlement, town.decisions, town.refusals_permille) == ("rural", 2, 500)


def test_the_standard_is_the_one_that_was_applied(house: House) -> None:
    rural = next(line for line in read(house).lines if line.settlement == "rural" and line.county == "320903")
    assert rural.standards == (75_000,)


def test_a_case_counts_where_it_was_decided(house: House) -> None:
    places = {(line.county, line.settlement): line.decisions for line in read(house).lines}
    assert places == {
        ("320903", "rural"): 2,
        ("320903", "urban"): 3,
        ("320904", ""): 1,
        ("320904", "rural"): 1,
    }


def test_a_county_that_takes_far_longer_is_flagged(house: House) -> None:
    assert read(house).deviations == (
        Deviation(matter="dibao", rule=RULE, county="320904", median_days=27, than="320903", than_median_days=12),
    )


def test_one_county_alone_deviates_from_nobody(house: House) -> None:
    assert read(house, division="320904").deviations == ()


def test_months_and_matters_limit_what_is_compared(house: House) -> None:
    march = read(house, from_month=date(2026, 3, 1), to_month=date(2026, 3, 1))
    assert sum(line.decisions for line in march.lines) == 6
    assert read(house, matter="tekun") == Parity(lines=(), deviations=())
