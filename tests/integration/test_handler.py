"""The command handler on a real log: repeats, stale memory, lost races, facts that change in between."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.house import House
from application.asking import Answer
from application.hot_cases import HotCases
from application.judge import judge
from domain.authority.denied import KinExcluded
from domain.bureau_events import BUREAU, RULEBOOK, KinDeclared, PostsCreated, RuleVersionPublished
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.events.closing import NoteAdded
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseAccepted
from domain.errors import (
    CaseClosed,
    InvalidValue,
    KeyReused,
    NoAuthority,
    SeparateRegistrationNeeded,
    StaleVersion,
    UnknownCase,
    WrongOrder,
)
from domain.kernel import CaseId, Event, PostId
from tests.support.builders import (
    CASE_ID,
    DECIDER,
    DIRECTOR,
    HANDLER,
    RULE,
    STRANGER,
    TIMEKEEPER,
    application,
    by,
    id_number,
    mandate,
)
from tests.support.houses import carry_out, house_on, request, set_up, stream_of, tell
from tests.support.journeys import ACCEPTED, AMOUNT, CONFIRMED, NOTICED, OPENED, step
from tests.support.scenario import Step

pytestmark = pytest.mark.postgres

ACCEPT = step("accept_case", AcceptCase(), by(HANDLER, "2026-03-04"))
CONFIRM = CONFIRMED[-1]
WITHDRAW = step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-04"))


def note(text: str) -> Step:
    return step("add_note", AddNote(text=text), by(HANDLER, "2026-03-05"))


def types(events: list[Event]) -> list[str]:
    return [event.TYPE for event in events]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as house:
        set_up(house.log)
        yield house


@pytest.fixture
def other(house: House, database_url: str, tmp_path: Path) -> Iterator[House]:
    """Another process's house, as it were: memories of its own on the same log."""
    with house_on(database_url, tmp_path) as other:
        assert house.log.head() == other.log.head()
        yield other


@pytest.fixture
def opened(house: House) -> Answer:
    return carry_out(house, OPENED)


class TestAuthority:
    def test_a_post_from_elsewhere_is_not_even_told_that_nothing_is_to_be_done(
        self, house: House, opened: Answer
    ) -> None:
        house.handle(request(ACCEPT, opened.case_id))
        elsewhere = step("accept_case", AcceptCase(), by(STRANGER, "2026-03-04"))
        with pytest.raises(NoAuthority):
            house.handle(request(elsewhere, opened.case_id))


class TestRepeats:
    def test_a_success_is_answered_as_the_first_time(self, house: House, other: House) -> None:
        opening = request(OPENED[0])
        first = house.handle(opening)
        assert (first.version, first.events, first.repeated) == (1, ("case.opened",), False)
        assert house.log.head().position == first.position
        house.handle(request(note("其间"), first.case_id))
        for again in (house.handle(opening), other.handle(opening)):
            assert again == replace(first, events=(), repeated=True)
        assert types(stream_of(house, first)) == ["case.opened", "case.noted"]

    def test_a_step_is_answered_as_the_first_time_though_it_is_not_open_any_more(
        self, house: House, other: House, opened: Answer
    ) -> None:
        withdrawal = request(WITHDRAW, opened.case_id)
        accepting = request(ACCEPT, opened.case_id)
        first = house.handle(accepting)
        house.handle(withdrawal)
        assert house.handle(accepting) == other.handle(accepting) == replace(first, events=(), repeated=True)
        assert first.version == 2

    def test_a_wish_that_was_true_already_writes_nothing_each_time(self, house: House, other: House) -> None:
        accepted = carry_out(house, ACCEPTED)
        wish = request(ACCEPT, accepted.case_id)
        for asked in (house, house, other):
            assert asked.handle(wish) == Answer(case_id=accepted.case_id, version=2, position=0)
        assert house.log.outcome(wish.act.command_id, "") is None

    def test_a_refusal_is_repeated_until_the_step_is_open_and_then_done_once(
        self, house: House, other: House, opened: Answer
    ) -> None:
        noticed = carry_out(house, NOTICED)
        confirming = request(CONFIRM, noticed.case_id)
        too_early = replace(confirming, case_id=opened.case_id)
        for asked in (house, other):
            with pytest.raises(WrongOrder):
                asked.handle(too_early)
        for before in NOTICED[1:]:
            house.handle(request(before, opened.case_id))
        assert other.handle(too_early).events == ("case.confirmed",)
        assert house.handle(too_early).repeated
        assert types(stream_of(house, opened)).count("case.confirmed") == 1

    def test_the_same_command_at_the_same_time_is_one_event(self, house: House, other: House, opened: Answer) -> None:
        wish = request(note("一次"), opened.case_id)
        answers = at_once([(asked, wish.act.command_id) for asked in (house, other) * 4], note("一次"), opened.case_id)
        assert [answer.repeated for answer in answers].count(False) == 1
        assert {(answer.version, answer.position) for answer in answers} == {(2, opened.position + 1)}
        assert stream_of(house, opened)[1:] == [NoteAdded(text="一次")]

    @pytest.mark.parametrize("wish", [note("另一句"), ACCEPT, CONFIRM], ids=["would do", "is true", "is refused"])
    def test_a_command_id_used_for_something_else_is_refused(self, house: House, other: House, wish: Step) -> None:
        accepted = carry_out(house, ACCEPTED)
        house.handle(request(note("一句"), accepted.case_id, "the-id"))
        for asked in (house, other):
            with pytest.raises(KeyReused):
                asked.handle(request(wish, accepted.case_id, "the-id"))
        assert len(stream_of(house, accepted)) == 3


