"""Matters as they ship, through the handler: what each does that others must not."""

from collections.abc import Iterator
from datetime import date

import pytest

from adapters.house import House
from adapters.postgres.embedded import EmbeddedServer
from application.hot_cases import Loaded
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.events.decision import Confirmed
from domain.cases.persons import PersonNamed
from domain.errors import InvalidValue, NoticeForbidden, NoticeTooShort
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Command, Fen, PostId
from domain.rulebook.criteria import FactValue
from tests.support.database import database
from tests.support.houses import house_on
from tests.support.whole_bureau import ALL_POSTS, DAFENG, YANDU, Town, act, do, set_up_all

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with database(postgres) as url, house_on(url, tmp_path_factory.mktemp("home")) as opened:
        set_up_all(opened)
        yield opened


def person(birth: date, number: int) -> PersonNamed:
    return PersonNamed(name="样例", id_number=demo_citizen_id(birth, number))


def asks(house: House, town: Town, command: OpenCase) -> CaseId:
    """An application at the town, accepted two days later."""
    handler = town.post("handler-1")
    case_id = do(house, None, "open_case", command, act(handler, "2026-03-02")).case_id
    do(house, case_id, "accept_case", AcceptCase(), act(handler, "2026-03-04"))
    return case_id


def opined(house: House, town: Town, case_id: CaseId, **facts: FactValue) -> None:
    """Compared, visited, the facts established, the opinion for a grant."""
    first, second, lead = town.post("handler-1"), town.post("handler-2"), town.post("lead")
    pair = (first.id, second.id)
    steps: tuple[tuple[str, Command, str], ...] = (
        ("authorise_comparison", AuthoriseComparison(), "2026-03-04"),
        ("report_comparison", ReportComparison(source="核对中心"), "2026-03-06"),
        ("record_visit", RecordVisit(investigators=pair, signatures=pair, signed_by_household=True), "2026-03-09"),
        ("establish_facts", EstablishFacts(facts=facts, source="入户调查"), "2026-03-10"),
    )
    for action, command, on in steps:
        if facts or action != "establish_facts":
            do(house, case_id, action, command, act(first, on))
    opinion = IssueOpinion(result="grant", persons=1, monthly_income=Fen(28_000))
    do(house, case_id, "issue_opinion", opinion, act(lead, "2026-03-11"))


def case(house: House, case_id: CaseId) -> Loaded:
    return house.cases.hot.read(case_id)


@pytest.mark.parametrize(
    ("town", "rule", "until"),
    [
        (YANDU, "dibao-320903-2023-12", date(2026, 3, 19)),
        (DAFENG, "dibao-3209-2021-07", date(2026, 3, 19)),
    ],
    ids=["盐都 five working days", "elsewhere seven calendar days"],
)
def test_a_notice_runs_as_the_rule_of_its_place_says(house: House, town: Town, rule: str, until: date) -> None:
    number = 100 + len(rule)
    members = (person(date(1961, 2, 3), number),)
    case_id = asks(house, town, OpenCase(matter="dibao", division=town.village, members=members))
    opined(house, town, case_id)
    first = town.post("handler-1")
    do(house, case_id, "post_notice", PostNotice(place="村务公开栏"), act(first, "2026-03-12"))
    state = case(house, case_id).state
    assert state.notice is not None
    assert (state.rule, state.notice.until) == (rule, until)
    with pytest.raises(NoticeTooShort):
        do(house, case_id, "close_notice", CloseNotice(), act(first, until.isoformat()))
    do(house, case_id, "close_notice", CloseNotice(), act(first, "2026-03-20"))


def test_over_a_holiday_five_working_days_are_longer_than_seven_calendar_days(house: House) -> None:
    first_of_may = "2026-04-29"  # posted before the holiday of 1 to 5 May
    until = {}
    for town, number in ((YANDU, 201), (DAFENG, 202)):
        members = (person(date(1962, 2, 3), number),)
        case_id = asks(house, town, OpenCase(matter="dibao", division=town.village, members=members))
        opined(house, town, case_id)
        do(house, case_id, "post_notice", PostNotice(place="公开栏"), act(town.post("handler-1"), first_of_may))
        notice = case(house, case_id).state.notice
        until[town] = notice.until if notice else None
    assert until == {YANDU: date(2026, 5, 9), DAFENG: date(2026, 5, 6)}


