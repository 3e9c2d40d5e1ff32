"""A case as it stood on X, as known on Y: late entries and corrections at the place of what happened."""

from datetime import date, datetime, timedelta, timezone

import pytest

from application.knowledge import differences, learned_since, order_matters
from application.marks import Marks
from application.replay import Moment, MomentInFuture, askable, replay
from application.two_times import account, by_happening
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.events.closing import CorrectionAppended
from domain.cases.parts import Correction
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Fen, Recorded
from domain.rulebook.parts import DutyRule
from tests.support.builders import HANDLER, INVESTIGATOR, LEAD, TIMEKEEPER, Circumstance, by
from tests.support.clocks import with_duty
from tests.support.journeys import (
    ACCEPTED,
    AUTHORISED,
    COMPARED,
    CONFIRMED,
    GRANT_OPINION,
    GRANTED,
    OPENED,
    OPINED,
    VISITED,
    step,
)
from tests.support.scenario import Step
from tests.support.told import history, moment, recorded, told

INCOME = "household.monthly_income"
VISITORS = (HANDLER.id, INVESTIGATOR.id)


def note(text: str, when: Circumstance) -> Step:
    return step("add_note", AddNote(text=text), when)


def visit(on: str, at: str = "09:10") -> Step:
    done = RecordVisit(investigators=VISITORS, signatures=VISITORS, signed_by_household=True)
    return step("record_visit", done, by(HANDLER, on, at=at))


def correct(seq: int, field: str, value: str, on: str) -> Step:
    command = AppendCorrection(seq=seq, field=field, value=value, reason="录入错误")
    return step("append_correction", command, by(HANDLER, on))


def at(on: str | None = None, known: str | None = None) -> Moment:
    """As it stood on that day, as known at the end of the other one."""
    return Moment(on=date.fromisoformat(on) if on else None, as_of=moment(known, "23:59") if known else None)


def stood(stored: list[Recorded], on: str | None = None, known: str | None = None) -> CaseState:
    state = account(stored, at(on, known)).state
    assert state is not None
    return state


def marks(stored: list[Recorded]) -> dict[int, Marks]:
    return {each.step.recorded.seq: each.marks for each in by_happening(stored)}


def order(stored: list[Recorded]) -> list[int]:
    return [each.step.recorded.seq for each in by_happening(stored)]


def income(state: CaseState) -> int:
    assert state.household is not None
    return state.household.monthly_income


class TestOrder:
    def test_a_visit_of_the_morning_told_in_the_evening_stands_before_the_acts_of_the_afternoon(self) -> None:
        afternoon = note("下午", by(HANDLER, "2026-03-04", at="15:00"))
        stored = history(*ACCEPTED, afternoon, told(visit("2026-03-04", "09:10"), "2026-03-04", "18:40"))
        assert order(stored) == [1, 4, 2, 3]  # the acceptance was at 09:30
        assert [each.step.state.notes for each in by_happening(stored)] == [0, 0, 0, 1]
        assert [len(each.step.state.visits) for each in by_happening(stored)] == [0, 1, 1, 1]

    def test_steps_of_one_moment_stand_as_they_were_recorded(self) -> None:
        same = by(HANDLER, "2026-03-05", at="10:00")
        stored = history(*ACCEPTED, note("甲", same), note("乙", same), note("丙", same))
        assert order(stored) == [1, 2, 3, 4, 5]
        assert not any(each.overtaken for each in marks(stored).values())

    def test_what_is_dated_before_the_opening_counts_from_the_opening_and_is_marked(self) -> None:
        early = note("先行了解", by(HANDLER, "2026-03-02", at="08:00"))
        stored = history(*OPENED, told(early, "2026-03-02", "10:00"), *ACCEPTED[1:])
        assert order(stored) == [1, 2, 3]
        assert [each.before_opening for each in marks(stored).values()] == [False, True, False]
        assert by_happening(stored)[1].happened_at == by_happening(stored)[0].happened_at
        assert stood(stored).notes == 1

    def test_a_day_of_yancheng_ends_at_its_own_midnight(self) -> None:
        stored = history(*ACCEPTED, note("夜", by(HANDLER, "2026-03-05", at="23:59")))
        assert stood(stored, "2026-03-04").notes == 0
        assert stood(stored, "2026-03-05").notes == 1

    def test_the_order_of_happening_can_give_another_state_and_that_is_told(self) -> None:
        stored = history(*ACCEPTED, told(visit("2026-03-03"), "2026-03-09"))
        assert order_matters(stored, at()) == []
        early = step("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-03"))
        stored = history(*VISITED, told(early, "2026-03-12"))
        assert (replay(stored)[-1].state.stage, stood(stored).stage) == ("opinion", "accepted")
        assert ("stage", "opinion", "accepted") in [(e.field, e.then, e.now) for e in order_matters(stored, at())]