class TestMemory:
    def test_a_stale_house_writes_after_what_the_other_wrote(self, house: House, other: House, opened: Answer) -> None:
        other.handle(request(note("甲"), opened.case_id))
        house.handle(request(note("乙"), opened.case_id))
        assert other.handle(request(note("丙"), opened.case_id)).version == 4
        assert stream_of(house, opened)[1:] == [NoteAdded(text="甲"), NoteAdded(text="乙"), NoteAdded(text="丙")]

    def test_a_stale_house_does_not_do_again_what_is_done(self, house: House, other: House, opened: Answer) -> None:
        other.handle(request(ACCEPT, opened.case_id))
        assert house.handle(request(ACCEPT, opened.case_id)) == Answer(opened.case_id, 2, 0)

    def test_a_stale_house_does_not_refuse_what_has_become_open(self, house: House, other: House) -> None:
        noticed = carry_out(house, NOTICED[:-1])
        with pytest.raises(WrongOrder):
            house.handle(request(CONFIRM, noticed.case_id))
        other.handle(request(NOTICED[-1], noticed.case_id))
        assert house.handle(request(CONFIRM, noticed.case_id)).events == ("case.confirmed",)

    def test_a_stale_house_refuses_what_is_not_open_any_more(self, house: House, other: House, opened: Answer) -> None:
        other.handle(request(WITHDRAW, opened.case_id))
        with pytest.raises(CaseClosed):
            house.handle(request(ACCEPT, opened.case_id))
        assert types(stream_of(house, opened)) == ["case.opened", "case.withdrawn"]

    def test_a_case_that_was_forgotten_is_read_again(self, house: House) -> None:
        small = replace(house.cases, hot=HotCases(house.log, most=1))
        house.cases = small
        answers = [carry_out(house, OPENED) for _ in range(3)]
        for answer in answers:
            assert house.handle(request(ACCEPT, answer.case_id)).version == 2

    def test_an_unknown_case_is_refused_and_not_remembered(self, house: House, other: House) -> None:
        with pytest.raises(UnknownCase):
            house.handle(request(ACCEPT, CASE_ID))
        assert other.handle(request(OPENED[0])).version == 1
        with pytest.raises(UnknownCase):
            house.handle(request(ACCEPT, CASE_ID))

    def test_what_is_written_says_who_when_by_what_right_and_rule(self, house: House, opened: Answer) -> None:
        house.handle(request(ACCEPT, opened.case_id, "the-command"))
        meta = house.log.stream(f"case-{opened.case_id}", 1)[0].meta
        assert (meta.event_id, meta.command_id, meta.actor) == ("the-command.1", "the-command", f"{HANDLER.id}:1")
        assert (meta.post, meta.organ, meta.rule) == (HANDLER.id, HANDLER.organ, RULE.id)
        assert meta.authority is not None
        assert (meta.authority.power, meta.authority.in_name_of) == ("dibao.accept", HANDLER.organ)
        assert meta.occurred_at == ACCEPT.circumstance.on


