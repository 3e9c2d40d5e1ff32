"""Signals of other departments: each exactly once whatever is sent again, and nothing adverse without a verdict."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.erasing.run import By, Eraser, erase
from adapters.house import House
from application.asking import CaseHouse
from application.ports import Append, Appended
from application.signals import Taken, receive_many
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.actions.suspend_grant import SuspendGrant
from domain.cases.events.benefit import GrantReduced, GrantStopped, GrantSuspended
from domain.cases.events.closing import CaseArchived
from domain.errors import NoAuthority, Refused
from domain.kernel import Command, SubjectId
from domain.personal import erased_by
from domain.signals.events import SignalEvent, SignalJudged, SignalReceived, signals_stream
from domain.signals.judging import JudgeSignal
from domain.signals.receiving import SignalIn
from domain.signals.state import first_verified
from tests.support.builders import AUDITOR, DECIDER, HANDLER, STRANGER, by, id_number
from tests.support.events import NOON
from tests.support.houses import carry_out, house_on, request, set_up, stream_of
from tests.support.journeys import GRANTED, HIGHER_INCOME, LESS, step
from tests.support.people import of_case, opened, somebody, write
from tests.support.signals import CONFIRM, RECEIVED, judged, outcomes, send, signal, verified

pytestmark = pytest.mark.postgres

SIGNALS = [signal(f"hk-{n}", "death" if n % 2 else "custody", 1 + n % 3) for n in range(60)]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened_house:
        set_up(opened_house.log)
        yield opened_house


def subject_of(house: House, number: int) -> SubjectId:
    return house.cases.subjects.subjects_for([id_number(number)])[id_number(number)]


def told_of(house: House, number: int) -> list[SignalEvent]:
    events = house.log.events(signals_stream(subject_of(house, number)))
    return [event for event in events if isinstance(event, SignalEvent)]


def all_received(house: House) -> Counter[str]:
    events = [recorded.event for recorded in house.log.read(0, 10_000)]
    return Counter(f"{each.source}:{each.id}" for each in events if isinstance(each, SignalReceived))


def test_many_of_few_persons_go_in_one_batch_and_once(house: House) -> None:
    assert outcomes(send(house, *SIGNALS)) == ["taken"] * 60
    assert outcomes(send(house, *SIGNALS)) == ["repeated"] * 60
    assert [event.id for event in told_of(house, 1)] == [each.id for each in SIGNALS if each.id_number == id_number(1)]
    assert set(all_received(house).values()) == {1}


def test_a_batch_that_is_half_known_is_completed(house: House) -> None:
    send(house, *SIGNALS[::2])
    assert outcomes(send(house, *SIGNALS)) == ["repeated", "taken"] * 30
    assert len(all_received(house)) == 60


def test_large_batches_are_copied_to_the_same_end(house: House) -> None:
    many = [signal(f"n-{n}", "custody", 1 + n % 9) for n in range(500)]
    send(house, *many[100:120])
    taken = send(house, *many)
    assert Counter(outcomes(taken)) == {"taken": 480, "repeated": 20}
    assert sum(all_received(house).values()) == 500


def test_the_same_twice_in_one_batch_is_there_once(house: House) -> None:
    first, second = signal("a"), signal("b")
    assert outcomes(send(house, first, first, second, first)) == ["taken", "repeated", "taken", "repeated"]
    assert [event.id for event in told_of(house, 1)] == ["a", "b"]


def test_what_changed_is_refused_alone(house: House) -> None:
    send(house, signal("a"))
    changed = signal("a", happened_on=date(2026, 8, 21))
    assert outcomes(send(house, signal("b"), changed, signal("c"))) == ["taken", "SIGNAL_CHANGED", "taken"]
    assert [event.id for event in told_of(house, 1)] == ["a", "b", "c"]


def test_another_department_may_use_the_same_id(house: House) -> None:
    assert outcomes(send(house, signal("a")) + send(house, signal("a"), department="weijian")) == ["taken"] * 2


def test_a_bad_one_is_refused_alone_and_says_nothing_of_the_person(house: House) -> None:
    bad = signal("bad", number=2, id_number="320971196001010014")
    number_as_id = signal(f"x{id_number(3)}", number=3)
    taken = send(house, signal("a"), bad, number_as_id, signal("w", "medical_bill"))
    assert outcomes(taken) == ["taken", "BAD_SIGNAL", "BAD_SIGNAL", "WRONG_DEPARTMENT"]
    assert [each.detail for each in taken[1:3]] == ["$.id_number", "$.id"]
    assert "320971" not in str(taken[1:])
    assert "样例" not in str(taken)


def test_two_senders_of_the_same_write_each_once(house: House) -> None:
    start = threading.Barrier(2)

    def sender(signals: Sequence[SignalIn]) -> list[Taken]:
        start.wait()
        return [taken for n in range(0, 60, 12) for taken in send(house, *signals[n : n + 12])]

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(sender, (SIGNALS, SIGNALS))
    found = [{a.outcome, b.outcome} for a, b in zip(one, other, strict=True)]
    assert found == [{"taken", "repeated"}] * 60
    assert set(all_received(house).values()) == {1}


def test_the_personal_values_are_sealed_and_open_again(house: House) -> None:
    send(house, signal("a"))
    (event,) = told_of(house, 1)
    assert isinstance(event, SignalReceived)
    assert (event.name, event.id_number) == ("样例1", id_number(1))
    stored = b"".join(bytes(row["state"]) for row in house.read("SELECT state FROM log.events"))
    assert b"signal" not in stored or "样例1" not in stored.decode()
    assert id_number(1) not in stored.decode()


def test_who_is_erased_meanwhile_is_refused_without_the_others(house: House) -> None:
    gone = somebody("gone", date(1970, 5, 1), 2)
    over = date(2020, 1, 1)
    write(house.log, *of_case("g", opened("g", "dibao", [gone]), CaseArchived(archived_on=over, kept_until=over)))
    erase(Eraser(house.locate, house.log), gone.subject, ("本人申请", "第四十七条"), By("test", "", NOON))

    class Late:
        """Looked up before the erasure."""

        def subjects_for(self, id_numbers: Sequence[str]) -> dict[str, SubjectId]:
            found = house.cases.subjects.subjects_for(id_numbers)
            return {number: gone.subject if number == id_number(5) else found[number] for number in id_numbers}

    cases: CaseHouse = replace(house.cases, subjects=Late())
    some = [signal(f"e-{n}", number=n) for n in range(1, 10)]
    expected = ["taken" if n != 5 else "SUBJECT_ERASED" for n in range(1, 10)]
    assert outcomes(receive_many(cases, "gongan", some, RECEIVED)) == expected
    assert len(all_received(house)) == 8


def test_older_ones_may_come_after_newer_ones(house: House) -> None:
    newer, older = signal("new"), signal("old", happened_on=date(2026, 1, 1))
    assert outcomes(send(house, newer) + send(house, older)) == ["taken", "taken"]
    assert [event.id for event in told_of(house, 1)] == ["new", "old"]


def test_what_is_verified_before_it_came_is_unknown(house: House) -> None:
    with pytest.raises(Refused, match="UNKNOWN_SIGNAL"):
        verified(house, "not-yet")
    send(house, signal("not-yet"))
    assert verified(house, "not-yet", by(DECIDER, "2026-09-03")).events == ("signal.verified",)


def test_a_verification_sent_again_does_nothing_twice(house: House) -> None:
    send(house, signal("a"))
    first, again = verified(house, "a"), verified(house, "a")
    assert (first.repeated, again.repeated, again.position) == (False, True, first.position)


def test_death_from_three_sources_is_three_events_and_the_first_verified_counts(house: House) -> None:
    send(house, signal("bz-1"), department="minzheng")
    send(house, signal("ws-1", verified_on=date(2026, 8, 25)), department="weijian")
    send(house, signal("hk-1", happened_on=date(2026, 8, 21)))
    verified(house, "hk-1")
    events = told_of(house, 1)
    assert len(all_received(house)) == 3
    first = first_verified(events, "death")
    assert first is not None
    assert (first.source, first.id) == ("weijian", "ws-1")


def refusal(house: House, command: Command, action: str, case: str, at: str = "2026-09-10") -> str:
    with pytest.raises(Refused) as caught:
        house.handle(request(step(action, command, by(DECIDER, at)), case))  # type: ignore[arg-type]  # a case id is a text
    return caught.value.code


def test_a_stop_rests_on_a_confirmed_signal_or_on_none(house: House) -> None:
    answer = carry_out(house, GRANTED)
    stop = StopGrant(reason="死亡", condition_ended_on=date(2026, 8, 20), signal="gongan:hk-1")
    assert refusal(house, stop, "stop_grant", answer.case_id) == "VERDICT_MISSING"
    send(house, signal("hk-1", number=2), signal("other", number=9))
    assert refusal(house, stop, "stop_grant", answer.case_id) == "VERDICT_MISSING"
    verified(house, "hk-1")
    assert refusal(house, stop, "stop_grant", answer.case_id) == "VERDICT_MISSING"
    assert not any(isinstance(event, GrantStopped) for event in stream_of(house, answer))
    judged(house, "hk-1", replace(CONFIRM, matter="dibao"))
    verified(house, "other")
    judged(house, "other", CONFIRM)
    of_another = replace(stop, signal="gongan:other")
    assert refusal(house, of_another, "stop_grant", answer.case_id) == "VERDICT_MISSING"
    house.handle(request(step("stop_grant", stop, by(DECIDER, "2026-09-10")), answer.case_id))
    (stopped,) = (event for event in stream_of(house, answer) if isinstance(event, GrantStopped))
    assert stopped.signal == "gongan:hk-1"


def test_a_stop_that_names_no_signal_is_as_before(house: House) -> None:
    answer = carry_out(house, GRANTED)
    send(house, signal("hk-1"))
    house.handle(
        request(step("stop_grant", StopGrant(reason="收入超过标准"), by(DECIDER, "2026-09-10")), answer.case_id)
    )
    (stopped,) = (event for event in stream_of(house, answer) if isinstance(event, GrantStopped))
    assert stopped.signal == ""


def test_less_and_later_rest_on_a_verdict_too(house: House) -> None:
    answer = carry_out(house, (*GRANTED, HIGHER_INCOME))
    less = ReduceGrant(amount=LESS, reason="就业", signal="renshe:job-1")
    later = SuspendGrant(reason="羁押", signal="gongan:in-1")
    assert refusal(house, less, "reduce_grant", answer.case_id, "2026-09-10") == "VERDICT_MISSING"
    assert refusal(house, later, "suspend_grant", answer.case_id, "2026-09-10") == "VERDICT_MISSING"
    send(house, signal("job-1", "employment"), department="renshe")
    send(house, signal("in-1", "custody"))
    for ident in ("renshe:job-1", "gongan:in-1"):
        verified(house, ident)
        judged(house, ident, CONFIRM)
    for action, command in (("reduce_grant", less), ("suspend_grant", later)):
        house.handle(request(step(action, command, by(DECIDER, "2026-09-10")), answer.case_id))
    found = [e.signal for e in stream_of(house, answer) if isinstance(e, GrantReduced | GrantSuspended)]
    assert found == ["renshe:job-1", "gongan:in-1"]


def test_a_verdict_is_given_once_and_by_who_may(house: House) -> None:
    carry_out(house, GRANTED)
    send(house, signal("hk-1", division=""))
    verified(house, "hk-1")
    for who in (AUDITOR, STRANGER):
        with pytest.raises(NoAuthority):
            judged(house, "hk-1", CONFIRM, by(who, "2026-09-02"), f"no-{who.id}")
    with pytest.raises(Refused, match="REASON_MISSING"):
        judged(house, "hk-1", JudgeSignal("confirmed", " "), by(HANDLER, "2026-09-02"), "no-reason")
    first = judged(house, "hk-1", CONFIRM, by(HANDLER, "2026-09-02"), "once")
    again = judged(house, "hk-1", CONFIRM, by(HANDLER, "2026-09-02"), "once")
    assert (first.events, again.repeated) == (("signal.judged",), True)
    with pytest.raises(Refused, match="VERDICT_GIVEN"):
        judged(house, "hk-1", replace(CONFIRM, verdict="dismissed"), by(DECIDER, "2026-09-03"), "second")
    verdicts = [event for event in told_of(house, 1) if isinstance(event, SignalJudged)]
    assert len(verdicts) == 1
    denied = [each.event for each in house.log.read(0, 10_000) if each.type == "authority.act_denied"]
    assert len(denied) == 2


def test_the_signals_that_a_stop_rests_on_are_asserted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop rests on the version of the person's signals that it was judged on."""
    answer = carry_out(house, GRANTED)
    send(house, signal("hk-1"))
    verified(house, "hk-1")
    judged(house, "hk-1", CONFIRM)
    append = house.log.append
    asserted: list[str] = []

    def listening(wish: Append) -> Appended:
        asserted.extend(guard.stream for guard in wish.guards)
        return append(wish)

    monkeypatch.setattr(house.log, "append", listening)
    stop = StopGrant(reason="死亡", signal="gongan:hk-1")
    house.handle(request(step("stop_grant", stop, by(DECIDER, "2026-09-10")), answer.case_id))
    assert signals_stream(subject_of(house, 1)) in asserted


def test_somebody_of_whom_there_are_only_signals_can_be_erased(house: House) -> None:
    send(house, signal("dp-1", "disability_issued", facts={"grade": 1}), department="canlian")
    subject = subject_of(house, 1)
    erase(Eraser(house.locate, house.log), subject, ("本人申请", "第四十七条"), By("test", "", NOON))
    (event,) = house.log.events(signals_stream(subject))
    assert isinstance(event, SignalReceived)
    assert all(erased_by(each) for each in (event.name, event.id_number, event.facts))
    assert event.leads == ("canji-shenghuo", "canji-huli")
    assert subject_of(house, 1) != subject
