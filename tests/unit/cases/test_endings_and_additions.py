"""How a case ends otherwise, moves, and what is added to it."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.archive_case import ArchiveCase
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.attach_document import MEDIA_TYPES, MOST_BYTES, AttachDocument
from domain.cases.actions.register_separately import RegisterSeparately
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.terminate_case import TerminateCase
from domain.cases.actions.transfer_case import TransferCase
from domain.cases.actions.withdraw_case import WithdrawCase
from domain.cases.events.closing import (
    CaseArchived,
    CaseAssigned,
    CaseTerminated,
    CaseTransferred,
    CaseWithdrawn,
    CorrectionAppended,
    DocumentAttached,
    NoteAdded,
)
from domain.cases.events.intake import CaseAccepted
from domain.cases.parts import Correction, Document
from domain.kernel import PostId
from tests.support.builders import (
    AUDITOR,
    DECIDER,
    DIRECTOR,
    HANDLER,
    INVESTIGATOR,
    LEAD,
    OTHER_TOWN_VILLAGE,
    OTHER_VILLAGE,
    REVIEWER,
    STRANGER,
    VILLAGE,
    by,
)
from tests.support.journeys import (
    ACCEPTED,
    CONFIRMED,
    CORRECTING,
    GRANTED,
    NOTICED,
    OPENED,
    OPINED,
    POSTED,
    REFUSED,
    STOPPED,
    step,
)
from tests.support.scenario import History, given

PAPER = AttachDocument(sha256="a" * 64, media_type="application/pdf", size=1000, kind="收入声明", title="声明")
WITHDRAWN = (*ACCEPTED, step("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-05")))
REFUSED_AND_SERVED = (*REFUSED, step("serve_decision", ServeDecision(manner="邮寄"), by(HANDLER, "2026-03-16")))
ARCHIVED = (*REFUSED_AND_SERVED, step("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")))


@pytest.mark.parametrize("history", [OPENED, CORRECTING, ACCEPTED, OPINED, POSTED, NOTICED])
def test_a_household_may_withdraw_until_the_decision(history: tuple[History, ...]) -> None:
    state = (
        given(history).when("withdraw_case", WithdrawCase(reason="搬走"), by(HANDLER, "2026-03-20")).then(CaseWithdrawn)
    )
    assert (state.stage, state.due) == ("withdrawn", None)


def test_a_confirmed_case_is_not_withdrawn() -> None:
    given(CONFIRMED).when("withdraw_case", WithdrawCase(), by(HANDLER, "2026-03-25")).then_refused("WRONG_ORDER")


def test_an_inquiry_that_cannot_go_on_is_terminated() -> None:
    given(ACCEPTED).when("terminate_case", TerminateCase(reason="拒不配合调查"), by(LEAD, "2026-03-20")).then(
        CaseTerminated(terminated_on=date(2026, 3, 20), reason="拒不配合调查")
    )


def test_a_termination_needs_a_reason() -> None:
    given(ACCEPTED).when("terminate_case", TerminateCase(reason=""), by(LEAD, "2026-03-20")).then_refused(
        "REASON_MISSING"
    )


def test_money_that_runs_is_stopped_and_not_terminated() -> None:
    given(GRANTED).when("terminate_case", TerminateCase(reason="死亡"), by(LEAD, "2026-05-20")).then_refused(
        "WRONG_ORDER"
    )


def test_a_household_moves_and_the_case_with_it() -> None:
    assigned = step("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, "2026-03-05"))
    state = (
        given(ACCEPTED, assigned)
        .when("transfer_case", TransferCase(to_division=OTHER_TOWN_VILLAGE, reason="迁居"), by(LEAD, "2026-03-20"))
        .then(
            CaseTransferred(
                transferred_on=date(2026, 3, 20),
                from_division=VILLAGE,
                to_division=OTHER_TOWN_VILLAGE,
                reason="迁居",
            )
        )
    )
    assert (state.division, state.assignee) == (OTHER_TOWN_VILLAGE, "")


def test_the_old_town_has_no_say_after_a_transfer() -> None:
    moved = step("transfer_case", TransferCase(to_division=OTHER_TOWN_VILLAGE), by(LEAD, "2026-03-03"))
    given(OPENED, moved).when("accept_case", AcceptCase(), by(HANDLER, "2026-03-04")).then_refused(
        "NO_AUTHORITY", "division"
    )
    given(OPENED, moved).when("accept_case", AcceptCase(), by(STRANGER, "2026-03-04")).then(CaseAccepted)


def test_a_transfer_to_the_same_village_is_nothing() -> None:
    given(ACCEPTED).when("transfer_case", TransferCase(to_division=VILLAGE), by(LEAD, "2026-03-20")).then_nothing()


@pytest.mark.parametrize("code", ["3209031042", "32090310420x", "320102001001", ""])
def test_a_transfer_goes_to_a_village_of_the_region(code: str) -> None:
    given(ACCEPTED).when("transfer_case", TransferCase(to_division=code), by(LEAD, "2026-03-20")).then_refused(
        "INVALID_VALUE", "to_division"
    )


def test_a_correction_keeps_the_old_event_and_shows_the_right_value() -> None:
    command = AppendCorrection(seq=1, field="applicant.phone", value="13900000000", reason="录入错误")
    case = given(ACCEPTED)
    state = case.when("append_correction", command, by(HANDLER, "2026-03-20")).then(
        CorrectionAppended(
            correction=Correction(seq=1, field="applicant.phone", value="13900000000", reason="录入错误")
        )
    )
    assert state.household is not None
    assert state.household.members[0].phone == "13900000000"
    assert len(case.events) == 2


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"seq": 0}, "INVALID_VALUE", "seq"),
        ({"field": ""}, "INVALID_VALUE", "field"),
        ({"field": "applicant name"}, "INVALID_VALUE", "field"),
        ({"value": " "}, "INVALID_VALUE", "value"),
        ({"field": "household.monthly_income", "value": "很多"}, "INVALID_VALUE", "value"),
        ({"field": "household.monthly_income", "value": "9" * 16}, "INVALID_VALUE", "value"),
        ({"reason": ""}, "REASON_MISSING", ""),
    ],
)
def test_a_malformed_correction_is_refused(change: dict[str, object], code: str, detail: str) -> None:
    command = replace(AppendCorrection(seq=1, field="applicant.name", value="样例", reason="录入错误"), **change)
    given(ACCEPTED).when("append_correction", command, by(HANDLER, "2026-03-20")).then_refused(code, detail)


def test_a_corrected_income_is_the_income() -> None:
    command = AppendCorrection(seq=1, field="household.monthly_income", value="61000", reason="录入错误")
    state = given(ACCEPTED).when("append_correction", command, by(HANDLER, "2026-03-20")).then(CorrectionAppended)
    assert state.household is not None
    assert state.household.monthly_income == 61_000


def test_a_paper_is_attached_once() -> None:
    state = given(OPENED).when("attach_document", PAPER, by(DIRECTOR, "2026-03-02")).then(DocumentAttached)
    assert state.documents == (
        Document(sha256="a" * 64, media_type="application/pdf", size=1000, kind="收入声明", title="声明"),
    )


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_papers_of_lasting_types_are_taken(media_type: str) -> None:
    paper = replace(PAPER, media_type=media_type, size=MOST_BYTES)
    given(OPENED).when("attach_document", paper, by(HANDLER, "2026-03-02")).then(DocumentAttached)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"sha256": "a" * 63}, "sha256"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": "a" * 64 + "\n"}, "sha256"),
        ({"media_type": "text/html"}, "media_type"),
        ({"size": 0}, "size"),
        ({"size": MOST_BYTES + 1}, "size"),
    ],
)
def test_other_papers_are_refused(change: dict[str, object], detail: str) -> None:
    given(OPENED).when("attach_document", replace(PAPER, **change), by(HANDLER, "2026-03-02")).then_refused(
        "DOCUMENT_REFUSED", detail
    )


def test_a_paper_has_a_kind() -> None:
    given(OPENED).when("attach_document", replace(PAPER, kind=""), by(HANDLER, "2026-03-02")).then_refused(
        "INVALID_VALUE", "kind"
    )


def test_a_case_is_assigned_and_assigned_again() -> None:
    first = step("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, "2026-03-05"))
    given(ACCEPTED, first).when("assign_case", AssignCase(to_post=INVESTIGATOR.id), by(LEAD, "2026-03-06")).then(
        CaseAssigned(to_post=INVESTIGATOR.id, from_post=HANDLER.id)
    )


@pytest.mark.parametrize("to_post", [PostId(""), PostId("nowhere"), STRANGER.id, AUDITOR.id])
def test_a_case_goes_to_a_post_that_handles_cases_there(to_post: PostId) -> None:
    assigned = step("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, "2026-03-05"))
    given(ACCEPTED, assigned).when("assign_case", AssignCase(to_post=to_post), by(LEAD, "2026-03-06")).then_refused(
        "INVALID_VALUE", "to_post"
    )


def test_a_case_is_not_assigned_to_kin() -> None:
    kin = step(
        "register_separately", RegisterSeparately(reason="亲属", kin_posts=(HANDLER.id,)), by(LEAD, "2026-03-03")
    )
    given(OPENED, kin).when("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, "2026-03-06")).then_refused(
        "KIN_EXCLUDED"
    )


def test_a_closed_case_cannot_be_assigned() -> None:
    given(WITHDRAWN).when("assign_case", AssignCase(to_post=HANDLER.id), by(LEAD, "2026-03-06")).then_refused(
        "CASE_CLOSED", "withdrawn"
    )


@pytest.mark.parametrize("history", [OPENED, GRANTED, REFUSED, ARCHIVED])
def test_a_note_may_be_added_at_any_time(history: tuple[History, ...]) -> None:
    given(history).when("add_note", AddNote(text=" 已电话联系 "), by(DIRECTOR, "2026-06-02")).repeats().then(
        NoteAdded(text="已电话联系")
    )


def test_a_note_says_something() -> None:
    given(OPENED).when("add_note", AddNote(text=""), by(HANDLER, "2026-03-02")).then_refused("INVALID_VALUE", "text")


def test_notes_belong_to_a_case() -> None:
    given().when("add_note", AddNote(text="已电话联系"), by(HANDLER, "2026-03-02")).then_refused("UNKNOWN_CASE")


def test_a_file_is_kept_three_years_after_the_last_month_paid() -> None:
    given(STOPPED).when("archive_case", ArchiveCase(), by(REVIEWER, "2026-12-01")).then(
        CaseArchived(archived_on=date(2026, 12, 1), kept_until=date(2029, 10, 1))
    )


def test_a_file_may_be_kept_longer_but_not_shorter() -> None:
    longer, shorter = ArchiveCase(kept_until=date(2036, 1, 1)), ArchiveCase(kept_until=date(2029, 9, 30))
    given(STOPPED).when("archive_case", longer, by(REVIEWER, "2026-12-01")).then(CaseArchived)
    given(STOPPED).when("archive_case", shorter, by(REVIEWER, "2026-12-01")).then_refused("INVALID_VALUE", "kept_until")


def test_a_file_without_a_grant_is_kept_three_years_from_its_archiving() -> None:
    given(WITHDRAWN).when("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")).then(
        CaseArchived(archived_on=date(2026, 6, 1), kept_until=date(2029, 6, 1))
    )


def test_a_case_that_runs_is_not_archived() -> None:
    given(GRANTED).when("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")).then_refused("WRONG_ORDER")


def test_a_decision_is_served_before_the_file_is_archived() -> None:
    given(REFUSED).when("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")).then_refused(
        "WRONG_ORDER", "archive_case: decision_served"
    )
    given(REFUSED_AND_SERVED).when("archive_case", ArchiveCase(), by(HANDLER, "2026-06-01")).then(CaseArchived)


def test_an_archived_file_takes_no_more_papers() -> None:
    given(ARCHIVED).when("attach_document", PAPER, by(HANDLER, "2026-06-02")).then_refused("CASE_CLOSED", "archived")


def test_an_archived_file_can_still_be_corrected() -> None:
    command = AppendCorrection(seq=1, field="applicant.name", value="样例甲", reason="录入错误")
    given(ARCHIVED).when("append_correction", command, by(DECIDER, "2026-06-02")).then(CorrectionAppended)


def test_a_move_inside_the_town_leaves_the_case_with_it() -> None:
    state = (
        given(ACCEPTED)
        .when("transfer_case", TransferCase(to_division=OTHER_VILLAGE), by(LEAD, "2026-03-20"))
        .then(CaseTransferred)
    )
    assert state.division == OTHER_VILLAGE