class TestMarks:
    def test_a_step_is_late_from_an_hour_on_and_by_how_many_seconds(self) -> None:
        in_time = note("及时", by(HANDLER, "2026-03-05", at="10:00"))
        late = note("迟", by(HANDLER, "2026-03-05", at="11:00"))
        stored = history(*ACCEPTED, told(in_time, "2026-03-05", "10:59"), told(late, "2026-03-05", "12:00"))
        assert [each.late for each in marks(stored).values()] == [0, 0, 0, 3600]
        half = by_happening(stored, timedelta(minutes=30))
        assert [each.marks.late for each in half] == [0, 0, 3540, 3600]

    def test_a_step_is_out_of_order_after_those_that_were_recorded_before_it_and_happened_later(self) -> None:
        stored = history(*COMPARED, told(visit("2026-03-04", "09:40"), "2026-03-09"), *OPINED[-1:])
        assert {seq: each.overtaken for seq, each in marks(stored).items() if each.overtaken} == {5: (4,)}
        assert order(stored) == [1, 2, 3, 5, 4, 6]

    def test_a_step_dated_after_its_recording_has_a_broken_clock(self) -> None:
        stored = history(*ACCEPTED, told(note("表快", by(HANDLER, "2026-03-05", at="10:05")), "2026-03-05", "10:00"))
        assert [(each.ahead, each.late) for each in marks(stored).values()] == [(0, 0), (0, 0), (300, 0)]

    def test_a_part_of_a_second_ahead_is_a_second(self) -> None:
        when = moment("2026-03-05")
        ahead = recorded(history(*OPENED)[0].event, 0, (when + timedelta(milliseconds=1), when))
        assert marks([ahead])[1].ahead == 1

    def test_a_breach_of_a_duty_that_was_done_in_time_and_told_late_is_moot(self) -> None:
        breach = step("record_breach", RecordBreach(what="opinion"), by(TIMEKEEPER, "2026-04-20"))
        opinion = step("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11"))
        stored = history(*VISITED, breach, told(opinion, "2026-04-21"))
        assert stood(stored, known="2026-04-20").duties["opinion"].breached
        assert not stood(stored).duties["opinion"].breached
        assert [seq for seq, each in marks(stored).items() if each.moot] == [6]
        assert stood(stored, known="2026-04-20").stage == "accepted"
        assert not marks(history(*VISITED, breach))[6].moot

    def test_a_duty_is_met_by_an_act_that_is_dated_before_its_start(self) -> None:
        rule = with_duty(DutyRule("mine", ("case.accepted",), ("case.home_visited",), "town_handler", warn=1))
        acceptance = step("accept_case", AcceptCase(), by(HANDLER, "2026-03-04", at="15:00"))
        stored = history(*OPENED, acceptance, told(visit("2026-03-04", "09:10"), "2026-03-04", "18:40"), rule=rule)
        assert order(stored) == [1, 3, 2]
        assert stood(stored).duties == replay(stored)[-1].state.duties
        assert stood(stored).duties["mine"].status == "met"
        assert stood(stored[:2]).duties["mine"].status == "started"


