"""Statutory duties 法定职责必须为: started, paused, met, dropped, breached, by the rule's data."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from domain.calendar import CalendarYearMissing
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.actions.warn_duty import WarnDuty
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.clockwork import OPEN_PAUSES, with_moves
from domain.cases.events.closing import DutyBreached, DutyWarned, NoteAdded
from domain.cases.events.decision import NoticeObjected
from domain.cases.evolve import fold
from domain.cases.parts import Due
from domain.cases.state import NO_CASE, CaseState
from domain.errors import InvalidValue, NoAuthority, WrongOrder
from domain.kernel import Fen
from domain.rulebook.parts import DutyRule, Pause
from domain.rulebook.rules import RuleVersion
from tests.support.builders import HANDLER, LEAD, RULE, RULES, TIMEKEEPER, application, by
from tests.support.clocks import after, clocked, end_of, last_day_of, told, with_duty
from tests.support.journeys import (
    ACCEPTED,
    AUTHORISED,
    COMPARED,
    CONFIRMED,
    GRANTED,
    NOTICED,
    OBJECTED,
    OPENED,
    OPINED,
    POSTED,
    REFUSED,
    STOPPED,
    SUSPENDED,
    step,
)
from tests.support.scenario import Step


def opened(on: str, at: str = "09:30") -> Step:
    return step("open_case", application(), by(HANDLER, on, at=at))


def accept(on: str, *, deemed: bool = False) -> Step:
    return step("accept_case", AcceptCase(deemed=deemed), by(TIMEKEEPER if deemed else HANDLER, on))


def breach(what: str, on: str, at: str = "09:30") -> Step:
    return step("record_breach", RecordBreach(what=what), by(TIMEKEEPER, on, at=at))


def warning(what: str, on: str) -> Step:
    return step("warn_duty", WarnDuty(what=what), by(TIMEKEEPER, on))


def from_opening(*pauses: Pause, warn: int = 1) -> DutyRule:
    return DutyRule("mine", ("case.opened",), ("case.confirmed",), "town_lead", pauses=pauses, warn=warn)


class TestStart:
    def test_five_working_days_from_18_september_2026_end_with_the_24th(self) -> None:
        duty = after(opened("2026-09-18")).duties["accept"]
        assert last_day_of(duty) == "2026-09-24"
        assert (duty.status, duty.holder, duty.basis) == ("started", "town_handler", RULE.limits["accept"].basis)

    def test_the_warning_comes_before_the_last_working_day(self) -> None:
        assert after(opened("2026-09-18")).duties["accept"].warn_at == end_of("2026-09-23")

    def test_late_in_the_evening_it_is_the_same_day_in_yancheng(self) -> None:
        assert last_day_of(after(opened("2026-09-18", at="23:59")).duties["accept"]) == "2026-09-24"

    def test_hours_run_to_the_minute(self) -> None:
        rule = with_duty(from_opening(warn=6), days=48, unit="h")
        case = after(opened("2026-09-18", at="16:20"), rule=rule)
        started = by(HANDLER, "2026-09-18", at="16:20").on
        assert case.duties["mine"].due_at == started + timedelta(hours=48)
        assert case.duties["mine"].warn_at == started + timedelta(hours=42)

    def test_months_end_with_the_same_day_or_the_last_of_a_short_month(self) -> None:
        rule = with_duty(from_opening(), days=6, unit="mo")
        duty = after(opened("2026-08-31"), rule=rule).duties["mine"]
        assert last_day_of(duty) == "2027-02-28"
        assert duty.warn_at == end_of("2027-01-28")

    def test_calendar_days_take_holidays_with_them(self) -> None:
        rule = with_duty(from_opening(warn=2), days=7, unit="cd")
        duty = after(opened("2026-09-28"), rule=rule).duties["mine"]
        assert last_day_of(duty) == "2026-10-05"
        assert duty.warn_at == end_of("2026-10-03")

    def test_the_clock_of_the_review_agrees_with_the_date_that_the_case_shows(self) -> None:
        case = after(*GRANTED)
        assert case.review is not None
        assert last_day_of(case.duties["review"]) == case.review.due_on.isoformat()

    def test_accepted_by_law_the_next_clocks_run_from_the_day_received(self) -> None:
        plain = after(opened("2026-09-18"), accept("2026-09-18"))
        for deemed in (True, False):  # whoever says so: the timekeeper, or the office that is late
            case = after(opened("2026-09-18"), accept("2026-09-28", deemed=deemed))
            assert case.accepted_on == date(2026, 9, 18)
            for what in ("opinion", "total"):
                assert case.duties[what].due_at == plain.duties[what].due_at

    def test_what_is_owed_already_is_not_put_off_by_another_start(self) -> None:
        case = after(*ACCEPTED)
        objected = NoticeObjected(
            objected_on=date(2026, 3, 20), content="", due=Due(what="opinion", on=date(2026, 4, 10))
        )
        again = step("add_note", application(), by(HANDLER, "2026-03-20"))
        assert with_moves(case, [objected], told(case, again))[0] == [objected]

    def test_an_objection_starts_the_inquiry_anew_once_the_first_is_done(self) -> None:
        posted = after(*POSTED)
        assert posted.duties["opinion"].status == "met"
        objected = NoticeObjected(
            objected_on=date(2026, 3, 16), content="", due=Due(what="opinion", on=date(2026, 4, 7))
        )
        (event,), _ = with_moves(
            posted, [objected], told(posted, step("add_note", application(), by(HANDLER, "2026-03-16")))
        )
        assert [(move.what, move.to, move.due_at) for move in event.moves if move.what == "opinion"] == [
            ("opinion", "started", end_of("2026-04-07"))
        ]

    def test_a_year_without_a_calendar_is_a_loud_error(self) -> None:
        rule = with_duty(from_opening(), days=400, unit="wd")
        with pytest.raises(CalendarYearMissing, match="2028"):
            after(opened("2027-03-01"), rule=rule)

    def test_an_event_that_moves_no_clock_stays_as_it_is(self) -> None:
        case = after(*ACCEPTED)
        events = [NoteAdded(text="电话联系")]
        assert with_moves(case, list(events), told(case, accept("2026-03-05")))[0] == events

    def test_a_rule_without_duties_moves_nothing(self) -> None:
        (event,) = clocked(CaseState(), opened("2026-09-18"), replace(RULE, duties={}))
        assert event.moves == ()


def test_moves_that_were_worked_out_for_another_case_are_those_worked_out_anew() -> None:
    for journey in (CONFIRMED, GRANTED, OBJECTED, REFUSED, SUSPENDED, STOPPED):
        state = NO_CASE
        for each in journey:
            anew = clocked(state, each, replace(RULE))  # a version never seen: nothing is remembered of it
            assert clocked(state, each) == clocked(state, each) == anew
            state = fold(anew, state)


class TestPauses:
    def test_what_the_information_check_takes_does_not_count(self) -> None:
        asked = after(*AUTHORISED)
        assert (asked.duties["total"].status, asked.duties["total"].left) == ("paused", 30)
        told_of = after(*COMPARED).duties["total"]
        assert (told_of.status, told_of.left) == ("resumed", 0)
        plain = after(opened("2026-03-02"), accept("2026-03-06")).duties["total"]
        assert told_of.due_at == plain.due_at, "two days later, as the check took two days"
        assert told_of.warn_at == plain.warn_at

    def test_the_notice_stops_the_clock_until_it_is_closed(self) -> None:
        before, posted, closed = (after(*path).duties["total"] for path in (OPINED, POSTED, NOTICED))
        assert (posted.status, posted.due_at) == ("paused", before.due_at)
        assert closed.status == "resumed"
        assert last_day_of(before) == "2026-04-20"
        assert last_day_of(closed) == "2026-04-28", "six working days from 13 to 20 March"

    def test_an_objection_ends_the_notice_and_the_pause(self) -> None:
        posted = after(*POSTED)
        objected = NoticeObjected(
            objected_on=date(2026, 3, 16), content="", due=Due(what="opinion", on=date(2026, 4, 7))
        )
        (event,), _ = with_moves(
            posted, [objected], told(posted, step("add_note", application(), by(HANDLER, "2026-03-16")))
        )
        assert {move.what: move.to for move in event.moves}["total"] == "resumed"

    def test_correction_stops_a_clock_that_runs_from_the_application(self) -> None:
        rule = with_duty(from_opening(Pause("case.correction_requested", "case.accepted")))
        told_defects = step("request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-09-21"))
        correcting = after(opened("2026-09-18"), told_defects, rule=rule)
        assert (correcting.duties["mine"].status, correcting.duties["mine"].left) == ("paused", 8)
        accepted = after(opened("2026-09-18"), told_defects, accept("2026-09-28"), rule=rule)
        assert last_day_of(accepted.duties["mine"]) == "2026-10-14", "eight working days after the 28th"

    def test_a_pause_that_is_open_already_stops_the_clock_as_it_starts(self) -> None:
        before = step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-03-03"))
        case = after(*OPENED, before, accept("2026-03-04"))
        assert (case.duties["total"].status, case.duties["total"].left) == ("paused", 30)
        reported = step("report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-03-06"))
        assert after(reported, state=case).duties["total"].status == "resumed"

    def test_two_pauses_at_once_end_with_the_later(self) -> None:
        pauses = (
            Pause("case.correction_requested", "case.accepted"),
            Pause("case.comparison_authorised", "case.comparison_reported"),
        )
        rule = with_duty(from_opening(*pauses))
        told_defects = step("request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-09-21"))
        authorised = step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-09-22"))
        accepted = after(opened("2026-09-18"), told_defects, authorised, accept("2026-09-23"), rule=rule)
        assert accepted.duties["mine"].status == "paused"
        reported = step("report_comparison", ReportComparison(source="核对中心"), by(HANDLER, "2026-09-24"))
        case = after(reported, rule=rule, state=accepted)
        assert last_day_of(case.duties["mine"]) == "2026-10-13", "eight working days after the 24th"

    def test_what_is_overdue_cannot_be_paused(self) -> None:
        late = step("authorise_comparison", AuthoriseComparison(), by(HANDLER, "2026-05-20"))
        assert after(*ACCEPTED, late).duties["total"].status == "started"

    def test_what_is_left_of_hours_is_kept_in_begun_hours(self) -> None:
        rule = with_duty(from_opening(Pause("case.correction_requested", "case.accepted")), days=48, unit="h")
        told_defects = step(
            "request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-09-21", at="10:00")
        )
        case = after(opened("2026-09-20", at="09:30"), told_defects, rule=rule)
        assert case.duties["mine"].left == 24
        accepted = after(accept("2026-09-22"), rule=rule, state=case).duties["mine"]
        assert accepted.due_at == by(HANDLER, "2026-09-23").on

    def test_what_is_left_of_months_goes_on_in_days(self) -> None:
        rule = with_duty(from_opening(Pause("case.correction_requested", "case.accepted")), days=2, unit="mo")
        told_defects = step("request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-09-21"))
        case = after(opened("2026-09-18"), told_defects, rule=rule)
        assert case.duties["mine"].left == 58
        accepted = after(accept("2026-09-23"), rule=rule, state=case).duties["mine"]
        assert last_day_of(accepted) == "2026-11-20"
        assert accepted.warn_at == end_of("2026-10-21")


class TestEnd:
    def test_a_duty_done_in_time_is_met(self) -> None:
        assert after(*ACCEPTED).duties["accept"].status == "met"

    def test_a_withdrawn_case_owes_nothing_that_the_rule_drops(self) -> None:
        case = after(*ACCEPTED, step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-05")))
        assert {what: duty.status for what, duty in case.duties.items()} == {
            "accept": "met",
            "opinion": "dropped",
            "total": "dropped",
        }

    def test_a_paused_duty_is_dropped_too(self) -> None:
        case = after(*AUTHORISED, step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-05")))
        assert case.duties["total"].status == "dropped"

    def test_a_review_that_is_done_starts_the_next(self) -> None:
        granted = after(*GRANTED)
        due_on = granted.review.due_on.isoformat() if granted.review else ""
        review = CompleteReview(outcome="unchanged", monthly_income=Fen(50_000))
        reviewed = after(
            step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, due_on)),
            step("complete_review", review, by(LEAD, due_on)),
            state=granted,
        )
        assert reviewed.duties["review"].status == "started"
        assert reviewed.duties["review"].due_at > granted.duties["review"].due_at


class TestBreach:
    def test_an_application_untouched_for_six_working_days_is_a_breach(self) -> None:
        case = after(opened("2026-09-18"))
        (event,) = clocked(case, breach("accept", "2026-09-28"))
        assert event == DutyBreached(
            what="accept", due_at=end_of("2026-09-24"), holder="town_handler", basis=RULE.limits["accept"].basis
        )

    def test_it_is_recorded_once(self) -> None:
        case = after(opened("2026-09-18"), breach("accept", "2026-09-28"))
        assert clocked(case, breach("accept", "2026-09-29")) == []

    def test_it_stays_when_the_duty_is_met_later(self) -> None:
        case = after(opened("2026-09-18"), breach("accept", "2026-09-28"), accept("2026-09-29"))
        assert (case.duties["accept"].status, case.duties["accept"].breached) == ("met", True)

    def test_the_last_moment_of_the_last_day_is_in_time(self) -> None:
        case = after(opened("2026-09-18"))
        with pytest.raises(WrongOrder, match="accept"):
            clocked(case, breach("accept", "2026-09-24", at="23:59:59"))
        with pytest.raises(WrongOrder):
            clocked(case, breach("accept", "2026-09-25", at="00:00"))
        assert clocked(case, breach("accept", "2026-09-25", at="00:00:01"))

    def test_what_is_met_or_paused_cannot_be_breached(self) -> None:
        with pytest.raises(WrongOrder):
            clocked(after(*ACCEPTED), breach("accept", "2026-06-01"))
        with pytest.raises(WrongOrder):
            clocked(after(*AUTHORISED), breach("total", "2026-12-01"))

    def test_a_duty_that_the_case_does_not_have_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="what"):
            clocked(after(*ACCEPTED), breach("serve", "2026-06-01"))
        with pytest.raises(InvalidValue, match="what"):
            clocked(after(*ACCEPTED), warning("serve", "2026-06-01"))

    def test_nobody_but_the_timekeeper_records_one(self) -> None:
        with pytest.raises(NoAuthority):
            clocked(after(opened("2026-09-18")), step("record_breach", RecordBreach("accept"), by(LEAD, "2026-09-28")))

    def test_a_warning_comes_once_and_not_before_its_time(self) -> None:
        case = after(opened("2026-09-18"))
        with pytest.raises(WrongOrder):
            clocked(case, warning("accept", "2026-09-23"))
        (event,) = clocked(case, warning("accept", "2026-09-24"))
        assert isinstance(event, DutyWarned)
        warned = after(warning("accept", "2026-09-24"), state=case)
        assert clocked(warned, warning("accept", "2026-09-24")) == []
        assert clocked(after(breach("accept", "2026-09-28"), state=case), warning("accept", "2026-09-28")) == []

    def test_a_paused_duty_is_not_warned_of(self) -> None:
        with pytest.raises(WrongOrder):
            clocked(after(*AUTHORISED), warning("total", "2026-12-01"))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
class TestShippedRules:
    def test_every_duty_has_its_limit_and_every_pause_is_known(self, rule: RuleVersion) -> None:
        assert {duty.limit for duty in rule.duties.values()} <= set(rule.limits)
        assert {pause.begins for duty in rule.duties.values() for pause in duty.pauses} <= set(OPEN_PAUSES)

    def test_the_timekeeper_may_do_what_follows_from_clocks(self, rule: RuleVersion) -> None:
        wanted = ["record_breach", "warn_duty"] if rule.duties else []
        wanted += ["accept_case"] if "accept" in rule.duties else []
        wanted += ["mark_review_due"] if "review" in rule.duties else []
        assert [action for action in wanted if "system" not in rule.steps[action].by] == []

    def test_a_screening_is_owed_where_there_is_a_lower_support(self, rule: RuleVersion) -> None:
        owed = [what for what, duty in rule.duties.items() if "case.next_layer_screened" in duty.ends]
        assert bool(owed) == bool(rule.next_layers)