class TestIfMatch:
    def test_the_version_seen_is_the_version_there_is(self, house: House, opened: Answer) -> None:
        assert house.handle(request(note("甲"), opened.case_id, if_match=1)).version == 2

    @pytest.mark.parametrize("seen", [0, 1, 3])
    def test_a_case_that_moved_on_is_left_alone(self, house: House, opened: Answer, seen: int) -> None:
        house.handle(request(note("甲"), opened.case_id))
        with pytest.raises(StaleVersion):
            house.handle(request(note("乙"), opened.case_id, if_match=seen))
        assert len(stream_of(house, opened)) == 2

    def test_a_version_newer_than_memory_is_looked_up(self, house: House, other: House, opened: Answer) -> None:
        other.handle(request(note("甲"), opened.case_id))
        assert house.handle(request(note("乙"), opened.case_id, if_match=2)).version == 3

    def test_a_version_older_than_what_memory_missed_is_refused(
        self, house: House, other: House, opened: Answer
    ) -> None:
        other.handle(request(note("甲"), opened.case_id))
        with pytest.raises(StaleVersion):
            house.handle(request(note("乙"), opened.case_id, if_match=1))
        assert len(stream_of(house, opened)) == 2

    def test_a_retry_is_a_retry_though_the_version_is_stale_by_its_own_doing(
        self, house: House, opened: Answer
    ) -> None:
        wish = request(note("甲"), opened.case_id, if_match=1)
        assert not house.handle(wish).repeated
        assert house.handle(wish).repeated
        assert len(stream_of(house, opened)) == 2


class TestFactsInBetween:
    def test_kin_declared_in_between_is_seen(self, house: House, other: House, opened: Answer) -> None:
        (subject,) = house.cases.subjects.subjects_for([id_number(2)]).values()
        tell(other.log, BUREAU, KinDeclared(post=DIRECTOR.id, subject=subject))
        with pytest.raises(SeparateRegistrationNeeded):
            house.handle(request(ACCEPT, opened.case_id))
        assert types(stream_of(house, opened)) == ["case.opened"]

    def test_kin_of_a_post_elsewhere_is_no_hindrance(self, house: House, other: House, opened: Answer) -> None:
        (subject,) = house.cases.subjects.subjects_for([id_number(1)]).values()
        tell(other.log, BUREAU, KinDeclared(post=STRANGER.id, subject=subject))
        assert house.handle(request(ACCEPT, opened.case_id)).version == 2

    def test_kin_named_when_a_post_was_set_up_counts_like_kin_declared(
        self, house: House, other: House, opened: Answer
    ) -> None:
        (subject,) = house.cases.subjects.subjects_for([id_number(1)]).values()
        tell(other.log, BUREAU, PostsCreated(posts=(replace(DIRECTOR, kin=(subject,)),)))
        with pytest.raises(SeparateRegistrationNeeded):
            house.handle(request(ACCEPT, opened.case_id))

    def test_kin_of_a_post_that_nobody_knows_is_no_fault(self, house: House, other: House, opened: Answer) -> None:
        (subject,) = house.cases.subjects.subjects_for([id_number(1)]).values()
        tell(other.log, BUREAU, KinDeclared(post=PostId("abolished"), subject=subject))
        assert house.handle(request(ACCEPT, opened.case_id)).version == 2

    def test_a_rule_published_in_between_is_the_one_that_counts(
        self, house: House, other: House, opened: Answer
    ) -> None:
        old = carry_out(house, ACCEPTED)
        day = date(2026, 3, 1)
        until, new = replace(RULE, valid_to=day), replace(RULE, id="dibao-new", valid_from=day)
        tell(other.log, RULEBOOK, RuleVersionPublished(version=until), RuleVersionPublished(version=new))
        house.handle(request(ACCEPT, opened.case_id))
        (_, accepted) = stream_of(house, opened)
        assert isinstance(accepted, CaseAccepted)
        assert accepted.rule == "dibao-new"
        house.handle(request(note("旧案"), old.case_id))
        assert house.log.stream(f"case-{old.case_id}", 2)[0].meta.rule == RULE.id

    @pytest.mark.parametrize("deemed", [True, False])
    def test_what_counts_as_accepted_when_it_was_received_is_under_the_rule_of_that_day(
        self, house: House, other: House, opened: Answer, *, deemed: bool
    ) -> None:
        day = date(2026, 3, 5)
        until, new = replace(RULE, valid_to=day), replace(RULE, id="dibao-new", valid_from=day)
        tell(other.log, RULEBOOK, RuleVersionPublished(version=until), RuleVersionPublished(version=new))
        late = by(TIMEKEEPER if deemed else HANDLER, "2026-03-11")
        house.handle(request(step("accept_case", AcceptCase(deemed=deemed), late), opened.case_id))
        accepted = stream_of(house, opened)[-1]
        assert isinstance(accepted, CaseAccepted)
        assert (accepted.accepted_on, accepted.rule) == (date(2026, 3, 2), RULE.id)
        verdicts = judge(house.log.stream(f"case-{opened.case_id}"), house.cases.bureau.now())
        assert [verdict.fault for verdict in verdicts] == ["", ""]

    def test_who_is_kin_of_the_one_who_applied_for_the_household_does_not_decide(self, house: House) -> None:
        (agent,) = house.cases.subjects.subjects_for([id_number(9)]).values()
        tell(house.log, BUREAU, KinDeclared(post=DECIDER.id, subject=agent))
        opening = replace(OPENED[0], command=replace(application(), channel="mandate", mandate=mandate()))
        noticed = carry_out(house, (opening, *NOTICED[1:]))
        with pytest.raises(KinExcluded):
            house.handle(request(CONFIRM, noticed.case_id))


