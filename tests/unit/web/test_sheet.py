"""The case as a form: every field has its place, what a step changed is marked, nothing is shown twice."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from msgspec.structs import replace

from adapters.web import sheet
from adapters.web.layout import GLANCE, HEAD, LAYOUT, LEGACY, UNSHOWN
from adapters.web.names import Names
from adapters.web.texts import Texts
from application.replay import Step, replay
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.record_interview import RecordInterview
from domain.cases.actions.record_objection import RecordObjection
from domain.cases.actions.report_change import ReportChange
from domain.cases.actions.transfer_case import TransferCase
from domain.kernel import Event, Meta, Recorded
from domain.rulebook.book import Rulebook
from tests.support.builders import DIRECTOR, HANDLER, INVESTIGATOR, LEAD, OTHER_VILLAGE, POSTS, RULE, by
from tests.support.journeys import (
    ACCEPTED,
    COMPARED,
    CORRECTING,
    GRANTED,
    OPENED,
    POSTED,
    STOPPED,
    VISIT,
    step,
)
from tests.support.scenario import Step as Act
from tests.support.scenario import play
from tests.unit.web.test_texts import state_fields

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ZH, EN = (Names(texts, POSTS, Rulebook().with_versions([RULE])) for texts in (Texts("zh"), Texts("en")))
ELSEWHERE = {
    "number",  # the heading
    "household.members",  # a table of its own
    "facts",  # cells of their own, in the words of the rule
    "duties",  # a table of its own
    "organisation",
    "mandate.document",  # among the documents
    "comparison",
    "due",
    "due.what",
    "due.on",
    "due.basis",
    "due.at",
}
WRITTEN = "原话 <b>&</b>"
INTERVIEW = RecordInterview(interviewers=(HANDLER.id, INVESTIGATOR.id), summary=WRITTEN)
CHANGE = ReportChange(changed_on=date(2026, 8, 1), kind="income", description=WRITTEN)
MOVE = TransferCase(to_division=OTHER_VILLAGE, reason=WRITTEN)


def steps_of(history: tuple[Act, ...]) -> list[Step]:
    return replay(recorded(event, seq) for seq, event in enumerate(play(history), 1))


def recorded(event: Event, seq: int) -> Recorded:
    meta = Meta(event_id=str(seq), occurred_at=AT, actor="post:1", command_id=str(seq), rule=RULE.id)
    return Recorded(seq, "case-1", seq, event.TYPE, AT, event, meta)


def shown(steps: list[Step], version: int, names: Names = ZH) -> dict[str, sheet.Cell]:
    parts = sheet.sections(names, steps, version, AT)
    return {cell.label: cell for part in parts for cell in part.cells}


def test_every_field_of_a_case_has_a_place_or_is_left_out_on_purpose() -> None:
    placed = {*HEAD, *GLANCE, *LEGACY, *(path for _, paths in LAYOUT for path in paths)}
    parted = {path.partition(".")[0] for path in state_fields() if "." in path} | {"household"}
    assert set(state_fields()) - placed - parted - UNSHOWN - ELSEWHERE == set()
    assert placed - set(state_fields()) - {"household.monthly_income"} == set()


def test_what_a_step_changed_is_marked_with_what_was_before() -> None:
    steps = steps_of(GRANTED)
    decided = next(n for n, step in enumerate(steps, 1) if step.recorded.type == "case.confirmed")
    cell = shown(steps, decided)["确认金额（元）"]
    assert (cell.value, cell.changed, cell.before) == ("1,060.00", True, "")
    assert not shown(steps, decided + 1)["确认金额（元）"].changed
    stage = sheet.glance(ZH, steps, decided)[0]
    assert (stage.value, stage.changed, stage.before) == ("已确认", True, "公示期满")


def test_a_cell_that_most_cases_never_fill_appears_with_its_value() -> None:
    steps = steps_of(CORRECTING)
    assert "需补正内容" not in shown(steps, 1)
    assert shown(steps, 2)["需补正内容"].value == "缺收入声明"


def test_a_due_date_is_one_change() -> None:
    steps = steps_of(CORRECTING)
    assert sheet.roots(steps[1]) == ("stage", "due", "defects")
    line = sheet.course(ZH, steps)[1]
    assert [(change.label, change.before, change.value) for change in line.changes] == [
        ("环节", "已登记", "待补正"),
        ("办理期限", "受理 2026-03-09", "补正 2026-04-02"),
        ("需补正内容", "", "缺收入声明"),
    ]


def test_the_same_step_reads_in_english() -> None:
    line = sheet.course(EN, steps_of(CORRECTING))[1]
    assert line.title == "Correction requested"
    assert line.changes[1].value == "Supply papers 2026-04-02"


def test_the_rule_is_named_where_it_changes() -> None:
    assert [bool(line.rule) for line in sheet.course(ZH, steps_of(CORRECTING))] == [True, False]


def test_a_decision_is_told_as_decided() -> None:
    steps = steps_of(GRANTED)
    words = {names: shown(steps, len(steps), names) for names in (ZH, EN)}
    assert (words[ZH]["决定"].value, words[EN]["Decision"].value) == ("予以确认", "Granted")
    assert (words[ZH]["初审结论"].value, words[EN]["Opinion"].value) == ("拟予保障", "Grant")


@pytest.mark.parametrize(
    ("history", "label"),
    [
        ((*OPENED, step("add_note", AddNote(text=WRITTEN), by(HANDLER, "2026-03-03"))), "备注内容"),
        ((*POSTED, step("record_objection", RecordObjection(content=WRITTEN), by(HANDLER, "2026-03-16"))), "异议内容"),
        ((*COMPARED, step("record_visit", replace(VISIT, findings=WRITTEN), by(HANDLER, "2026-03-09"))), "调查情况"),
        ((*ACCEPTED, step("record_interview", INTERVIEW, by(HANDLER, "2026-03-09"))), "访问摘要"),
        ((*GRANTED, step("report_change", CHANGE, by(DIRECTOR, "2026-08-03"))), "变动情况"),
        ((*ACCEPTED, step("transfer_case", MOVE, by(LEAD, "2026-03-09"))), "理由"),
    ],
    ids=["note", "objection", "visit", "interview", "change", "reason"],
)
def test_what_people_wrote_is_read_in_the_course(history: tuple[Act, ...], label: str) -> None:
    said = sheet.course(ZH, steps_of(history))[-1].said
    assert (label, WRITTEN) in [(cell.label, cell.value) for cell in said]


def test_a_reason_that_a_change_shows_is_not_told_twice() -> None:
    line = sheet.course(ZH, steps_of(STOPPED))[-1]
    assert "收入超过标准" in [change.value for change in line.changes]
    assert line.said == ()


def test_every_change_of_a_whole_life_has_a_label_in_words() -> None:
    labels = [change.label for line in sheet.course(EN, steps_of(GRANTED)) for change in line.changes]
    assert [label for label in labels if "." in label or "_" in label] == []


def test_every_value_of_a_whole_life_can_be_found_by_its_path() -> None:
    state = steps_of(GRANTED)[-1].state
    assert state.household is not None
    assert sheet.find(state, "household.members[1]") == state.household.members[1]
    assert sheet.find(state, "household.members[9]") is None
    assert sheet.find(msgspec.structs.replace(state, household=None), "household.monthly_income") is None
