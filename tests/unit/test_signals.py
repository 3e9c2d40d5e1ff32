"""What departments may tell, and what posts make of it: given, when, then."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.rulebook import shipped_rules
from domain.authority.posts import Post
from domain.errors import Refused
from domain.kernel import PostId, SubjectId
from domain.signals.events import SignalEvent, SignalJudged, SignalReceived, SignalVerified
from domain.signals.judging import JudgeSignal, SignalFacts, VerifySignal, judge, verify
from domain.signals.kinds import DEPARTMENTS, EVERY, KINDS, concerns, warns
from domain.signals.receiving import SignalIn, check_signal, receive
from domain.signals.state import Signal, first_verified, fold_signals
from tests.support.builders import AUDITOR, DECIDER, HANDLER, LEAD, STRANGER, VILLAGE, id_number

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DEATH = SignalIn(
    id="hk-1", kind="death", happened_on=date(2026, 1, 5), name="样例1", id_number=id_number(1), division=VILLAGE
)
CERTIFICATE = replace(DEATH, id="dp-1", kind="disability_issued", facts={"grade": 2, "class": "visual"})


def told(signal: SignalIn = DEATH, source: str = "gongan", at: datetime = NOW) -> SignalReceived:
    check_signal(source, signal, at)
    return receive(source, signal, SubjectId("s-1"), at)


def facts(post: Post = HANDLER, *places: str, kin: tuple[PostId, ...] = ()) -> SignalFacts:
    return SignalFacts(post=post, today=TODAY, places=places or (VILLAGE,), kin_posts=kin)


def only(*events: SignalEvent) -> Signal:
    (signal,) = fold_signals(events).values()
    return signal


VERIFY = VerifySignal(verified_on=TODAY, by_source="户籍窗口核对")
CONFIRM = JudgeSignal(verdict="confirmed", reason="户口已注销")
VERIFIED = SignalVerified("gongan", "hk-1", TODAY, "户籍窗口核对")
CONFIRMED = SignalJudged("gongan", "hk-1", "", "confirmed", "户口已注销")


def refused(code: str, decide: object, *given: object) -> Refused:
    assert callable(decide)
    with pytest.raises(Refused) as caught:
        decide(*given)
    assert caught.value.code == code
    assert "样例" not in str(caught.value)
    return caught.value


def test_a_signal_keeps_its_three_dates() -> None:
    event = told(replace(DEATH, verified_on=date(2026, 1, 7)))
    assert (event.happened_on, event.received_at, event.verified_on) == (date(2026, 1, 5), NOW, date(2026, 1, 7))


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"kind": "wedding"}, "$.kind"),
        ({"id": "样例"}, "$.id"),
        ({"id": ""}, "$.id"),
        ({"happened_on": date(2026, 3, 3)}, "$.happened_on"),
        ({"verified_on": date(2026, 1, 4)}, "$.verified_on"),
        ({"verified_on": date(2026, 3, 3)}, "$.verified_on"),
        ({"division": "盐都"}, "$.division"),
        ({"division": "1"}, "$.division"),
        ({"name": "  "}, "$.name"),
        ({"name": "〔已抹除〕样例"}, "$.name"),
        ({"name": "样例\n"}, None),
        ({"name": "样\n例"}, "$.name"),
        ({"id_number": "320971196001010014"}, "$.id_number"),
        ({"facts": {"样例": 1}}, "$.facts"),
        ({"facts": {"hukou_cancelled": "样例"}}, "$.facts.hukou_cancelled"),
    ],
)
def test_what_is_wrong_is_told_by_its_path_alone(changed: dict[str, object], path: str | None) -> None:
    signal = replace(DEATH, **changed)
    if path is None:
        check_signal("gongan", signal, NOW)
        return
    assert refused("BAD_SIGNAL", check_signal, "gongan", signal, NOW).detail == path


@pytest.mark.parametrize(
    ("kind", "name", "good", "bad"),
    [
        ("medical_bill", "own_expense", 3_000_000, -1),
        ("medical_bill", "own_expense", 0, True),
        ("custody", "until", "2027-01-01", "20270101"),
        ("custody", "until", "2027-01-01", "2027-02-30"),
        ("custody", "measure", "sentenced", "样例"),
        ("hukou_moved", "moved_to", "320902", "x"),
        ("property_hit", "houses", 2, 10_001),
        ("death", "hukou_cancelled", True, 1),
    ],
)
def test_facts_have_the_shape_of_their_kind(kind: str, name: str, good: object, bad: object) -> None:
    source, signal = KINDS[kind].sources[0], replace(DEATH, kind=kind)
    check_signal(source, replace(signal, facts={name: good}), NOW)
    refused("BAD_SIGNAL", check_signal, source, replace(signal, facts={name: bad}), NOW)


def test_a_department_tells_only_what_is_its_own() -> None:
    refused("WRONG_DEPARTMENT", check_signal, "yibao", DEATH, NOW)


def test_what_a_certificate_may_open_hangs_on_its_grade() -> None:
    assert told(CERTIFICATE, "canlian").leads == ("canji-shenghuo", "canji-huli")
    assert told(replace(CERTIFICATE, facts={"grade": 3}), "canlian").leads == ("canji-shenghuo",)


def test_every_kind_names_matters_and_departments_that_there_are() -> None:
    matters = {EVERY, *(matter.id for matter in shipped_rules().matters)}
    for kind in KINDS.values():
        assert set(kind.sources) <= set(DEPARTMENTS)
        named = {*kind.warns, *kind.spared, *(lead.matter for lead in kind.leads), *(lead.on for lead in kind.leads)}
        assert named - {""} <= matters


def test_a_death_is_against_everything_and_a_move_against_what_has_a_place() -> None:
    assert [kind for kind in KINDS if warns(kind, "zunlaojin")] == ["death", "custody", "hukou_moved"]
    assert [kind for kind in KINDS if warns(kind, "liulang")] == ["death"]
    assert not warns("medical_bill", "dibao")
    assert concerns("medical_bill", "linshi-zhichu")


def test_a_signal_is_verified_once() -> None:
    signal = only(told())
    assert verify(signal, VERIFY, facts()) == [VERIFIED]
    known = only(told(), VERIFIED)
    assert known.verified_on == TODAY
    assert verify(known, VERIFY, facts()) == []
    refused("ALREADY_VERIFIED", verify, known, replace(VERIFY, verified_on=date(2026, 1, 6)), facts())


@pytest.mark.parametrize(
    "changed", [{"verified_on": date(2026, 3, 3)}, {"verified_on": date(2026, 1, 4)}, {"by_source": " "}]
)
def test_a_verification_has_a_day_that_can_be_and_says_how(changed: dict[str, object]) -> None:
    refused("INVALID_VALUE", verify, only(told()), replace(VERIFY, **changed), facts())


def test_what_was_verified_is_confirmed() -> None:
    assert judge(only(told(), VERIFIED), CONFIRM, facts()) == [CONFIRMED]


def test_what_nobody_verified_can_be_dismissed_but_not_confirmed() -> None:
    refused("NOT_VERIFIED", judge, only(told()), CONFIRM, facts())
    dismissed = replace(CONFIRM, verdict="dismissed")
    assert [type(event) for event in judge(only(told()), dismissed, facts())] == [SignalJudged]


def test_a_second_verdict_is_refused_and_one_for_all_is_one_for_each() -> None:
    known = only(told(), VERIFIED, CONFIRMED)
    refused("VERDICT_GIVEN", judge, known, CONFIRM, facts())
    refused("VERDICT_GIVEN", judge, known, replace(CONFIRM, matter="dibao"), facts())
    one = only(told(), VERIFIED, replace(CONFIRMED, matter="dibao"))
    assert [one.verdict_for(matter) for matter in ("dibao", "tekun")] == ["confirmed", None]
    assert judge(one, replace(CONFIRM, matter="tekun"), facts()) != []
    assert judge(one, replace(CONFIRM, verdict="dismissed"), facts()) != []


@pytest.mark.parametrize(
    ("code", "command", "told_facts"),
    [
        ("REASON_MISSING", replace(CONFIRM, reason=" "), facts()),
        ("INVALID_VALUE", replace(CONFIRM, matter="liulang-x"), facts(DECIDER, VILLAGE)),
        ("NO_AUTHORITY", CONFIRM, facts(AUDITOR)),
        ("NO_AUTHORITY", CONFIRM, facts(STRANGER)),
        ("NO_AUTHORITY", CONFIRM, facts(HANDLER, VILLAGE, "320904001001")),
        ("KIN_EXCLUDED", CONFIRM, facts(LEAD, kin=(LEAD.id,))),
    ],
)
def test_who_judges_has_authority_and_a_reason(code: str, command: JudgeSignal, told_facts: SignalFacts) -> None:
    certificate = receive("canlian", CERTIFICATE, SubjectId("s-1"), NOW)
    known = only(certificate, replace(VERIFIED, source="canlian", id="dp-1"))
    refused(code, judge, known, command, told_facts)


def test_where_no_place_is_known_a_county_may_take_it_up() -> None:
    nowhere = SignalFacts(post=HANDLER, today=TODAY)
    refused("NO_AUTHORITY", judge, only(told(), VERIFIED), CONFIRM, nowhere)
    assert judge(only(told(), VERIFIED), CONFIRM, replace(nowhere, post=DECIDER))


def test_nothing_is_made_of_a_signal_that_is_not_there() -> None:
    refused("UNKNOWN_SIGNAL", verify, None, VERIFY, facts())
    refused("NO_AUTHORITY", judge, None, CONFIRM, facts(AUDITOR))


CREMATION = told(replace(DEATH, id="bz-1"), "minzheng")
CERTIFIED = told(replace(DEATH, id="ws-1", verified_on=date(2026, 1, 20)), "weijian")


def test_of_three_deaths_the_one_verified_first_counts() -> None:
    police = told(replace(DEATH, happened_on=date(2026, 1, 6)))
    verified = SignalVerified("gongan", "hk-1", date(2026, 1, 15), "户籍")
    history: Sequence[SignalEvent] = (CREMATION, CERTIFIED, police)
    assert len(fold_signals(history)) == 3
    assert getattr(first_verified(history, "death"), "source", "") == "weijian"
    assert getattr(first_verified([*history, verified], "death"), "source", "") == "gongan"
    assert first_verified([CREMATION], "death") is None
    assert first_verified(history, "custody") is None


@for_all(st.permutations([CREMATION, CERTIFIED, told(), told(CERTIFICATE, "canlian")]))
def test_the_order_of_arrival_changes_nothing(history: list[SignalEvent]) -> None:
    assert sorted(fold_signals(history)) == sorted(["minzheng:bz-1", "weijian:ws-1", "gongan:hk-1", "canlian:dp-1"])
    assert getattr(first_verified(history, "death"), "id", "") == "ws-1"