def at_once(asked: list[tuple[House, str]], wish: Step, case_id: CaseId) -> list[Answer]:
    """Ask all at the same moment, each with its own command id."""
    start = threading.Barrier(len(asked))

    def ask(house: House, command_id: str) -> Answer:
        start.wait(30)
        return house.handle(request(wish, case_id, command_id))

    with ThreadPoolExecutor(len(asked)) as pool:
        return [future.result(60) for future in [pool.submit(ask, *each) for each in asked]]


class TestRaces:
    def test_two_houses_confirm_at_once_and_it_is_confirmed_once(self, house: House, other: House) -> None:
        noticed = carry_out(house, NOTICED)
        assert other.handle(request(note("两处都记得"), noticed.case_id)).version == noticed.version + 1
        asked = [(each, f"confirm-{n}") for n, each in enumerate((house, other) * 4)]
        answers = at_once(asked, CONFIRM, noticed.case_id)
        assert sorted(answer.events for answer in answers) == [()] * 7 + [("case.confirmed",)]
        confirmed = [event for event in stream_of(house, noticed) if isinstance(event, Confirmed)]
        assert [event.amount for event in confirmed] == [AMOUNT]

    def test_one_confirms_while_another_withdraws_and_one_of_them_loses(self, house: House, other: House) -> None:
        noticed = carry_out(house, NOTICED)
        other.cases.hot.read(noticed.case_id)
        withdraw = step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-24"))
        start = threading.Barrier(2)

        def ask(asked: House, wish: Step) -> bool:
            start.wait(30)
            try:
                asked.handle(request(wish, noticed.case_id))
            except (WrongOrder, CaseClosed):
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            wishes = [
                (house, step("confirm_case", ConfirmCase(amount=AMOUNT), by(DECIDER, "2026-03-24"))),
                (other, withdraw),
            ]
            done = [future.result(60) for future in [pool.submit(ask, *wish) for wish in wishes]]
        new = types(stream_of(house, noticed))[noticed.version :]
        assert sum(done) == len(new) == 1

    def test_eight_notes_at_once_all_find_their_place(self, house: House, other: House, opened: Answer) -> None:
        answers = at_once([(each, f"n-{n}") for n, each in enumerate((house, other) * 4)], note("同时"), opened.case_id)
        assert sorted(answer.version for answer in answers) == list(range(2, 10))
        assert len(stream_of(house, opened)) == 9


def test_a_step_that_has_not_been_cannot_be_corrected(house: House, opened: Answer) -> None:
    wrong = AppendCorrection(seq=2, field="applicant.phone", value="0", reason="笔误")
    with pytest.raises(InvalidValue, match="seq"):
        house.handle(request(step("append_correction", wrong, by(HANDLER, "2026-03-05")), opened.case_id))
    right = replace(wrong, seq=1)
    done = house.handle(request(step("append_correction", right, by(HANDLER, "2026-03-05")), opened.case_id))
    assert done.events == ("case.correction_appended",)