class TestCorrections:
    stored = history(
        *ACCEPTED,
        correct(1, INCOME, "65000", "2026-03-20"),
        note("后", by(HANDLER, "2026-03-21")),
    )

    def test_before_it_was_recorded_the_wrong_value_shows_and_after_it_the_right_one_from_its_step_on(self) -> None:
        assert income(stood(self.stored, "2026-03-03", "2026-03-19")) == 50_000
        assert income(stood(self.stored, "2026-03-03", "2026-03-20")) == 65_000
        assert [income(each.step.state) for each in by_happening(self.stored)] == [65_000] * 4
        assert [income(each.state) for each in replay(self.stored)] == [50_000, 50_000, 65_000, 65_000]
        assert stood(self.stored) == replay(self.stored)[-1].state

    def test_its_own_step_changes_nothing_more_and_tells_what_it_corrects(self) -> None:
        steps = {each.step.recorded.seq: each for each in by_happening(self.stored)}
        assert steps[3].step.changes == ()
        put = steps[3].marks.corrects
        assert put is not None
        assert steps[1].marks.corrected == (put,)
        assert (put.by.seq, put.of.seq, put.field, put.before, put.after, put.shown) == (
            3,
            1,
            INCOME,
            50_000,
            65_000,
            True,
        )
        assert len(stood(self.stored, "2026-03-03").corrections) == 1

    def test_a_later_step_that_sets_the_value_anew_stands(self) -> None:
        due = step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, "2027-05-10"))
        review = CompleteReview(outcome="unchanged", monthly_income=Fen(48_000))
        done = step("complete_review", review, by(LEAD, "2027-05-12"))
        stored = history(*GRANTED, due, done, correct(1, INCOME, "51000", "2027-06-01"))
        assert (income(stood(stored, "2026-03-05")), income(stood(stored))) == (51_000, 48_000)
        assert income(replay(stored)[-1].state) == 51_000
        assert INCOME in [each.field for each in order_matters(stored, at())]

    def test_the_second_correction_of_a_field_goes_out_from_the_first(self) -> None:
        stored = history(*self.history_of(correct(1, INCOME, "65000", "2026-03-20")))
        puts = marks(stored)[1].corrected
        assert [(put.before, put.after) for put in puts] == [(50_000, 65_000), (65_000, 66_000)]
        assert income(stood(stored, "2026-03-02")) == 66_000
        assert income(stood(stored, "2026-03-02", "2026-03-20")) == 65_000

    def test_who_corrects_a_correction_corrects_what_it_was_about(self) -> None:
        stored = history(*self.history_of(correct(1, INCOME, "65000", "2026-03-20"), about=3))
        assert [put.of.seq for put in marks(stored)[1].corrected] == [1, 1]
        assert income(stood(stored, "2026-03-02")) == 66_000

    def history_of(self, first: Step, about: int = 1) -> tuple[Step, ...]:
        return (*ACCEPTED, first, correct(about, INCOME, "66000", "2026-03-25"))

    def test_a_decision_does_not_change_and_the_correction_says_so(self) -> None:
        seq = len(history(*CONFIRMED))
        stored = history(*CONFIRMED, correct(seq, "amount", "100000", "2026-04-01"))
        put = marks(stored)[seq].corrected[0]
        assert (put.before, put.after, put.shown) == (106_000, 100_000, False)
        decision = stood(stored).decision
        assert decision is not None
        assert decision.amount == 106_000

    def test_a_field_that_the_step_does_not_have_has_no_old_value(self) -> None:
        stored = history(*ACCEPTED, correct(2, "colour", "红", "2026-03-20"))
        put = marks(stored)[2].corrected[0]
        assert (put.before, put.after, put.shown) == (None, "红", False)

    @pytest.mark.parametrize("seq", [-1, 0, 2, 9])
    def test_a_correction_that_names_no_step_before_it_is_about_itself(self, seq: int) -> None:
        first = history(*OPENED)
        wrong = CorrectionAppended(correction=Correction(seq=seq, field=INCOME, value="7", reason="x"))
        stored = [*first, recorded(wrong, 1, (moment("2026-03-05"), moment("2026-03-05")))]
        assert [income(each.step.state) for each in by_happening(stored)] == [50_000, 7]
        assert marks(stored)[2].corrects == marks(stored)[2].corrected[0]


