"""One household, one file: over all matters, in the order of the log, each event once; counted against the log."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from domain.cases.events.benefit import ChangeReported, GrantStarted
from domain.cases.events.closing import CaseTransferred, NoteAdded
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseAccepted, CaseOpened, SubjectIdentified
from domain.cases.parts import Due, Mandate, Person
from domain.kernel import CaseId, Event, Fen, Recorded, SubjectId
from domain.subjects.entitlements import EntitlementEnded
from tests.support import database
from tests.support.builders import OTHER_VILLAGE, VILLAGE
from tests.support.houses import carry_out, set_up
from tests.support.journeys import GRANTED
from tests.support.people import founded, given, of_case, of_person, opened, somebody, write
from tests.support.serving import Served, open_test_house, projected, served

pytestmark = pytest.mark.postgres

Json = Any
DUE = Due(what="opinion", on=date(2026, 3, 25))
MARCH, APRIL, NOVEMBER = date(2026, 3, 1), date(2026, 4, 1), date(2026, 11, 1)
MOTHER = somebody("mother", date(1970, 5, 1), 2)
SON = somebody("son", date(2001, 6, 2), 3, "子女")
DAUGHTER = somebody("daughter", date(2003, 7, 3), 4, "子女")
STRANGER = somebody("stranger", date(1980, 8, 4), 5)
HUSBAND = somebody("husband", date(2000, 9, 5), 7, "配偶")
AGENT = Mandate(agent_subject=STRANGER.subject, agent_name="某stranger", relation="邻居")
UNNAMED = Person(SubjectId("temp-shelter-1"), "", "")


def confirmed(amount: int, since: date = APRIL) -> Confirmed:
    return Confirmed(
        confirmed_on=date(2026, 3, 24), amount=Fen(amount), standard=Fen(78_000), persons=3, monthly_income=Fen(0),
        rule="rule", from_month=since, due=DUE,
    )  # fmt: skip


FAMILY = (MOTHER, SON, DAUGHTER)
TOLD: list[tuple[str, Event]] = [
    *of_case("shelter", opened("shelter", "liulang", [UNNAMED], OTHER_VILLAGE), NoteAdded(text="身份不明")),
    *of_case("dibao", opened("dibao", "dibao", FAMILY, mandate=AGENT)),
    *of_case("stranger", opened("stranger", "linshi-zhichu", [STRANGER]), NoteAdded(text="无关")),
    *of_case("care", opened("care", "canji-huli", [SON])),
    *of_case("dibao", CaseAccepted(accepted_on=date(2026, 3, 4), rule="rule", due=DUE), confirmed(78_000)),
    *(pair for person in FAMILY for pair in of_person(person, given("dibao", "dibao", APRIL, 78_000))),
    *of_case("care", confirmed(9_000, MARCH)),
    *of_person(SON, given("care", "canji-huli", MARCH, 9_000)),
    *of_case("fire", opened("fire", "linshi-zhichu", [SON, MOTHER])),
    *of_case("fire", confirmed(200_000)),
    *of_person(SON, given("fire", "linshi-zhichu", MARCH, 200_000, date(2026, 3, 31))),
    *of_person(MOTHER, given("fire", "linshi-zhichu", MARCH, 200_000, date(2026, 3, 31))),
    *of_case("dibao", CaseTransferred(date(2026, 5, 4), VILLAGE, OTHER_VILLAGE), NoteAdded(text="已迁入")),
    *of_case("shelter", SubjectIdentified(UNNAMED.subject, DAUGHTER, date(2026, 5, 5), "公安")),
    *of_case("wedding", opened("wedding", "dibao-bianyuan", [HUSBAND, DAUGHTER])),
    *of_case("club", founded("club", MOTHER)),
    *of_case("dibao", ChangeReported(changed_on=date(2026, 5, 6), kind="income")),
    *of_case("care", GrantStarted(from_month=MARCH, amount=Fen(9_000), due=None)),
    *of_person(SON, EntitlementEnded(case=CaseId("care"), matter="canji-huli", to_month=date(2099, 1, 1))),
]  # fmt: skip


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up(house.log)
        write(house.log, *TOLD)
        with projected(house), served(house) as running:
            yield running


def get(here: Served, path: str, **params: Any) -> Json:  # noqa: ANN401  (whatever a test asks)
    answer = here.client.get(path, params={"after": here.head(), **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def whole(here: Served, path: str, limit: int = 4) -> tuple[Json, list[Json]]:
    """The first page, and the events of all pages."""
    first = page = get(here, path, limit=limit)
    rows = list(page["timeline"]["rows"])
    while page["timeline"]["next"]:
        page = get(here, path, limit=limit, cursor=page["timeline"]["next"])
        assert 0 < len(page["timeline"]["rows"]) <= limit
        rows += page["timeline"]["rows"]
    return first, rows


def log_of(here: Served) -> list[Recorded]:
    return here.house.log.read(0, here.head())


def household_in_the_log(here: Served, asked: Person) -> tuple[set[str], list[Recorded]]:
    """Counted from the events alone: who shares a case with the person, and every event of a case of one of them."""
    cases: dict[str, set[str]] = {}
    for recorded in log_of(here):
        event = recorded.event
        if isinstance(event, CaseOpened) and event.organisation is None:
            cases[recorded.stream] = {member.subject for member in event.household.members}
        elif isinstance(event, SubjectIdentified):
            cases[recorded.stream] |= {event.person.subject}
    fellows = {subject for members in cases.values() if asked.subject in members for subject in members}
    known = {subject for subject in fellows if not subject.startswith("temp-")}
    theirs = {stream for stream, members in cases.items() if members & fellows}
    return known, [recorded for recorded in log_of(here) if recorded.stream in theirs]


@pytest.mark.parametrize("person", [MOTHER, SON, DAUGHTER, STRANGER], ids=lambda person: person.name)
def test_the_file_has_every_event_of_the_household_once_in_the_order_of_the_log(here: Served, person: Person) -> None:
    members, events = household_in_the_log(here, person)
    found, rows = whole(here, f"/persons/{person.subject}")
    assert {each["subject"] for each in found["household"]["persons"]} == members
    assert [(row["position"], f"case-{row['case_id']}", row["seq"], row["type"]) for row in rows] == [
        (each.position, each.stream, each.seq, each.type) for each in events
    ]
    assert max(Counter(row["position"] for row in rows).values()) == 1


def test_one_query_returns_the_history_of_all_matters_without_duplicates(here: Served) -> None:
    """DOMAIN §1, row 10: 低保, 残疾人补贴, 临时救助 of one household."""
    _, rows = whole(here, f"/persons/{MOTHER.subject}")
    order = [(row["matter"], row["type"]) for row in rows if row["matter"] in ("dibao", "canji-huli", "linshi-zhichu")]
    assert order == [
        ("dibao", "case.opened"),
        ("canji-huli", "case.opened"),
        ("dibao", "case.accepted"),
        ("dibao", "case.confirmed"),
        ("canji-huli", "case.confirmed"),
        ("linshi-zhichu", "case.opened"),
        ("linshi-zhichu", "case.confirmed"),
        ("dibao", "case.transferred"),
        ("dibao", "case.noted"),
        ("dibao", "case.change_reported"),
        ("canji-huli", "case.grant_started"),
    ]


def test_an_event_tells_its_place_as_it_was_and_what_it_meant(here: Served) -> None:
    _, rows = whole(here, f"/persons/{MOTHER.subject}", 200)
    dibao = [row for row in rows if row["case_id"] == "dibao"]
    assert [row["division"] for row in dibao] == [VILLAGE] * 3 + [OTHER_VILLAGE] * 3
    assert [(row["amount"], row["since"], row["outcome"]) for row in dibao if row["type"] != "case.opened"] == [
        (None, None, ""),
        (78_000, "2026-04-01", ""),
        (None, None, ""),
        (None, None, ""),
        (None, None, "income"),
    ]


def test_each_receives_what_is_not_over(here: Served) -> None:
    found = get(here, f"/persons/{DAUGHTER.subject}")
    columns = ("subject", "matter", "amount", "since", "until")
    assert [tuple(row[column] for column in columns) for row in found["receives"]] == [
        ("s-son", "canji-huli", 9_000, "2026-03-01", "2098-12-31"),
        ("s-mother", "dibao", 78_000, "2026-04-01", None),
        ("s-son", "dibao", 78_000, "2026-04-01", None),
        ("s-daughter", "dibao", 78_000, "2026-04-01", None),
    ]  # fmt: skip


def test_the_temporary_identity_leads_to_the_person_and_her_page_shows_both(here: Served) -> None:
    by_person, by_temporary = (get(here, f"/persons/{each}") for each in (DAUGHTER.subject, UNNAMED.subject))
    assert by_person == by_temporary
    (person, *_) = by_person["household"]["persons"]
    assert (person["subject"], person["name"], person["before"]) == ("s-daughter", "某daughter", ["temp-shelter-1"])
    (shelter,) = [case for case in by_person["household"]["cases"] if case["case_id"] == "shelter"]
    assert [(link["subject"], link["role"]) for link in shelter["links"]] == [
        ("temp-shelter-1", "temporary"),
        ("s-daughter", "member"),
    ]


def test_a_daughter_who_married_does_not_join_two_families(here: Served) -> None:
    members = {each["subject"] for each in get(here, f"/persons/{MOTHER.subject}")["household"]["persons"]}
    assert members == {"s-mother", "s-son", "s-daughter"}
    assert {each["subject"] for each in get(here, f"/persons/{HUSBAND.subject}")["household"]["persons"]} == {
        "s-husband",
        "s-daughter",
    }


def test_who_helps_and_who_founds_is_named_and_is_no_family(here: Served) -> None:
    found, rows = whole(here, f"/persons/{MOTHER.subject}", 200)
    roles = {link["name"]: link["role"] for case in found["household"]["cases"] for link in case["links"]}
    assert roles["某stranger"] == "agent"
    assert "club" in {case["case_id"] for case in found["household"]["cases"]}
    assert "club" not in {row["case_id"] for row in rows}
    stranger = get(here, f"/persons/{STRANGER.subject}")["household"]
    assert [case["case_id"] for case in stranger["cases"]] == ["dibao", "stranger"]
    assert [each["subject"] for each in stranger["persons"]] == ["s-stranger"]


def test_a_case_leads_to_its_household(here: Served) -> None:
    by_case = get(here, "/cases/care/household", limit=200)
    assert by_case == get(here, f"/persons/{SON.subject}", limit=200)
    assert [(case["case_id"], case["stage"]) for case in by_case["household"]["cases"]] == [
        ("shelter", "opened"),
        ("dibao", "confirmed"),
        ("care", "granted"),
        ("fire", "confirmed"),
        ("wedding", "opened"),
        ("club", "opened"),
    ]


def test_no_answer_has_an_id_number(here: Served) -> None:
    answer = here.client.get(f"/persons/{MOTHER.subject}", params={"after": here.head()})
    assert "320971********" in answer.text
    assert [person.name for person in FAMILY if person.id_number in answer.text] == []


@pytest.mark.parametrize(
    "path", ["/persons/nobody", "/persons/%00", f"/persons/{'s' * 300}", "/cases/no-case/household"]
)
def test_whom_no_case_names_is_not_found(here: Served, path: str) -> None:
    answer = here.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_PERSON")


def test_a_cursor_of_another_list_is_refused(here: Served) -> None:
    answer = here.client.get(f"/persons/{SON.subject}", params={"cursor": "WyJkdWUiXQ"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "cursor")


def test_a_household_that_was_told_by_decisions_is_the_same_as_in_the_log(here: Served) -> None:
    answer = carry_out(here.house, GRANTED)
    case = get(here, f"/cases/{answer.case_id}/household", limit=200)
    stored = here.house.log.stream(f"case-{answer.case_id}")
    assert [row["position"] for row in case["timeline"]["rows"]] == [each.position for each in stored]
    assert [(row["amount"], row["until"]) for row in case["receives"]] == [(106_000, None)] * 2


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def at_a_terminal(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", str(here.house.settings.database_url))


@pytest.mark.usefixtures("at_a_terminal")
def test_the_command_line_tells_the_same(here: Served) -> None:
    told = json.loads(run("person", "show", SON.subject, "--json").stdout)
    asked = get(here, f"/persons/{SON.subject}", limit=200)
    assert {key: told[key] for key in ("household", "receives")} == {
        key: asked[key] for key in ("household", "receives")
    }
    assert told["timeline"]["rows"] == asked["timeline"]["rows"]
    assert json.loads(run("person", "show", "--case", "care", "--json").stdout)["timeline"] == told["timeline"]
    text = run("person", "show", SON.subject).stdout
    for line in ("320971********", "¥2,000.00", "变动报告", "临时身份 temporary", "2098-12-31"):
        assert line in text


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nobody",), 1, "UNKNOWN_PERSON"),
        (("--case", "nothing"), 1, "UNKNOWN_CASE"),
        ((), 2, "--case"),
        ((SON.subject, "--after", "x"), 1, "BAD_CURSOR"),
    ],
)
def test_a_fault_at_the_terminal_is_one_line(words: tuple[str, ...], code: int, said: str) -> None:
    result = run("person", "show", *words)
    assert (result.exit_code, said in result.output, "Traceback" in result.output) == (code, True, False)
