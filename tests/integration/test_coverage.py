"""Eligible against served on a real database, held against a count from the events alone."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.house import House
from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up as bring_up_views
from adapters.rulebook.coverage import shipped_coverage
from application.ports import Append, Write
from domain.cases.events.benefit import GrantStopped
from domain.cases.events.closing import CaseTransferred, CaseWithdrawn
from domain.cases.events.decision import CaseRefused
from domain.cases.events.inquiry import FactsEstablished
from domain.cases.events.intake import CaseOpened
from domain.cases.parts import Mandate, Person
from domain.kernel import CaseId, Event
from domain.rulebook.criteria import FactValue
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted, entitlement_stream
from projections.views.coverage.queries import CoverageFilter, covered, covered_rows, missing_page, missing_rows
from tests.support import database
from tests.support.builders import OTHER_TOWN_VILLAGE, OTHER_VILLAGE, VILLAGE
from tests.support.events import fact_of
from tests.support.houses import house_on, set_up
from tests.support.people import DUE, founded, given, of_case, of_person, opened, somebody, write
from tests.support.serving import Served, open_test_house, projected, served

pytestmark = pytest.mark.postgres

Json = Any
Told = list[tuple[str, Event]]
DAY = date(2026, 3, 2)
URBAN, ELSEWHERE = "320904001001", "320100001001"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def aged(key: str, years: int, number: int = 1) -> Person:
    """Somebody who was so old on their birthday in the year of the day, on New Year."""
    return somebody(key, date(DAY.year - years, 1, 1), number)


def of_age(number: int) -> Person:
    return somebody(f"old-{number}", date(1946, 3, 2) - timedelta(days=number * 7), 1 + number % 900)


def refused(case: str) -> Told:
    return of_case(case, CaseRefused(refused_on=DAY, reason="材料不全", basis="", due=DUE))


def thousand() -> Told:
    """A thousand residents from 80 on: 970 receive it, 10 never asked, 10 were refused, 5 withdrew, 5 were stopped."""
    told: Told = []
    for number in range(1_000):
        person, case = of_age(number), f"z-{number}"
        place = (VILLAGE, OTHER_VILLAGE, OTHER_TOWN_VILLAGE, URBAN)[number % 4]
        told += of_case(case, opened(case, "dibao" if number < 10 else "zunlaojin", [person], place))
        if 10 <= number < 20:
            told += refused(case)
        elif 20 <= number < 25:
            told += of_case(case, CaseWithdrawn(withdrawn_on=DAY))
        elif number >= 25:
            told += of_person(person, given(case, "zunlaojin", MARCH if number % 2 else APRIL, 5_000))
        if 25 <= number < 30:
            told += of_case(case, GrantStopped(from_month=MARCH, reason="查无此人"))
            told += of_person(person, EntitlementEnded(case=CaseId(case), matter="zunlaojin", to_month=MARCH))
    return told


def others() -> Told:
    """People who must not count: too young by a day, registered elsewhere, founders, agents, in need somewhere."""
    young = somebody("young", date(1946, 3, 3), 7)
    foreign, founder, away, lost = (
        aged(key, 85, 8 + n) for n, key in enumerate(("foreign", "founder", "away", "lost"))
    )
    agent = Mandate(agent_subject=aged("agent", 90).subject, agent_name="某agent", relation="邻居")
    return [
        *of_case("o-1", opened("o-1", "dibao", [young], VILLAGE, agent)),
        *of_case("o-2", opened("o-2", "zunlaojin", [foreign])),
        *of_case("o-2", FactsEstablished(DAY, "户籍", {"local_register": False})),
        *of_case("o-3", founded("o-3", founder)),
        *of_case("o-4", opened("o-4", "dibao", [away], ELSEWHERE)),
        *of_case("o-5", opened("o-5", "liulang", [lost])),
    ]


def again() -> Told:
    """Whoever has several cases counts once, where the newest lies that is applied for at home."""
    first, second = of_age(100), of_age(101)
    return [
        *of_case("a-1", opened("a-1", "dibao", [first, second], URBAN)),
        *of_case("a-2", opened("a-2", "linshi-jinan", [second], VILLAGE)),
        *of_case("a-1", CaseTransferred(DAY, URBAN, OTHER_VILLAGE)),
    ]


TOLD = [*thousand(), *others(), *again()]


@pytest.fixture(scope="module")
def house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with database.database(postgres) as url, house_on(url, tmp_path_factory.mktemp("home")) as house:
        versions: dict[str, int] = {}
        appends = []
        for number, (stream, event) in enumerate(TOLD):
            facts = (fact_of(event, f"e-{number}"),)
            appends.append(Append(f"t-{number}", "wish", (Write(stream, versions.get(stream, 0), facts),)))
            versions[stream] = versions.get(stream, 0) + 1
        house.log.append_many(appends)
        bring_up_views(house.locate)
        yield house


def asked(matter: str = "zunlaojin", division: str = "", day: date = DAY) -> CoverageFilter:
    return CoverageFilter(day=day, book=shipped_coverage(), matter=matter, division=division)


def counted(house: House, where: CoverageFilter) -> dict[tuple[str, str], tuple[int, int]]:
    query = covered_rows(where)
    assert query
    return {(row.division, row.settlement): (row.eligible, row.served) for row in covered(house.read(*query))}


def listed(house: House, where: CoverageFilter, limit: int = 7) -> list[str]:
    """Everybody on the list, page after page."""
    found: list[str] = []
    after = ""
    while True:
        query = missing_rows(where, limit, after)
        assert query
        page = missing_page(house.read(*query), limit)
        found += [row.subject for row in page.rows]
        after = page.next
        if not after:
            return found


class Known:
    """What the events tell of persons, put together in this test and nowhere else."""

    def __init__(self, house: House) -> None:
        self.persons: dict[str, Person] = {}
        self.place: dict[str, str] = {}
        self.facts: dict[tuple[str, str], FactValue] = {}
        self.held: dict[str, dict[str, tuple[str, date | None]]] = {}
        cases: dict[str, CaseOpened] = {}
        lives: dict[str, str] = {}
        for recorded in house.log.read(0, house.log.head().position):
            event, stream = recorded.event, recorded.stream
            if isinstance(event, CaseOpened) and event.organisation is None:
                cases[stream] = event
                self.place[stream] = event.division
                for member in event.household.members:
                    if event.matter not in ("linshi-jinan", "linshi-xianxing", "liulang"):
                        self.persons[member.subject] = member
                        lives[member.subject] = stream
            elif isinstance(event, CaseTransferred):
                self.place[stream] = event.to_division
            elif isinstance(event, FactsEstablished):
                applicant = cases[stream].household.members[0].subject
                told = {f"{cases[stream].matter}.{name}": value for name, value in event.facts.items()}
                self.facts |= {(applicant, name): value for name, value in told.items()}
            elif isinstance(event, EntitlementGranted):
                self.held.setdefault(stream, {})[event.case] = (event.matter, None)
            elif isinstance(event, EntitlementEnded):
                self.held[stream][event.case] = (event.matter, event.to_month)
        self.place = {subject: self.place[stream] for subject, stream in lives.items()}

    def holds(self, subject: str, matter: str) -> bool:
        found = self.held.get(entitlement_stream(subject), {}).values()  # type: ignore[arg-type]  # a subject is a text
        return any(what == matter and (end is None or end > DAY) for what, end in found)

    def of_eighty(self) -> set[str]:
        """By the digits of the ID number: born on 1946-03-02 or before; of the city; not known to be from elsewhere."""
        return {
            subject
            for subject, person in self.persons.items()
            if person.id_number[6:14] <= "19460302"
            and self.place[subject].startswith("3209")
            and self.facts.get((subject, "zunlaojin.local_register")) is not False
        }


def test_of_a_thousand_residents_from_eighty_on_970_are_served_and_thirty_are_named(house: House) -> None:
    """DOMAIN §1, row 3: 97.0 %."""
    query = covered_rows(asked())
    assert query
    lines = covered(house.read(*query))
    eligible, served = sum(line.eligible for line in lines), sum(line.served for line in lines)
    assert (eligible, served, served * 1000 // eligible) == (1_000, 970, 970)
    names = listed(house, asked())
    assert len(names) == len(set(names)) == 30
    assert set(names) == {f"s-old-{number}" for number in range(30)}


def test_the_numbers_are_those_of_the_events(house: House) -> None:
    known = Known(house)
    eligible = known.of_eighty()
    wanted: dict[tuple[str, str], tuple[int, int]] = {}
    for subject in eligible:
        place = known.place[subject]
        key = (place[:6], "urban" if int(place[9:]) < 200 else "rural")
        before = wanted.get(key, (0, 0))
        wanted[key] = (before[0] + 1, before[1] + known.holds(subject, "zunlaojin"))
    assert counted(house, asked()) == wanted
    missing = {subject for subject in eligible if not known.holds(subject, "zunlaojin")}
    assert set(listed(house, asked())) == missing


@pytest.mark.parametrize(("division", "digits"), [("320903", 9), ("320903104", 12), (VILLAGE, 12)])
def test_a_place_is_divided_into_the_next_smaller_ones(house: House, division: str, digits: int) -> None:
    known = Known(house)
    wanted: dict[tuple[str, str], int] = {}
    for subject in known.of_eighty():
        if known.place[subject].startswith(division):
            key = (known.place[subject][:digits], "rural")
            wanted[key] = wanted.get(key, 0) + 1
    assert {key: eligible for key, (eligible, _) in counted(house, asked(division=division)).items()} == wanted


def test_a_villages_director_sees_the_names_of_the_village(house: House) -> None:
    names = listed(house, asked(division=VILLAGE))
    assert sorted(names) == sorted(f"s-old-{number}" for number in range(0, 30, 4))


def test_the_list_says_how_the_last_application_went(house: House) -> None:
    query = missing_rows(asked(), 100)
    assert query
    stages = {row.subject: (row.stage, bool(row.case_id)) for row in missing_page(house.read(*query), 100).rows}
    assert [stages[f"s-old-{number}"] for number in (0, 10, 20, 25)] == [
        ("", False),
        ("refused", True),
        ("withdrawn", True),
        ("stopped", True),
    ]


def test_age_and_entitlements_are_those_of_the_day_asked_for(house: House) -> None:
    (day_before, day_after) = (counted(house, asked(day=DAY + timedelta(days=days))) for days in (-1, 1))
    eligible = [sum(count for count, _ in found.values()) for found in (day_before, day_after)]
    assert eligible == [999 + 1, 1_000 + 1], "the facts of the day are not known before it; then the youngest is eighty"
    assert sum(served for _, served in counted(house, asked(day=date(2026, 2, 1))).values()) == 0


def test_somebody_moves_with_the_case_and_counts_once(house: House) -> None:
    known = Known(house)
    assert {known.place[f"s-old-{number}"] for number in (100, 101)} == {OTHER_VILLAGE}
    there = counted(house, asked(division=OTHER_VILLAGE))[OTHER_VILLAGE, "rural"]
    assert there == (251, 243)


def disabled(key: str, number: int, **facts: FactValue) -> Told:
    """Somebody in a household with 低保, and what a case of the care allowance found."""
    person = somebody(key, date(1980, 1, 1), number)
    case = f"d-{key}"
    home = of_case(f"h-{key}", opened(f"h-{key}", "dibao", [aged(f"head-{key}", 60, number), person]))
    told = of_case(case, opened(case, "canji-huli", [person]))
    told += of_case(case, FactsEstablished(DAY, "残联", {"certificate_valid": True, **facts})) if facts else []
    return [*home, *told, *of_person(person, given(f"h-{key}", "dibao", MARCH))]


def more(key: str, *events: Event) -> Told:
    return of_case(f"d-{key}", *events)


LATER = DAY + timedelta(days=40)
DISABLED: Told = [
    *disabled("severe", 1, grade=1),
    *disabled("light", 2, grade=3),
    *disabled("worse", 3, grade=3),
    *more("worse", FactsEstablished(LATER, "残联", {"grade": 2})),
    *disabled("better", 4, grade=2),
    *more("better", FactsEstablished(LATER, "残联", {"grade": 4})),
    *disabled("injured", 5, grade=1, injury_care=True),
    *disabled("kept", 6, grade=1),
    *of_person(somebody("kept", date(1980, 1, 1), 6), given("t-kept", "tekun", MARCH)),
    *disabled("served", 7, grade=2),
    *of_person(somebody("served", date(1980, 1, 1), 7), given("d-served", "canji-huli", MARCH)),
    *disabled("silent", 8),
    *of_case("b-band", opened("b-band", "canji-shenghuo", [somebody("band", date(1980, 1, 1), 9)])),
    *of_case("b-band", FactsEstablished(DAY, "残联", {"certificate_valid": True, "band": "no_income_severe"})),
]


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with database.database(postgres) as url, open_test_house(tmp_path_factory.mktemp("home"), url) as house:
        set_up(house.log)
        write(house.log, *DISABLED)
        with projected(house), served(house) as running:
            yield running


def get(here: Served, path: str, **params: Any) -> Json:  # noqa: ANN401  (whatever a test asks)
    answer = here.client.get(path, params={"after": here.head(), **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("matter", "day", "missing", "served"),
    [
        ("canji-huli", DAY, {"severe", "better", "band"}, 1),
        ("canji-huli", LATER, {"severe", "worse", "band"}, 1),
        ("canji-huli", DAY - timedelta(days=1), set[str](), 0),
        ("canji-shenghuo", DAY, {"severe", "light", "worse", "better", "served"}, 0),
    ],
)
def test_what_other_cases_established_finds_who_is_owed_an_allowance(
    here: Served, matter: str, day: date, missing: set[str], served: int
) -> None:
    table = get(here, "/coverage", matter=matter, on=day)
    names = {row["subject"] for row in get(here, "/coverage/missing", matter=matter, on=day)["rows"]}
    assert names == {f"s-{key}" for key in missing}
    assert sum(line["served"] for line in table["lines"]) == served
    assert sum(line["missing"] for line in table["lines"]) == len(missing)


def test_the_table_names_places_and_the_conditions_it_rests_on(here: Served) -> None:
    table = get(here, "/coverage", on=DAY, division="320903")
    assert table["day"] == "2026-03-02"
    assert {line["matter"] for line in table["lines"]} == {"canji-huli", "canji-shenghuo"}
    line = next(line for line in table["lines"] if line["matter"] == "canji-huli")
    assert (line["division"], line["settlement"], line["eligible"], line["permille"]) == ("320903104", "rural", 4, 250)
    assert [rule["matter"] for rule in table["rules"]] == ["zunlaojin", "canji-shenghuo", "canji-huli"]


def test_the_list_comes_page_by_page_and_names_no_number(here: Served) -> None:
    first = get(here, "/coverage/missing", matter="canji-huli", on=DAY, limit=2)
    second = get(here, "/coverage/missing", matter="canji-huli", on=DAY, limit=2, cursor=first["next"])
    assert [len(first["rows"]), len(second["rows"]), second["next"]] == [2, 1, None]
    assert "320971" not in json.dumps([first, second])


@pytest.mark.parametrize(
    ("path", "params", "detail"),
    [
        ("/coverage", {"on": "never"}, "on"),
        ("/coverage", {"county": "320903"}, "unknown parameter"),
        ("/coverage/missing", {}, "matter"),
        ("/coverage/missing", {"matter": "zunlaojin", "cursor": "x"}, "cursor"),
    ],
)
def test_a_question_that_is_none_is_refused(here: Served, path: str, params: dict[str, str], detail: str) -> None:
    answer = here.client.get(path, params=params)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


def test_a_matter_without_conditions_has_no_table(here: Served) -> None:
    assert get(here, "/coverage", matter="tekun")["lines"] == []
    assert get(here, "/coverage/missing", matter="tekun") == {"rows": [], "next": None}


def run(here: Served, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", str(here.house.settings.database_url))
    return CliRunner().invoke(main, ["coverage", *arguments])


def test_the_command_line_tells_the_same(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--matter", "canji-huli", "--on", DAY.isoformat())
    told = run(here, monkeypatch, *options, "--json")
    assert json.loads(told.stdout) == get(here, "/coverage", matter="canji-huli", on=DAY)
    rows = json.loads(run(here, monkeypatch, *options, "--list", "--json").stdout)
    assert rows == get(here, "/coverage/missing", matter="canji-huli", on=DAY)
    text = run(here, monkeypatch, *options).stdout
    assert "canji-huli | 合计 total | — | 4 | 1 | 3 | 250" in text
    assert "未核对原文" in text
    page = run(here, monkeypatch, *options, "--list", "--limit", "2").stdout
    assert "某band" in page
    assert "--after" in page
    assert run(here, monkeypatch, "--list").exit_code == 2
    assert "BAD_CURSOR" in run(here, monkeypatch, *options, "--list", "--after", "x").output