def test_a_child_nobody_brings_up_is_never_posted(house: House) -> None:
    child = (person(date(2016, 5, 6), 203),)
    case_id = asks(house, DAFENG, OpenCase(matter="shishi-wuren", division=DAFENG.village, members=child))
    notice = PostNotice(place="村务公开栏")
    with pytest.raises(NoticeForbidden) as refused:
        do(house, case_id, "post_notice", notice, act(DAFENG.post("handler-1"), "2026-03-12"))
    assert refused.value.code == "NOTICE_FORBIDDEN"
    assert "62号" in refused.value.basis


def test_a_minor_in_hardship_is_not_posted_and_an_old_person_is(house: House) -> None:
    facts: dict[str, FactValue] = {
        "assets_ok": True,
        "disability": "none",
        "supporter": "none",
        "self_care_failed": 0,
        "self_care": "full",
        "form": "home",
    }
    births = {"minor": date(2015, 1, 2), "old": date(1950, 1, 2)}
    cases = {}
    for number, (who, birth) in enumerate(births.items(), 204):
        command = OpenCase(matter="tekun", division=DAFENG.village, members=(person(birth, number),))
        cases[who] = asks(house, DAFENG, command)
        opined(house, DAFENG, cases[who], **facts)
    notice, first = PostNotice(place="村务公开栏"), DAFENG.post("handler-1")
    with pytest.raises(NoticeForbidden):
        do(house, cases["minor"], "post_notice", notice, act(first, "2026-03-12"))
    do(house, cases["old"], "post_notice", notice, act(first, "2026-03-12"))
    # 1.3 × 780 yuan and the grade of full self-care; the minor's case goes on without a notice.
    confirm = ConfirmCase(amount=Fen(111_400))
    answer = do(house, cases["minor"], "confirm_case", confirm, act(DAFENG.decider, "2026-03-20"))
    event = house.log.stream(f"case-{answer.case_id}")[-1].event
    assert isinstance(event, Confirmed)
    assert event.calculation is not None
    assert (event.amount, event.calculation.kind) == (111_400, "graded")
    assert [line.id for line in event.criteria if not line.passed and not line.group] == []


def test_an_association_is_registered_by_the_registrar_without_any_money(house: House) -> None:
    registrar = ALL_POSTS[PostId("320900-registrar")]
    founders = (person(date(1970, 1, 1), 206),)
    command = OpenCase(matter="shetuan", division=DAFENG.village, members=founders, organisation="样例养老服务协会")
    rule = house.cases.bureau.now().rulebook.in_force("shetuan", DAFENG.village, date(2026, 3, 2))
    assert rule is not None
    assert "registrar" in rule.steps["open_case"].by
    case_id = do(house, None, "open_case", command, act(registrar, "2026-03-02")).case_id
    state = case(house, case_id).state
    assert state.organisation is not None
    assert (state.organisation.name, state.organisation.uscc) == ("样例养老服务协会", "")
    nameless = OpenCase(matter="shetuan", division=DAFENG.village, members=(person(date(1970, 1, 1), 207),))
    with pytest.raises(InvalidValue):
        do(house, None, "open_case", nameless, act(registrar, "2026-03-02"))


def test_somebody_without_a_name_is_helped_and_later_known(house: House) -> None:
    station = ALL_POSTS[PostId("320904-station")]
    nobody = PersonNamed(name="", id_number="")
    opening = OpenCase(matter="liulang", division=DAFENG.village, members=(nobody,))
    case_id = do(house, None, "open_case", opening, act(station, "2026-03-02")).case_id
    before = case(house, case_id).state
    assert before.household is not None
    temporary = before.household.members[0].subject
    assert temporary.startswith("temp-")
    do(house, case_id, "accept_case", AcceptCase(), act(station, "2026-03-02"))
    known = IdentifySubject(person=person(date(1958, 4, 5), 208), source="公安机关")
    do(house, case_id, "identify_subject", known, act(station, "2026-03-04"))
    after = case(house, case_id).state
    assert after.household is not None
    assert after.household.members[0].subject != temporary
    (first, *_) = house.log.stream(f"case-{case_id}")
    assert first.type == "case.opened"
    refused = OpenCase(matter="dibao", division=DAFENG.village, members=(nobody,))
    with pytest.raises(InvalidValue):  # where a name is needed, nobody is nobody
        do(house, None, "open_case", refused, act(DAFENG.post("handler-1"), "2026-03-02"))
