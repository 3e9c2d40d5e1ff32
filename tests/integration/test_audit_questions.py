"""Each audit question on cases handled by real commands: one that must be found, and a near miss that must not."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.audit_questions import counted, evidence
from adapters.house import House
from application.asking import Answer
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, KinDeclared
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseOpened
from domain.cases.persons import PersonNamed
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Fen, PostId, SubjectId
from domain.rulebook.parts import FirstMonth, Track
from domain.subjects.entitlements import EntitlementGranted, entitlement_stream
from projections.findings import Asked
from projections.question import UnknownFinding, UnknownQuestion
from projections.question_registry import question_of
from tests.support.auditing import (
    LAST_DAY,
    asked_of,
    found,
    limited,
    moved,
    of_others,
    proven,
    publish,
    set_up_under,
    stepped,
    write,
)
from tests.support.builders import (
    DECIDER,
    DIRECTOR,
    HANDLER,
    INVESTIGATOR,
    LEAD,
    OTHER_VILLAGE,
    REVIEWER,
    RULE,
    STRANGER,
    VILLAGE,
    by,
)
from tests.support.houses import carry_out, house_on, request, stream_of, tell
from tests.support.journeys import (
    AMOUNT,
    CONFIRMED,
    GRANTED,
    NOTICED,
    OBJECTED,
    OPENED,
    OPINED,
    POSTED,
    STOPPED,
    SUSPENDED,
    VISITED,
    step,
)
from tests.support.scenario import Step
from tests.support.whole_bureau import ALL_POSTS, DAFENG, act, do, set_up_all

pytestmark = pytest.mark.postgres

TOWN, COUNTRY = "320903104001", "320903104203"
STATION = PostId("320904-station")


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def ready(house: House) -> House:
    """A bureau with the rule as it ships."""
    set_up_under(house, RULE)
    return house


def applicant(house: House, answer: Answer) -> SubjectId:
    opened = stream_of(house, answer)[0]
    assert isinstance(opened, CaseOpened)
    return opened.household.members[0].subject


def visit(*who: Post, on: str, at: str = "09:30", signed: bool = True) -> Step:
    posts = tuple(each.id for each in who)
    command = RecordVisit(posts, posts, signed_by_household=signed, unsigned_reason="" if signed else "卧病在床")
    return step("record_visit", command, by(who[0], on, at=at))


class TestExclusiveBenefits:
    def test_two_exclusive_benefits_in_one_month_are_found(self, ready: House) -> None:
        one, other = (carry_out(ready, of_others(CONFIRMED, number)) for number in (1, 2))
        stream = entitlement_stream(applicant(ready, other))
        given = EntitlementGranted(one.case_id, "tekun", VILLAGE, date(2026, 6, 1), Fen(90_000), excludes=("dibao",))
        write(ready, stream, given, "2026-05-20")
        (told,) = asked_of(ready, 2)
        finding = told.finding
        assert (finding.case_id, finding.kind) == (one.case_id, "overlap")
        assert (finding.details["since"], finding.details["months"]) == ("2026-06-01", 5)
        assert finding.amount == 5 * 90_000
        assert proven(ready, 2, told) == ["case.confirmed", "entitlement.granted", "entitlement.granted"]
        assert asked_of(ready, 2, on=date(2026, 5, 31)) == [], "on that day it had not begun"

    @pytest.mark.parametrize(("first", "kinds"), [("2026-10-01", set()), ("2026-09-01", {"two_counties"})])
    def test_what_ends_with_the_month_before_the_other_begins_is_not_found(
        self, ready: House, first: str, kinds: set[str]
    ) -> None:
        one, other = carry_out(ready, of_others(STOPPED, 1)), carry_out(ready, of_others(OPENED, 2))
        given = EntitlementGranted(
            other.case_id, "tekun", f"320904{VILLAGE[6:]}", date.fromisoformat(first), Fen(90_000), excludes=("dibao",)
        )
        write(ready, entitlement_stream(applicant(ready, one)), given, "2026-09-15")  # stopped from October on
        assert {kind for _, kind in found(ready, 2)} == kinds

    def test_who_was_helped_without_a_name_and_had_a_benefit_already_is_found(self, house: House) -> None:
        set_up_all(house)
        known, unknown = (PersonNamed("样例", demo_citizen_id(date(1958, 4, 5), number)) for number in (501, 502))
        receives(house, known)
        for person in (known, unknown):
            case_id = helped_nameless(house, "2026-04-08")
            do(house, case_id, "identify_subject", IdentifySubject(person, "公安机关"), act(station(), "2026-05-08"))
        (told,) = asked_of(house, 2)
        assert told.finding.kind == "identified"
        assert told.finding.details["since"] == told.finding.details["last"] == "2026-04-08"
        assert proven(house, 2, told) == [
            "entitlement.granted",
            "case.confirmed",
            "entitlement.granted",
            "case.subject_identified",
        ]


def station() -> Post:
    return ALL_POSTS[STATION]


def helped_nameless(house: House, on: str) -> CaseId:
    """Somebody is helped at the station of 大丰 for a night; nobody knows who it is."""
    opening = OpenCase(matter="liulang", division=DAFENG.village, members=(PersonNamed("", ""),))
    case_id = do(house, None, "open_case", opening, act(station(), on)).case_id
    do(house, case_id, "accept_case", AcceptCase(), act(station(), on))
    facts = EstablishFacts({"cannot_tell": True, "roaming": True}, "巡查")
    do(house, case_id, "establish_facts", facts, act(station(), on))
    do(house, case_id, "confirm_case", ConfirmCase(), act(station(), on))
    return case_id


def receives(house: House, person: PersonNamed) -> None:
    """The person is given 低保 from April on."""
    steps = of_others(CONFIRMED, 4)
    command = steps[0].command
    assert isinstance(command, OpenCase)
    opening = replace(steps[0], command=replace(command, members=(person, *command.members[1:])))
    carry_out(house, tuple(map(in_dafeng, (opening, *steps[1:]))))


def in_dafeng(each: Step) -> Step:
    """The same act in a town of 大丰."""
    names = {HANDLER.id: "handler-1", INVESTIGATOR.id: "handler-2", LEAD.id: "lead"}
    posts = {post: DAFENG.post(suffix) for post, suffix in names.items()} | {DECIDER.id: DAFENG.decider}
    command = each.command
    if isinstance(command, OpenCase):
        command = replace(command, division=DAFENG.village)
    elif isinstance(command, RecordVisit):
        pair = tuple(posts[post].id for post in command.investigators)
        command = replace(command, investigators=pair, signatures=pair)
    who = replace(each.circumstance, post=posts[each.circumstance.post.id])
    return replace(each, command=command, circumstance=who)


class TestKin:
    def test_kin_declared_after_the_case_was_accepted_are_found(self, ready: House) -> None:
        later, other_town, never = (carry_out(ready, of_others(CONFIRMED, number)) for number in (1, 2, 3))
        for post, answer in ((DIRECTOR, later), (STRANGER, other_town)):
            tell(ready.log, BUREAU, KinDeclared(post=post.id, subject=applicant(ready, answer)))
        assert never.case_id
        assert found(ready, 4) == {(later.case_id, "declared_later")}
        (told,) = asked_of(ready, 4)
        assert proven(ready, 4, told) == ["case.confirmed", "entitlement.granted", "bureau.kin_declared"]
        assert told.finding.post == DIRECTOR.id

    def test_kin_declared_between_acceptance_and_decision_must_be_registered_apart(self, ready: House) -> None:
        register = step("register_separately", RegisterSeparately(reason="近亲属"), by(LEAD, "2026-03-21"))
        for number, steps, kinds in (
            (1, (CONFIRMED[-1],), {"unregistered"}),
            (2, (register, CONFIRMED[-1]), {"unregistered"}),  # the first case alone
        ):
            answer = carry_out(ready, of_others(NOTICED, number))
            tell(ready.log, BUREAU, KinDeclared(post=DIRECTOR.id, subject=applicant(ready, answer), own=True))
            for each in steps:
                ready.handle(request(each, answer.case_id))
            assert {kind for _, kind in found(ready, 4)} == kinds
        (told,) = asked_of(ready, 4)
        assert "本人" in told.zh
        assert "the holder" in told.en

    def test_a_kin_case_needs_a_visit_of_the_county_after_its_registration(self, ready: House) -> None:
        register = RegisterSeparately(reason="近亲属", kin_posts=(DIRECTOR.id,))
        apart = step("register_separately", register, by(LEAD, "2026-03-10"))
        before, after = (visit(REVIEWER, INVESTIGATOR, on=day) for day in ("2026-03-09", "2026-03-11"))
        rest = CONFIRMED[len(VISITED) :]
        never, early, both = (
            carry_out(ready, of_others((*VISITED, *steps, *rest), number))
            for number, steps in enumerate(((apart,), (before, apart), (apart, after)), 1)
        )
        assert both.case_id
        assert found(ready, 5) == {(never.case_id, "not_visited"), (early.case_id, "not_rechecked")}
        told = next(each for each in asked_of(ready, 5) if each.finding.case_id == early.case_id)
        assert proven(ready, 5, told) == [
            "case.home_visited",
            "case.home_visited",
            "case.separately_registered",
            "case.confirmed",
        ]

    def test_a_case_that_is_nobodys_kin_needs_no_visit_of_the_county(self, ready: House) -> None:
        carry_out(ready, CONFIRMED)
        assert found(ready, 5) == set()


class TestOverTime:
    def test_the_last_day_of_the_limit_is_in_time_and_the_next_is_not(self, ready: House) -> None:
        accept = step("accept_case", AcceptCase(), by(HANDLER, "2026-03-09", at="23:59"))
        in_time = carry_out(ready, (*of_others(OPENED, 1), accept))
        late = carry_out(ready, (*of_others(OPENED, 2), moved(accept, "2026-03-10", at="00:01")))
        told = {each.finding.case_id: each for each in asked_of(ready, 6, on=date(2026, 3, 15))}
        assert in_time.case_id not in told
        finding = told[late.case_id].finding
        assert (finding.kind, finding.days, finding.details["duty"], finding.holder) == (
            "late",
            1,
            "accept",
            "town_handler",
        )
        assert proven(ready, 6, told[late.case_id]) == ["case.opened", "case.accepted"]

    def test_what_runs_on_is_over_time_as_of_any_day(self, ready: House) -> None:
        answer = carry_out(ready, OPENED)
        assert found(ready, 6, on=date(2026, 3, 9)) == set()
        assert found(ready, 6, on=date(2026, 3, 10)) == {(answer.case_id, "open")}
        (told,) = asked_of(ready, 6, on=date(2026, 3, 19))
        assert (told.finding.days, told.finding.organ) == (10, HANDLER.organ)
        ready.handle(
            request(moved(step("accept_case", AcceptCase(), by(HANDLER, "2026-03-20")), "2026-03-20"), answer.case_id)
        )
        assert ("open", 10) in {
            (each.finding.kind, each.finding.days) for each in asked_of(ready, 6, on=date(2026, 3, 19))
        }
        assert (answer.case_id, "late") in found(ready, 6)

    def test_time_that_was_left_out_is_named(self, ready: House) -> None:
        carry_out(ready, (*NOTICED, moved(CONFIRMED[-1], "2026-06-24")))
        told = {each.finding.details["duty"]: each for each in asked_of(ready, 6, on=date(2026, 6, 30))}
        assert "核对授权 @" in told["total"].zh
        assert "公示 @" in told["total"].zh
        assert told["decide"].finding.details["pauses"] == ""
        types = proven(ready, 6, told["total"], on=date(2026, 6, 30))
        assert {"case.comparison_authorised", "case.comparison_reported", "case.notice_posted"} <= set(types)


class TestNotice:
    def test_six_days_are_short_where_the_rule_asks_for_seven(self, house: House) -> None:
        set_up_under(house, limited("notice", 6))
        short = carry_out(house, of_others(CONFIRMED, 1))
        publish(house, RULE)
        whole = carry_out(house, of_others(CONFIRMED, 2))
        assert whole.case_id
        assert found(house, 7) == {(short.case_id, "short")}
        (told,) = asked_of(house, 7)
        assert (told.finding.days, told.finding.details["asked"]) == (6, 7)
        assert "6 日" in told.zh
        assert proven(house, 7, told) == ["case.notice_posted", "case.notice_closed", "rule.version_published"]

    def test_working_days_are_counted_by_the_calendar(self, house: House) -> None:
        five, six = (
            replace(RULE, limits={**RULE.limits, "notice": replace(RULE.limits["notice"], days=days, unit="wd")})
            for days in (5, 6)
        )
        set_up_under(house, five)
        answer = carry_out(house, CONFIRMED)  # Thursday to Thursday
        assert found(house, 7) == set()
        publish(house, six)
        assert found(house, 7) == {(answer.case_id, "short")}
        assert asked_of(house, 7)[0].finding.days == 5

    def test_a_notice_that_is_required_and_missing_is_found(self, house: House) -> None:
        lax = stepped("confirm_case", stages=("opinion", "noticed"), after=("opinion_issued",))
        set_up_under(house, lax)
        missing = carry_out(house, (*of_others(OPINED, 1), CONFIRMED[-1]))
        running = carry_out(house, of_others(POSTED, 2))
        publish(house, stepped("confirm_case", stages=("notice", "noticed"), after=("opinion_issued",)))
        house.handle(request(moved(CONFIRMED[-1], "2026-03-16"), running.case_id))
        closed = carry_out(house, of_others(CONFIRMED, 3))
        assert closed.case_id
        assert found(house, 7) == {(missing.case_id, "missing"), (running.case_id, "running")}

    def test_a_notice_where_it_is_forbidden_is_found(self, ready: House) -> None:
        answer = carry_out(ready, POSTED)
        assert found(ready, 7) == set()
        publish(ready, replace(RULE, notice=replace(RULE.notice, kind="forbidden")))
        assert found(ready, 7) == {(answer.case_id, "forbidden")}

    @pytest.mark.parametrize(("age", "kinds"), [(66, {"exempt"}), (65, set())])
    def test_who_is_too_young_must_not_be_posted(self, ready: House, age: int, kinds: set[str]) -> None:
        carry_out(ready, of_others(POSTED, 10))  # born 1960-02-01, posted 2026-03-12: 66
        criterion = replace(RULE.criteria[0], fact="age", op="<", value=age + 1, parameter="")
        publish(ready, replace(RULE, notice=replace(RULE.notice, exempt=(criterion,))))
        assert {kind for _, kind in found(ready, 7)} == kinds


class TestObjection:
    AGAIN = (
        visit(HANDLER, LEAD, on="2026-03-18"),
        step("issue_opinion", OPINED[-1].command, by(LEAD, "2026-03-19")),
        step("post_notice", PostNotice(place="村务公开栏"), by(HANDLER, "2026-03-20")),
        moved(NOTICED[-1], "2026-03-30"),
        moved(CONFIRMED[-1], "2026-03-31"),
    )

    def test_an_objection_that_was_answered_in_full_is_not_found(self, ready: House) -> None:
        carry_out(ready, (*OBJECTED, *self.AGAIN))
        assert found(ready, 8) == set()

    def test_without_a_new_inquiry_it_is_found(self, house: House) -> None:
        set_up_under(house, stepped("issue_opinion", after=("accepted",)))
        answer = carry_out(house, (*OBJECTED, *self.AGAIN[1:]))
        assert found(house, 8) == {(answer.case_id, "no_inquiry")}
        (told,) = asked_of(house, 8)
        assert proven(house, 8, told)[-4:] == [
            "case.notice_objected",
            "case.opinion_issued",
            "case.notice_posted",
            "case.confirmed",
        ]

    def test_without_a_new_notice_it_is_found(self, house: House) -> None:
        set_up_under(house, stepped("confirm_case", stages=("opinion",), after=("opinion_issued",)))
        answer = carry_out(house, (*OBJECTED, *self.AGAIN[:2], self.AGAIN[-1]))
        assert found(house, 8) == {(answer.case_id, "no_notice")}
        assert (answer.case_id, "running") not in found(house, 7)


class TestInvestigators:
    def test_one_investigator_is_too_few_where_the_rule_asks_for_two(self, house: House) -> None:
        set_up_under(house, replace(RULE, min_investigators=1))
        alone, helped, two = (
            carry_out(house, (*of_others(VISITED[:-1], number), visit(*who, on="2026-03-09")))
            for number, who in enumerate(((HANDLER,), (HANDLER, DIRECTOR), (HANDLER, LEAD)), 1)
        )
        assert two.case_id
        assert found(house, 9) == set()
        publish(house, RULE)
        assert found(house, 9) == {(alone.case_id, "few"), (helped.case_id, "few")}

    def test_an_unsigned_visit_is_found_with_or_without_a_reason(self, ready: House) -> None:
        answer = carry_out(ready, (*VISITED[:-1], visit(HANDLER, LEAD, on="2026-03-09", signed=False)))
        assert found(ready, 9) == {(answer.case_id, "unsigned_reasoned")}
        (told,) = asked_of(ready, 9)
        assert proven(ready, 9, told) == ["case.home_visited"]
        assert "卧病在床" not in told.zh, "why somebody cannot sign belongs to the person"

    @pytest.mark.parametrize(
        ("at", "division", "kinds"),
        [("09:44", OTHER_VILLAGE, {"near"}), ("09:45", OTHER_VILLAGE, set()), ("09:31", VILLAGE, set())],
    )
    def test_two_villages_in_less_than_a_quarter_of_an_hour(
        self, ready: House, at: str, division: str, kinds: set[str]
    ) -> None:
        carry_out(ready, (*of_others(VISITED[:-1], 1), visit(HANDLER, LEAD, on="2026-03-09")))
        elsewhere = of_others(VISITED[:-1], 2, division)
        carry_out(ready, (*elsewhere, visit(HANDLER, INVESTIGATOR, on="2026-03-09", at=at)))
        assert {kind for _, kind in found(ready, 9)} == kinds
        assert {told.finding.post for told in asked_of(ready, 9)} == ({HANDLER.id} if kinds else set())

    @pytest.mark.parametrize(("visits", "kinds"), [(10, {"same_pair"}), (9, set())])
    def test_the_same_two_in_nine_of_ten_visits(self, ready: House, visits: int, kinds: set[str]) -> None:
        first = date(2026, 3, 9)
        for number in range(visits):
            day = (first + timedelta(days=number % 5)).isoformat()
            team = (INVESTIGATOR, LEAD) if number == 4 else (HANDLER, LEAD)
            carry_out(ready, (*of_others(VISITED[:-1], number), visit(*team, on=day, at=f"{8 + number}:00".zfill(5))))
        told = asked_of(ready, 9)
        assert {each.finding.kind for each in told} == kinds
        for each in told:
            assert (each.finding.details["visits"], each.finding.details["total"]) == (9, 10)
            assert proven(ready, 9, each) == ["case.home_visited"] * 9
        assert asked_of(ready, 9, since=date(2026, 4, 1)) == []


class TestComparison:
    def test_a_confirmation_without_or_before_the_report_is_found(self, house: House) -> None:
        lax = stepped("issue_opinion", after=("accepted", "home_visited"))
        late = stepped("report_comparison", stages=(*RULE.steps["report_comparison"].stages, "confirmed"), rule=lax)
        set_up_under(house, late)
        authorised, report = VISITED[2:4]
        rest = tuple(each for each in CONFIRMED if each.action not in ("authorise_comparison", "report_comparison"))
        without = carry_out(house, of_others(rest, 1))
        before = carry_out(house, (*of_others(rest[:2], 2), authorised, *rest[2:], moved(report, "2026-03-26")))
        first = carry_out(house, of_others(CONFIRMED, 3))
        assert first.case_id
        assert found(house, 10) == set(), "that rule does not ask for it"
        publish(house, RULE)
        assert found(house, 10) == {(without.case_id, "without"), (before.case_id, "before")}
        told = next(each for each in asked_of(house, 10) if each.finding.case_id == before.case_id)
        assert told.finding.days == 2
        assert proven(house, 10, told) == [
            "case.accepted",
            "case.confirmed",
            "case.comparison_reported",
            "rule.version_published",
        ]


class TestTownAndCountry:
    @pytest.mark.parametrize(("rural", "kinds"), [(75_000, {"standard"}), (78_000, set())])
    def test_another_standard_in_the_country_is_found(self, house: House, rural: int, kinds: set[str]) -> None:
        track = Track(parameter="standard", urban=78_000, rural=rural, basis="某文件")
        set_up_under(house, replace(RULE, tracks=(track,)))
        for number, (place, standard) in enumerate(((TOWN, 78_000), (COUNTRY, rural))):
            confirm = replace(CONFIRMED[-1], command=ConfirmCase(amount=Fen(2 * standard - 50_000)))
            carry_out(house, (*of_others(NOTICED, number, place), confirm))
        told = asked_of(house, 12)
        assert {each.finding.kind for each in told} == kinds
        for each in told:
            assert "780.00" in each.zh
            assert "750.00" in each.zh
            assert proven(house, 12, each) == ["case.confirmed", "case.confirmed"]

    @pytest.mark.parametrize(("cases", "kinds"), [(10, {"days"}), (9, set())])
    def test_half_as_long_again_in_the_country_is_found(self, ready: House, cases: int, kinds: set[str]) -> None:
        """16 days from the acceptance to the decision, against 36."""
        for number in range(cases):
            carry_out(ready, of_others(CONFIRMED, number, TOWN))
            slow = moved(CONFIRMED[-1], "2026-04-13")
            carry_out(ready, (*of_others(NOTICED, 100 + number, COUNTRY), slow))
        told = asked_of(ready, 12)
        assert {each.finding.kind for each in told} == kinds
        for each in told:
            assert (each.finding.details["urban_days"], each.finding.details["rural_days"]) == (20, 40)
            assert len(each.finding.positions) == 2 * cases


class TestRightRule:
    @pytest.mark.parametrize(("begins", "kinds"), [("2026-03-04", {"published_later"}), ("2026-03-05", set())])
    def test_a_norm_recorded_later_that_held_already_is_found(self, ready: House, begins: str, kinds: set[str]) -> None:
        carry_out(ready, CONFIRMED)
        newer = replace(RULE, id="dibao-320903-newer", region="320903", valid_from=date.fromisoformat(begins))
        publish(ready, newer)
        told = asked_of(ready, 13)
        assert {each.finding.kind for each in told} == kinds
        for each in told:
            assert each.finding.details["right_rule"] == newer.id
            assert proven(ready, 13, each) == ["rule.version_published", "case.accepted", "rule.version_published"]

    def test_a_version_of_another_county_is_no_better(self, ready: House) -> None:
        carry_out(ready, CONFIRMED)
        publish(ready, replace(RULE, id="dibao-320904-newer", region="320904", valid_from=date(2026, 1, 1)))
        assert found(ready, 13) == set()

    def test_a_version_that_was_over_is_found(self, ready: House) -> None:
        answer = carry_out(ready, CONFIRMED)
        publish(ready, replace(RULE, valid_to=date(2026, 3, 4)))
        assert found(ready, 13) == {(answer.case_id, "not_in_force")}
        publish(ready, replace(RULE, valid_to=date(2026, 3, 5)))
        assert found(ready, 13) == set()

    @pytest.mark.parametrize(("more", "kinds"), [(1, {"amount"}), (0, set())])
    def test_an_amount_that_is_one_fen_more_is_found(self, ready: House, more: int, kinds: set[str]) -> None:
        answer = carry_out(ready, of_others(CONFIRMED, 1))
        confirmed = next(event for event in stream_of(ready, answer) if isinstance(event, Confirmed))
        other = carry_out(ready, of_others(NOTICED, 2))
        write(ready, f"case-{other.case_id}", replace(confirmed, amount=Fen(AMOUNT + more)), "2026-03-24", DECIDER)
        told = asked_of(ready, 13)
        assert {each.finding.kind for each in told} == kinds
        for each in told:
            assert (each.finding.amount, each.finding.case_id) == (1, other.case_id)
            assert proven(ready, 13, each) == ["rule.version_published", "case.confirmed"]

    def test_a_decision_under_another_version_than_the_acceptance_is_found(self, ready: House) -> None:
        answer = carry_out(ready, of_others(CONFIRMED, 1))
        confirmed = next(event for event in stream_of(ready, answer) if isinstance(event, Confirmed))
        other = carry_out(ready, of_others(NOTICED, 2))
        write(ready, f"case-{other.case_id}", replace(confirmed, rule="no-such-rule"), "2026-03-24", DECIDER)
        assert found(ready, 13) == {(other.case_id, "changed"), (other.case_id, "not_computed")}


class TestMonths:
    def test_the_month_of_the_application_is_early_where_the_month_after_is_due(self, house: House) -> None:
        set_up_under(house, replace(RULE, months=FirstMonth(first="application")))
        early = carry_out(house, of_others(CONFIRMED, 1))
        publish(house, RULE)
        right = carry_out(house, of_others(CONFIRMED, 2))
        assert right.case_id
        assert found(house, 14) == {(early.case_id, "first_early")}
        (told,) = asked_of(house, 14)
        assert (told.finding.amount, told.finding.details["due_month"]) == (AMOUNT, "2026-04-01")
        assert proven(house, 14, told) == ["case.confirmed", "rule.version_published"]

    def test_the_month_after_is_late_where_that_of_the_application_is_due(self, ready: House) -> None:
        answer = carry_out(ready, CONFIRMED)
        publish(ready, replace(RULE, months=FirstMonth(first="application")))
        assert found(ready, 14) == {(answer.case_id, "first_late")}
        (told,) = asked_of(ready, 14)
        assert proven(ready, 14, told) == ["case.opened", "case.confirmed", "rule.version_published"]

    def test_a_stop_from_a_later_month_than_the_next_is_found(self, ready: House) -> None:
        answer = carry_out(ready, STOPPED)
        assert found(ready, 14) == set()
        stopped = stream_of(ready, answer)[-1]
        late = carry_out(ready, of_others(GRANTED, 2))
        late_stop = replace(stopped, from_month=date(2026, 11, 1), moves=())
        write(ready, f"case-{late.case_id}", late_stop, "2026-09-10", DECIDER)
        early = carry_out(ready, of_others(GRANTED, 3))
        early_stop = replace(stopped, from_month=date(2026, 9, 1), moves=())
        write(ready, f"case-{early.case_id}", early_stop, "2026-09-10", DECIDER)
        assert found(ready, 14) == {(late.case_id, "stop_late"), (early.case_id, "stop_early")}
        by_condition = replace(RULE, months=FirstMonth(last="condition_month"))
        publish(ready, by_condition)
        assert found(ready, 14) == {(late.case_id, "stop_late")}, "a condition may have ended before"


class TestReview:
    def test_the_day_of_the_review_is_in_time_and_the_next_is_not(self, house: House) -> None:
        set_up_under(house, replace(RULE, review_months=3))  # granted from April on: due on 2026-07-01
        runs = carry_out(house, of_others(GRANTED, 1))
        rests = carry_out(house, of_others(SUSPENDED, 2))
        assert rests.case_id
        assert found(house, 15, on=date(2026, 7, 1)) == set()
        assert found(house, 15, on=date(2026, 7, 2)) == {(runs.case_id, "overdue")}
        (told,) = asked_of(house, 15, on=date(2026, 7, 11))
        assert (told.finding.days, told.finding.amount) == (10, AMOUNT)
        assert proven(house, 15, told, on=date(2026, 7, 11)) == ["case.confirmed", "case.grant_started"]

    def test_what_was_stopped_runs_up_to_its_last_month(self, house: House) -> None:
        set_up_under(house, replace(RULE, review_months=3))
        stopped = carry_out(house, of_others(STOPPED, 1))  # on 2026-09-10, from October on
        assert found(house, 15, on=date(2026, 8, 1)) == {(stopped.case_id, "overdue")}
        assert found(house, 15) == set()


class TestAsking:
    def test_period_division_matter_and_kind_limit_what_is_found(self, ready: House) -> None:
        answer = carry_out(ready, OPENED)
        accepts = {"since": date(2026, 3, 9), "until": date(2026, 3, 10)}
        assert found(ready, 6, **accepts) == {(answer.case_id, "open")}
        for miss in (
            {"since": date(2026, 3, 10)},
            {"until": date(2026, 3, 9)},
            {"division": "320904"},
            {"division": OTHER_VILLAGE},
            {"matter": "tekun"},
            {"kind": "late"},
        ):
            assert found(ready, 6, **miss) == set(), miss
        for hit in ({"division": "3209"}, {"division": VILLAGE}, {"matter": "dibao"}, {"kind": "open"}):
            assert found(ready, 6, **hit) == {(answer.case_id, "open")}, hit

    def test_what_happened_after_the_day_is_not_found_yet(self, house: House) -> None:
        set_up_under(house, limited("notice", 6))
        carry_out(house, CONFIRMED)
        publish(house, RULE)
        assert found(house, 7, on=date(2026, 3, 11)) == set()
        (told,) = asked_of(house, 7, on=date(2026, 3, 12))
        with pytest.raises(UnknownFinding):
            evidence(house, question_of(7), Asked(on=date(2026, 3, 11)), told.finding.id)

    def test_counts_are_by_county_month_and_kind(self, ready: House) -> None:
        carry_out(ready, of_others(OPENED, 1))
        carry_out(ready, of_others(OPENED, 2))
        asked_of(ready, 6)
        (count,) = counted(ready, question_of(6), Asked(on=LAST_DAY))
        assert (count.county, count.month, count.kind, count.findings) == ("320903", date(2026, 3, 1), "open", 2)

    def test_what_waits_for_a_feed_and_what_is_not_found_are_refused(self, ready: House) -> None:
        for number in (0, 1, 3, 11, 16, 37):
            with pytest.raises(UnknownQuestion):
                question_of(number)
        asked_of(ready, 6)
        for id_ in ("1-accept", "nothing", "9" * 40, ""):
            with pytest.raises(UnknownFinding):
                evidence(ready, question_of(6), Asked(on=LAST_DAY), id_)

    def test_a_grant_that_rests_is_not_paid(self, house: House) -> None:
        set_up_under(house, replace(RULE, review_months=3))
        answer = carry_out(house, GRANTED)
        rest = step("suspend_grant", SuspendGrant(reason="去向待查"), by(DECIDER, "2026-07-20"))
        house.handle(request(rest, answer.case_id))
        assert found(house, 15, on=date(2026, 7, 31)) == {(answer.case_id, "overdue")}
        assert found(house, 15, on=date(2026, 8, 1)) == set()
