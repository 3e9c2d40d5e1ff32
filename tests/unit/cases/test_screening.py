"""The bottom line 兜底线: a support that is refused or ends is followed by a look at the next; papers after relief."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.cases.actions.backfill_papers import BackfillPapers
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.screen_next_layer import ScreenNextLayer
from domain.cases.clockwork import with_moves
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import GrantStopped, PapersBackfilled
from domain.cases.events.closing import DutyBreached, LayerScreened, NextLayerScreened
from domain.cases.evolve import fold
from domain.cases.parts import Grant
from domain.cases.state import CaseState
from domain.errors import InvalidValue, ReasonMissing, WrongOrder
from domain.kernel import Fen
from tests.support.builders import DECIDER, HANDLER, RULE, RULES, TIMEKEEPER, by
from tests.support.clocks import after, clocked, end_of, last_day_of, told
from tests.support.journeys import CONFIRMED, GRANTED, REFUSED, STOPPED, step
from tests.support.scenario import Step

TEKUN = RULES["tekun-3209-2021-07"]
FIRST_RELIEF = RULES["linshi-xianxing-3209-2026-01"]


def screening(on: str, *, reason: str = "收入高于标准", **layers: tuple[str, ...]) -> Step:
    return step("screen_next_layer", ScreenNextLayer(reason=reason, **layers), by(HANDLER, on))


def breach(on: str) -> Step:
    return step("record_breach", RecordBreach(what="screen"), by(TIMEKEEPER, on))


def ended_support() -> CaseState:
    """特困 that is stopped on 10 September as income rose."""
    grant = Grant(status="running", amount=Fen(100_000), from_month=date(2026, 3, 1))
    running = CaseState(
        matter="tekun", division=HANDLER.division, stage="granted", done=frozenset({"grant_started"}), grant=grant
    )
    stop = step("stop_grant", screening("2026-09-10").command, by(DECIDER, "2026-09-10"))
    stopped = GrantStopped(from_month=date(2026, 10, 1), reason="收入超过标准")
    return with_moves(running, [stopped], told(running, stop, TEKUN))[1]


class TestScreening:
    def test_ended_support_for_extreme_hardship_leaves_a_duty_to_screen(self) -> None:
        assert {"dibao"} < set(TEKUN.next_layers)
        duty = ended_support().duties["screen"]
        assert (duty.status, last_day_of(duty)) == ("started", "2026-09-17")
        assert "第二十七条" in duty.basis

    def test_five_working_days_without_a_screening_are_a_breach(self) -> None:
        case = ended_support()
        with pytest.raises(WrongOrder):
            clocked(case, breach("2026-09-17"), TEKUN)
        (event,) = clocked(case, breach("2026-09-18"), TEKUN)
        assert isinstance(event, DutyBreached)
        assert event.due_at == end_of("2026-09-17")

    def test_a_refused_case_is_screened_too(self) -> None:
        case = after(*REFUSED)
        assert case.duties["screen"].status == "started"
        assert clocked(case, breach("2026-03-23"))

    def test_a_screening_considers_each_lower_support_once_and_meets_the_duty(self) -> None:
        one, *others = TEKUN.next_layers
        done = screening("2026-09-14", applies=(one,), not_eligible=tuple(others))
        events = clocked(ended_support(), done, TEKUN)
        (event,) = events
        assert replace(event, moves=()) == NextLayerScreened(
            screened_on=date(2026, 9, 14),
            layers=(
                LayerScreened(matter=one, outcome="applies"),
                *(LayerScreened(matter=each, outcome="not_eligible", reason="收入高于标准") for each in others),
            ),
        )
        case = fold(events, ended_support())
        assert case.duties["screen"].status == "met"
        assert clocked(case, done, TEKUN) == []

    def test_a_support_that_is_left_out_or_named_twice_or_strange_is_refused(self) -> None:
        layers = RULE.next_layers
        case = after(*STOPPED)
        for wrong in (layers[1:], (*layers, layers[0]), (*layers, "zunlaojin"), ()):
            with pytest.raises(InvalidValue, match="declined"):
                clocked(case, screening("2026-09-11", declined=wrong))

    def test_why_not_is_said(self) -> None:
        with pytest.raises(ReasonMissing):
            clocked(after(*STOPPED), screening("2026-09-11", reason=" ", declined=RULE.next_layers))
        assert clocked(after(*STOPPED), screening("2026-09-11", reason="", applies=RULE.next_layers))

    def test_a_support_that_runs_is_not_screened(self) -> None:
        with pytest.raises(WrongOrder):
            clocked(after(*GRANTED), screening("2026-06-11", applies=RULE.next_layers))


class TestBackfill:
    relieved = CaseState(
        matter="linshi-xianxing",
        division=HANDLER.division,
        stage="confirmed",
        done=frozenset({"accepted", "decided"}),
        accepted_on=date(2026, 3, 2),
    )

    def ask(self, *papers: str) -> Step:
        return step("backfill_papers", BackfillPapers(papers=papers), by(HANDLER, "2026-03-06"))

    def test_relief_that_was_given_first_starts_the_clock_of_its_papers(self) -> None:
        (confirmed,) = (event for event in self.confirmed() if event.TYPE == "case.confirmed")
        due = {move.what: move.due_at for move in confirmed.moves if move.to == "started"}
        assert due["backfill"] == end_of("2026-03-31"), "five working days after the 24th"

    def confirmed(self) -> list[CaseEvent]:
        bare = [replace(event, moves=()) for event in clocked(after(*CONFIRMED[:-1]), CONFIRMED[-1])]
        return with_moves(self.relieved, bare, told(self.relieved, CONFIRMED[-1], FIRST_RELIEF))[0]

    def test_all_papers_together_meet_the_duty_once(self) -> None:
        asked = tuple(paper.id for paper in FIRST_RELIEF.papers if not (paper.shared or paper.exempt))
        assert asked
        (event,) = clocked(self.relieved, self.ask(*asked), FIRST_RELIEF)
        assert event == PapersBackfilled(backfilled_on=date(2026, 3, 6), papers=tuple(sorted(asked)))
        case = fold([event], self.relieved)
        assert clocked(case, self.ask(*asked), FIRST_RELIEF) == []

    def test_a_paper_that_is_missing_or_that_the_rule_does_not_know_is_refused(self) -> None:
        asked = tuple(paper.id for paper in FIRST_RELIEF.papers if not (paper.shared or paper.exempt))
        for papers in ((), asked[1:], (*asked, "strange"), (" ",)):
            with pytest.raises(InvalidValue, match="papers"):
                clocked(self.relieved, self.ask(*papers), FIRST_RELIEF)
