"""What holds for every history in two times: it folds, and the order tells only what an order can tell."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from application.knowledge import learned_since, order_matters
from application.replay import Moment, replay
from application.two_times import account, by_happening, state_on
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.attach_document import AttachDocument
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.warn_duty import WarnDuty
from domain.cases.evolve import fold
from domain.cases.state import NO_CASE, CaseState
from domain.errors import Refused
from domain.kernel import Command, Event, Recorded
from tests.support.builders import HANDLER, INVESTIGATOR, RULE, TIMEKEEPER, by
from tests.support.clocks import clocked
from tests.support.journeys import GRANTED, OBJECTED, STOPPED, SUSPENDED, step
from tests.support.scenario import Step
from tests.support.told import moment, recorded
from tests.unit.cases.test_properties import ANY_EVENT, STEPS

START = moment("2026-03-02", "09:30")
SIDE: dict[str, Command] = {
    "add_note": AddNote(text="后补"),
    "record_interview": RecordInterview(interviewers=(HANDLER.id, INVESTIGATOR.id), summary="属实"),
    "attach_document": AttachDocument(sha256="a" * 64, media_type="application/pdf", size=9, kind="照片"),
}
"""What adds to a case and moves nothing in it: where such a step stands is of no weight."""
CORRECTIONS = st.builds(
    AppendCorrection,
    seq=st.integers(1, 4),
    field=st.sampled_from(["household.monthly_income", "applicant.name", "applicant.phone", "received_on", "other"]),
    value=st.sampled_from(["60000", "61000"]),
    reason=st.just("录入错误"),
)
OVERDUE = [
    step(name, command(what=what), by(TIMEKEEPER, "2027-05-09"))
    for what in RULE.duties
    for name, command in (("record_breach", RecordBreach), ("warn_duty", WarnDuty))
]
MINUTES = st.integers(-3 * 24 * 60, 30 * 24 * 60)
DAYS = st.none() | st.dates(date(2026, 2, 20), date(2026, 4, 10))


def accepted(asks: list[Step]) -> list[Event]:
    """The events of those asks that are taken, one after the other."""
    events: list[Event] = []
    state = NO_CASE
    for ask in asks:
        try:
            new = clocked(state, ask)
        except Refused:
            continue
        events += new
        state = fold(new, state)
    return events


@st.composite
def histories(draw: st.DrawFn) -> list[Recorded]:
    """Accepted commands, each of which happened at any time; the log's own time never goes back."""
    journey = draw(st.sampled_from((GRANTED, OBJECTED, STOPPED, SUSPENDED)))
    start = journey[: draw(st.integers(1, len(journey)))]
    corrections = CORRECTIONS.map(lambda command: step("append_correction", command, by(HANDLER, "2027-05-10")))
    events = accepted([*start, *draw(st.lists(st.sampled_from((*STEPS, *OVERDUE)) | corrections, max_size=10))])
    return [
        recorded(event, number, (START + timedelta(minutes=draw(MINUTES)), START + timedelta(days=number)))
        for number, event in enumerate(events)
    ]


@given(stored=histories(), on=DAYS, known=st.integers(0, 20))
def test_any_accepted_commands_fold_in_either_order_at_any_two_times(
    stored: list[Recorded], on: date | None, known: int
) -> None:
    at = Moment(on=on, version=known)
    found = account(stored, at)
    assert (found.state or NO_CASE) == state_on(stored[:known], on)
    assert len(found.steps) + found.later == min(known, len(stored))
    happened = [each.happened_at for each in found.steps]
    assert happened == sorted(happened)
    assert learned_since(stored, at) == [] or known < len(stored)


@given(events=st.lists(st.tuples(ANY_EVENT, MINUTES), min_size=1, max_size=8))
@settings(max_examples=200)
def test_any_events_at_all_fold_by_happening(events: list[tuple[Event, int]]) -> None:
    stored = [
        recorded(event, number, (START + timedelta(minutes=minutes), START))
        for number, (event, minutes) in enumerate(events)
    ]
    assert isinstance(account(stored).state, CaseState)
    assert sorted(each.step.recorded.seq for each in by_happening(stored)) == [each.seq for each in stored]


@given(stored=histories())
def test_nothing_late_and_nothing_corrected_gives_the_same_states_in_both_orders(stored: list[Recorded]) -> None:
    plain = [each for each in stored if each.type != "case.correction_appended"]
    in_order = [recorded(each.event, number, (each.recorded_at, each.recorded_at)) for number, each in enumerate(plain)]
    assert [each.step for each in by_happening(in_order)] == replay(in_order)
    assert not any(each.marks.overtaken or each.marks.moot or each.marks.late for each in by_happening(in_order))
    assert order_matters(in_order, Moment()) == []


@given(stored=histories())
def test_whatever_the_order_nothing_is_lost(stored: list[Recorded]) -> None:
    """What is counted or listed is the same; of two values of one thing it may be the other one."""
    here, there = state_on(stored, None), replay(stored)[-1].state
    assert (here.id, here.number, here.matter, here.notes, here.interviews) == (
        there.id,
        there.number,
        there.matter,
        there.notes,
        there.interviews,
    )
    for name in ("visits", "documents", "corrections", "changes"):
        assert Counter(getattr(here, name)) == Counter(getattr(there, name))
    assert set(here.facts) == set(there.facts)
    if not any(each.marks.moot for each in by_happening(stored)):
        assert here.duties == there.duties
    assert {name: each.status for name, each in here.duties.items()} == {
        name: each.status for name, each in there.duties.items()
    }
    assert here.archived == there.archived


@given(
    journey=st.sampled_from((GRANTED, STOPPED, SUSPENDED)),
    late=st.lists(st.tuples(st.sampled_from(sorted(SIDE)), st.integers(1, 11), MINUTES), max_size=5),
)
def test_what_only_adds_to_a_case_gives_the_same_case_however_late_it_is_told(
    journey: tuple[Step, ...], late: list[tuple[str, int, int]]
) -> None:
    asks, told_at = list(journey), by(HANDLER, "2026-03-30")
    for action, place, _ in late:
        asks.insert(place, step(action, SIDE[action], told_at))
    minutes = iter([each for *_, each in late])
    stored = []
    for number, event in enumerate(accepted(asks)):
        at = START + timedelta(days=number)
        beside = event.TYPE in ("case.noted", "case.neighbour_interviewed", "case.document_attached")
        stored.append(recorded(event, number, (START + timedelta(minutes=next(minutes)) if beside else at, at)))
    assert order_matters(stored, Moment()) == []
    assert state_on(stored, None) == replay(stored)[-1].state