class TestStanding:
    stored = history(*OPENED, told(ACCEPTED[1], "2026-03-10"))

    def test_a_case_that_was_not_known_is_told_as_such_with_the_day_on_which_it_became_known(self) -> None:
        found = account(self.stored, at("2026-03-05", "2026-03-01"))
        assert (found.standing, found.since, found.state) == ("not_known_yet", self.stored[0].recorded_at, None)
        assert (found.steps, found.version, found.position) == ((), 0, 0)
        assert account([], at()).standing == "not_known_yet"

    def test_a_case_that_had_not_begun_is_told_as_such_with_the_day_on_which_it_began(self) -> None:
        found = account(self.stored, at("2026-03-01", "2026-03-20"))
        assert (found.standing, found.since) == ("not_happened_yet", self.stored[0].meta.occurred_at)
        assert (found.state, found.version, found.later) == (None, 2, 2)

    def test_known_steps_that_happened_later_are_counted(self) -> None:
        found = account(self.stored, at("2026-03-03", "2026-03-10"))
        assert (found.standing, len(found.steps), found.later, found.version) == ("told", 1, 1, 2)
        assert account(self.stored, at("2026-03-04", "2026-03-09")).later == 0

    def test_an_account_can_stop_at_a_version_of_the_log_too(self) -> None:
        assert account(self.stored, Moment(version=1)).version == 1
        assert account(self.stored, Moment(position=99)).standing == "not_known_yet"


class TestKnowledge:
    stored = history(
        *AUTHORISED,
        told(visit("2026-03-05"), "2026-03-30"),
        correct(1, "applicant.name", "样例甲", "2026-04-02"),
        note("无关", by(HANDLER, "2026-04-03")),
    )

    def test_what_was_learned_since_is_told_with_the_step_that_brought_it(self) -> None:
        found = {each.field: each for each in learned_since(self.stored, at("2026-03-10", "2026-03-20"))}
        assert set(found) == {"household.members[0].name", "visits", "corrections", "done"}
        name = found["household.members[0].name"]
        assert (name.then, name.now) == ("样例1", "样例甲")
        brought = {field: each.learned.seq for field, each in found.items() if each.learned}
        assert brought == {"household.members[0].name": 5, "corrections": 5, "visits": 4, "done": 4}

    def test_a_list_tells_only_what_the_one_has_and_the_other_has_not(self) -> None:
        stored = history(*AUTHORISED, visit("2026-03-09"), told(visit("2026-03-05"), "2026-03-30"))
        found = {each.field: each for each in learned_since(stored, at("2026-03-10", "2026-03-20"))}
        assert set(found) == {"visits"}
        assert found["visits"].then == ()
        assert [each.at for each in found["visits"].now] == [moment("2026-03-05", "09:10")]

    def test_what_happened_after_the_day_makes_no_difference_to_it(self) -> None:
        assert learned_since(self.stored, at("2026-03-04", "2026-04-02")) == []
        assert learned_since(self.stored, at("2026-03-10")) == []

    def test_of_a_case_that_was_not_known_everything_differs(self) -> None:
        found = learned_since(self.stored, at("2026-03-10", "2026-03-01"))
        assert {each.field for each in found} >= {"number", "stage", "visits"}
        assert [each for each in found if each.then and each.field != "stage"] == []
        assert [each for each in found if each.learned] == []

    def test_no_two_equal_states_differ(self) -> None:
        state = stood(self.stored)
        assert differences(state, state) == []


class TestAskable:
    now = moment("2026-05-05", "10:00")

    def test_a_day_that_has_not_begun_is_not_askable(self) -> None:
        for ahead in (at("2026-05-06"), at(known="2026-05-06"), at("2026-05-01", "2026-05-06")):
            with pytest.raises(MomentInFuture) as refused:
                askable(ahead, self.now)
            assert refused.value.code == "MOMENT_IN_FUTURE"

    def test_today_is_askable_to_its_end(self) -> None:
        today = at("2026-05-05", "2026-05-05")
        assert askable(today, self.now) == today
        assert askable(Moment(), self.now) == Moment()

    def test_a_time_that_utc_does_not_have_is_refused(self) -> None:
        first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
        with pytest.raises(InvalidValue):
            askable(Moment(as_of=first), self.now)
