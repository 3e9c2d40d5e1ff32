"""What holds for every history: folding, robustness, bytes."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.eventstore.codec import decode_state, encode_state
from adapters.eventstore.event_types import EVENT_TYPES
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.complete_review import CompleteReview
from domain.cases.actions.mark_review_due import MarkReviewDue
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.start_grant import StartGrant
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CorrectionAppended
from domain.cases.events.intake import CaseOpened
from domain.cases.evolve import evolve, fold
from domain.cases.parts import Correction
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import Refused
from domain.kernel import Fen
from tests.support.builders import DECIDER, DIRECTOR, HANDLER, LEAD, POSTS, TIMEKEEPER, by
from tests.support.generated import structs
from tests.support.journeys import GRANTED, OBJECTED, REFUSED, STOPPED, SUSPENDED, step
from tests.support.samples import SAMPLES, fact
from tests.support.scenario import Step, decided, play

ANY_EVENT = st.one_of(*(structs(cls) for cls in get_args(CaseEvent)))
LATE = "2027-05-10"
STEPS: tuple[Step, ...] = (
    *dict.fromkeys((*GRANTED, *OBJECTED, *REFUSED, *STOPPED, *SUSPENDED)),
    step("register_separately", RegisterSeparately(reason="亲属", kin_posts=(DIRECTOR.id,)), by(LEAD, "2026-03-03")),
    step("accept_case", AcceptCase(deemed=True), by(TIMEKEEPER, LATE)),
    step("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, LATE)),
    step("start_grant", StartGrant(), by(DECIDER, LATE)),
    step("mark_review_due", MarkReviewDue(), by(TIMEKEEPER, LATE)),
    step("complete_review", CompleteReview(outcome="unchanged", monthly_income=Fen(50_000)), by(LEAD, LATE)),
    step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-20")),
    step("terminate_case", TerminateCase(reason="拒不配合调查"), by(LEAD, "2026-03-20")),
    step("archive_case", ArchiveCase(), by(HANDLER, LATE)),
)
ANY_START = st.sampled_from((GRANTED, OBJECTED, STOPPED, SUSPENDED, REFUSED)).flatmap(
    lambda journey: st.integers(0, len(journey)).map(lambda length: journey[:length])
)
ANY_ASK = st.sampled_from(sorted(ACTIONS)).flatmap(
    lambda name: st.builds(
        step,
        st.just(name),
        structs(ACTIONS[name].command),
        st.builds(by, st.sampled_from(list(POSTS.values())), st.sampled_from(["2026-03-30", LATE])),
    )
)


@given(start=ANY_START, asks=st.lists(st.sampled_from(STEPS), max_size=12))
def test_any_accepted_sequence_of_commands_folds(start: tuple[Step, ...], asks: list[Step]) -> None:
    events = play(start)
    state = fold(events)
    for ask in asks:
        for event in answer(state, ask):
            events.append(event)
            state = evolve(state, event)
    assert fold(events) == state
    assert fold(events[len(events) // 2 :], fold(events[: len(events) // 2])) == state


@given(start=ANY_START, asks=st.lists(ANY_ASK, max_size=4))
def test_whatever_is_asked_the_answer_is_events_or_a_refusal(start: tuple[Step, ...], asks: list[Step]) -> None:
    state = fold(play(start))
    for ask in asks:
        state = fold(answer(state, ask), state)
    assert state.id or not start


@given(start=ANY_START, ask=st.sampled_from(STEPS))
def test_a_decision_changes_nothing_that_it_was_given(start: tuple[Step, ...], ask: Step) -> None:
    state, same = fold(play(start)), fold(play(start))
    assert answer(state, ask) == answer(state, ask)
    assert state == same


@given(events=st.lists(ANY_EVENT, max_size=10))
@settings(max_examples=300)
def test_evolve_takes_any_events_in_any_order(events: list[CaseEvent]) -> None:
    state = fold(events)
    assert isinstance(state, CaseState)


@given(
    field=st.sampled_from(["household.monthly_income", "applicant.name", "applicant.phone", "other"]),
    value=st.text(st.characters(codec="utf-8", categories=["Nd", "No", "L"])) | st.just("9" * 5000),
    members=st.integers(0, 2),
)
def test_evolve_takes_any_correction(field: str, value: str, members: int) -> None:
    opened = SAMPLES["case.opened"]
    assert isinstance(opened, CaseOpened)
    household = replace(opened.household, members=opened.household.members[:members])
    correction = Correction(seq=1, field=field, value=value, reason="录入错误")
    state = fold([replace(opened, household=household), CorrectionAppended(correction=correction)])
    assert state.corrections == (correction,)


@pytest.mark.parametrize("stored_type", sorted(EVENT_TYPES))
def test_every_event_comes_back_from_its_bytes(stored_type: str) -> None:
    @given(event=structs(EVENT_TYPES[stored_type]))
    @settings(max_examples=25)
    def comes_back(event: CaseEvent) -> None:
        stored = encode_state(fact(event))
        assert decode_state(stored_type, event.SCHEMA, stored) == fact(event)
        assert encode_state(decode_state(stored_type, event.SCHEMA, stored)) == stored

    comes_back()


def answer(state: CaseState, ask: Step) -> list[CaseEvent]:
    try:
        return decided(state, ask)
    except Refused:
        return []
