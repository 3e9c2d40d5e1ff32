"""Intake: opening, separate registration, corrections, acceptance."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.attach_document import AttachDocument
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.refuse_acceptance import RefuseAcceptance
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.request_correction import RequestCorrection
from domain.cases.events.intake import (
    AcceptanceRefused,
    CaseAccepted,
    CaseOpened,
    CorrectionRequested,
    SeparatelyRegistered,
)
from domain.kernel import Fen, PostId
from tests.support.builders import (
    AUDITOR,
    CALENDAR,
    CASE_ID,
    DIRECTOR,
    HANDLER,
    INVESTIGATOR,
    LEAD,
    REVIEWER,
    STRANGER,
    TIMEKEEPER,
    application,
    by,
    mandate,
    person,
)
from tests.support.journeys import ACCEPTED, CORRECTING, OPENED, step
from tests.support.scenario import decided, given

PAPER = AttachDocument(sha256="a" * 64, media_type="application/pdf", size=1000, kind="收入声明")


def opens(command: OpenCase) -> CaseOpened:
    event = decided(given().state, step("open_case", command, by(HANDLER, "2026-03-02")))[0]
    assert isinstance(event, CaseOpened)
    return event


def test_a_household_applies_for_itself() -> None:
    event = opens(application())
    assert (event.case_id, event.number) == (CASE_ID, "320903-20260302-3E4F5A6B")
    assert (event.channel, event.received_on, event.due.on) == ("self", date(2026, 3, 2), date(2026, 3, 9))
    assert [member.subject for member in event.household.members] == ["subject-1", "subject-2"]


def test_a_neighbour_applies_by_mandate() -> None:
    event = opens(replace(application(), channel="mandate", mandate=mandate()))
    assert event.mandate is not None
    assert (event.mandate.agent_subject, event.mandate.relation) == ("subject-9", "邻居")


def test_a_village_director_opens_a_case_that_he_found() -> None:
    found = replace(application(), channel="village")
    event = decided(given().state, step("open_case", found, by(DIRECTOR, "2026-03-02")))[0]
    assert isinstance(event, CaseOpened)
    assert event.channel == "village"


def test_a_case_is_opened_once() -> None:
    given(OPENED).when("open_case", application(), by(HANDLER, "2026-03-02")).then_refused("CASE_EXISTS")


def test_a_case_received_before_midnight_in_yancheng_has_that_day() -> None:
    late = decided(given().state, step("open_case", application(), by(HANDLER, "2026-03-02", at="23:59")))[0]
    early = decided(given().state, step("open_case", application(), by(HANDLER, "2026-03-03", at="00:01")))[0]
    assert isinstance(late, CaseOpened)
    assert isinstance(early, CaseOpened)
    assert (late.received_on, early.received_on) == (date(2026, 3, 2), date(2026, 3, 3))


@pytest.mark.parametrize(
    ("command", "code", "detail"),
    [
        (replace(application(), members=()), "INVALID_VALUE", "members"),
        (replace(application(), members=(person(1), person(1))), "INVALID_VALUE", "members"),
        (replace(application(), monthly_income=Fen(-1)), "INVALID_VALUE", "monthly_income"),
        (replace(application(), monthly_income=Fen(10**15 + 1)), "INVALID_VALUE", "monthly_income"),
        (replace(application(), channel="mandate"), "INVALID_VALUE", "mandate"),
        (replace(application(), mandate=mandate()), "INVALID_VALUE", "mandate"),
        (replace(application(), members=(replace(person(1), name=" "),)), "INVALID_VALUE", "members[0].name"),
        (replace(application(), division="320903104"), "INVALID_VALUE", "division"),
        (replace(application(), division="32090310420a"), "INVALID_VALUE", "division"),
        (replace(application(), division="32090310420\u0663"), "INVALID_VALUE", "division"),
        (
            replace(application(), members=(replace(person(1), id_number=person(1).id_number[:-1]),)),
            "BAD_ID_NUMBER",
            "members[0].id_number: length",
        ),
        (
            replace(
                application(),
                channel="mandate",
                mandate=replace(mandate(), agent=replace(person(9), id_number="320971196001090010")),
            ),
            "BAD_ID_NUMBER",
            "mandate.agent.id_number: check_digit",
        ),
    ],
)
def test_a_malformed_application_is_refused_by_the_name_of_the_field(command: OpenCase, code: str, detail: str) -> None:
    given().when("open_case", command, by(HANDLER, "2026-03-02")).then_refused(code, detail)


def test_nobody_opens_a_case_in_another_town() -> None:
    given().when("open_case", application(), by(STRANGER, "2026-03-02")).then_refused("NO_AUTHORITY", "division")


def test_an_auditor_opens_nothing() -> None:
    given().when("open_case", application(), by(AUDITOR, "2026-03-02")).then_refused("NO_AUTHORITY")


def test_kin_of_a_handler_are_registered_separately() -> None:
    state = (
        given(OPENED)
        .when(
            "register_separately",
            RegisterSeparately(reason="近亲属", kin_posts=(DIRECTOR.id,)),
            by(LEAD, "2026-03-03", kin=(INVESTIGATOR,)),
        )
        .then(SeparatelyRegistered(kin_posts=(INVESTIGATOR.id, DIRECTOR.id), reason="近亲属"))
    )
    assert state.kin_posts == (INVESTIGATOR.id, DIRECTOR.id)


@pytest.mark.parametrize("kin", [(), (PostId("nowhere"),)])
def test_separate_registration_names_posts_that_exist(kin: tuple[PostId, ...]) -> None:
    given(OPENED).when(
        "register_separately", RegisterSeparately(reason="近亲属", kin_posts=kin), by(LEAD, "2026-03-03")
    ).then_refused("INVALID_VALUE", "kin_posts")


def test_separate_registration_needs_a_reason() -> None:
    given(OPENED).when(
        "register_separately", RegisterSeparately(reason=" ", kin_posts=(DIRECTOR.id,)), by(LEAD, "2026-03-03")
    ).then_refused("REASON_MISSING")


def test_a_second_registration_keeps_the_posts_of_the_first() -> None:
    first = step(
        "register_separately", RegisterSeparately(reason="亲属", kin_posts=(DIRECTOR.id,)), by(LEAD, "2026-03-03")
    )
    given(OPENED, first).when(
        "register_separately", RegisterSeparately(reason="亲属", kin_posts=(HANDLER.id,)), by(LEAD, "2026-03-04")
    ).then(SeparatelyRegistered(kin_posts=(HANDLER.id, DIRECTOR.id), reason="亲属"))


def test_a_case_of_kin_is_not_accepted_before_separate_registration() -> None:
    given(OPENED).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-04", kin=(DIRECTOR,))).then_refused(
        "SEPARATE_REGISTRATION_NEEDED", DIRECTOR.id
    )


def test_kin_declared_after_a_registration_needs_another_one() -> None:
    first = step(
        "register_separately", RegisterSeparately(reason="亲属", kin_posts=(DIRECTOR.id,)), by(LEAD, "2026-03-03")
    )
    given(OPENED, first).when(
        "accept_case", AcceptCase(), by(HANDLER, "2026-03-04", kin=(DIRECTOR, REVIEWER))
    ).then_refused("SEPARATE_REGISTRATION_NEEDED", REVIEWER.id)


def test_a_post_held_by_kin_may_not_act() -> None:
    kin = step(
        "register_separately", RegisterSeparately(reason="亲属", kin_posts=(HANDLER.id,)), by(LEAD, "2026-03-03")
    )
    given(OPENED, kin).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-04")).then_refused("KIN_EXCLUDED")
    given(OPENED, kin).when("accept_case", AcceptCase(), by(LEAD, "2026-03-04")).then(CaseAccepted)


def test_all_defects_are_told_at_once() -> None:
    state = (
        given(OPENED)
        .when("request_correction", RequestCorrection(defects=("缺授权书", "缺收入声明")), by(HANDLER, "2026-03-09"))
        .then(CorrectionRequested)
    )
    assert (state.stage, state.defects) == ("correcting", ("缺授权书", "缺收入声明"))
    assert state.due is not None
    assert (state.due.what, state.due.on) == ("supply", date(2026, 4, 8))


@pytest.mark.parametrize("defects", [(), ("缺授权书", " ")])
def test_a_request_without_a_defect_is_refused(defects: tuple[str, ...]) -> None:
    given(OPENED).when(
        "request_correction", RequestCorrection(defects=defects), by(HANDLER, "2026-03-03")
    ).then_refused("INVALID_VALUE", "defects")


def test_a_defect_that_could_be_seen_before_is_not_told_later() -> None:
    given(CORRECTING).when(
        "request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-03-06")
    ).then_refused("DEFECT_KNOWN_BEFORE")


def test_a_paper_that_was_there_before_shows_no_new_defect() -> None:
    attached = step("attach_document", PAPER, by(HANDLER, "2026-03-02"))
    told = step("request_correction", RequestCorrection(defects=("缺收入声明",)), by(HANDLER, "2026-03-03"))
    given(OPENED, attached, told).when(
        "request_correction",
        RequestCorrection(defects=("声明未签字",), papers=(PAPER.sha256,)),
        by(HANDLER, "2026-03-06"),
    ).then_refused("DEFECT_KNOWN_BEFORE")


def test_a_defect_of_a_paper_supplied_since_may_be_told() -> None:
    attached = step("attach_document", PAPER, by(HANDLER, "2026-03-05"))
    given(CORRECTING, attached).when(
        "request_correction",
        RequestCorrection(defects=("声明未签字",), papers=(PAPER.sha256,)),
        by(HANDLER, "2026-03-06"),
    ).then(CorrectionRequested)


def test_defects_told_before_may_be_repeated() -> None:
    both = step("request_correction", RequestCorrection(defects=("缺甲", "缺乙")), by(HANDLER, "2026-03-03"))
    given(OPENED, both).when(
        "request_correction", RequestCorrection(defects=("缺乙",)), by(HANDLER, "2026-03-06")
    ).then(CorrectionRequested)


def test_defects_told_too_late_cannot_hold_the_case_up() -> None:
    given(OPENED).when(
        "request_correction", RequestCorrection(defects=("缺授权书",)), by(HANDLER, "2026-03-10")
    ).then_refused("WRONG_ORDER", "request_correction: deemed")


def test_acceptance_pins_the_rule_and_sets_the_limit_of_the_opinion() -> None:
    state = given(OPENED).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-04")).then(CaseAccepted)
    assert (state.stage, state.rule, state.accepted_on) == ("accepted", "dibao-3209-2021-07", date(2026, 3, 4))
    assert state.due is not None
    assert state.due.on == date(2026, 3, 25)


def test_a_corrected_case_is_accepted_without_its_defects() -> None:
    state = given(CORRECTING).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-10")).then(CaseAccepted)
    assert state.defects == ()


def test_five_working_days_over_a_worked_sunday() -> None:
    assert CALENDAR.add_working_days(date(2026, 9, 18), 5) == date(2026, 9, 24)
    opened = step("open_case", application(), by(HANDLER, "2026-09-18"))
    due = given(opened).state.due
    assert due is not None
    assert due.on == date(2026, 9, 24)


def test_an_application_left_alone_counts_as_accepted_on_the_day_received() -> None:
    state = given(OPENED).when("accept_case", AcceptCase(deemed=True), by(TIMEKEEPER, "2026-03-10")).then(CaseAccepted)
    assert (state.deemed, state.accepted_on) == (True, date(2026, 3, 2))
    assert state.due is not None
    assert state.due.on == date(2026, 3, 23)


def test_who_accepts_too_late_accepts_as_of_the_day_received() -> None:
    state = given(OPENED).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-10")).then(CaseAccepted)
    assert (state.deemed, state.accepted_on) == (True, date(2026, 3, 2))
    assert state.due is not None
    assert state.due.on == date(2026, 3, 23)


def test_who_accepts_on_the_last_day_of_the_limit_accepts_on_that_day() -> None:
    state = given(OPENED).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-09")).then(CaseAccepted)
    assert (state.deemed, state.accepted_on) == (False, date(2026, 3, 9))


def test_a_case_whose_defects_were_told_in_time_is_accepted_on_the_day_of_the_act() -> None:
    state = given(CORRECTING).when("accept_case", AcceptCase(), by(HANDLER, "2026-05-06")).then(CaseAccepted)
    assert (state.deemed, state.accepted_on) == (False, date(2026, 5, 6))


def test_nothing_counts_as_accepted_while_the_limit_runs() -> None:
    given(OPENED).when("accept_case", AcceptCase(deemed=True), by(TIMEKEEPER, "2026-03-09")).then_refused("WRONG_ORDER")


def test_nothing_counts_as_accepted_when_defects_were_told() -> None:
    given(CORRECTING).when("accept_case", AcceptCase(deemed=True), by(TIMEKEEPER, "2026-05-06")).then_refused(
        "WRONG_ORDER"
    )


def test_acceptance_is_refused_with_a_reason() -> None:
    state = (
        given(OPENED)
        .when("refuse_acceptance", RefuseAcceptance(reason=" 户籍不在本地 "), by(HANDLER, "2026-03-04"))
        .then(AcceptanceRefused(refused_on=date(2026, 3, 4), reason="户籍不在本地"))
    )
    assert (state.stage, state.due) == ("not_accepted", None)


def test_acceptance_is_not_refused_without_a_reason() -> None:
    given(OPENED).when("refuse_acceptance", RefuseAcceptance(reason=""), by(HANDLER, "2026-03-04")).then_refused(
        "REASON_MISSING"
    )


def test_an_accepted_case_cannot_be_refused_acceptance() -> None:
    given(ACCEPTED).when(
        "refuse_acceptance", RefuseAcceptance(reason="户籍不在本地"), by(HANDLER, "2026-03-05")
    ).then_refused("WRONG_ORDER")


def test_a_village_director_accepts_nothing() -> None:
    given(OPENED).when("accept_case", AcceptCase(), by(DIRECTOR, "2026-03-04")).then_refused("NO_AUTHORITY")


def test_a_case_that_does_not_exist_is_unknown() -> None:
    given().when("accept_case", AcceptCase(), by(HANDLER, "2026-03-04")).then_refused("UNKNOWN_CASE")
