"""What stands out at a step, and what differs, in both languages."""

from datetime import date

import pytest

from adapters.web.differing import Row, known_otherwise, other_order
from adapters.web.names import Names
from adapters.web.remarks import Remark, remarks
from adapters.web.texts import Texts
from application.marks import Marks
from application.replay import Moment
from application.two_times import by_happening
from domain.cases.actions.append_correction import AppendCorrection
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.record_breach import RecordBreach
from domain.cases.parts import Correction
from domain.kernel import Recorded
from domain.rulebook.book import Rulebook
from tests.support.builders import HANDLER, LEAD, POSTS, RULE, TIMEKEEPER, by
from tests.support.journeys import ACCEPTED, CONFIRMED, GRANT_OPINION, VISITED, step
from tests.support.scenario import Step
from tests.support.told import history, moment, told

ZH, EN = (Names(texts, POSTS, Rulebook().with_versions([RULE])) for texts in (Texts("zh"), Texts("en")))


def correct(seq: int, field: str, value: str) -> Step:
    command = AppendCorrection(seq=seq, field=field, value=value, reason="录入错误")
    return step("append_correction", command, by(HANDLER, "2026-04-02"))


def said(stored: list[Recorded], seq: int, names: Names = ZH) -> tuple[Remark, ...]:
    marks = next(each.marks for each in by_happening(stored) if each.step.recorded.seq == seq)
    return remarks(names, marks)


def test_a_plain_step_has_nothing_that_stands_out() -> None:
    assert remarks(ZH, Marks()) == ()


@pytest.mark.parametrize(
    ("marks", "zh", "en"),
    [
        (
            Marks(late=34_200),
            Remark("soon", "迟录", "发生后 9 小时 30 分（34,200 秒）才登记"),
            Remark("soon", "Late", "recorded 9 h 30 min (34,200 s) after it happened"),
        ),
        (
            Marks(ahead=300),
            Remark("late", "时钟异常", "所述发生时间晚于登记时间 5 分（300 秒）"),
            Remark("late", "Clock broken", "dated 5 min (300 s) after its own recording"),
        ),
        (
            Marks(overtaken=(4,)),
            Remark("late", "倒序", "登记在第 4 步之后，发生却在其之前"),
            Remark("late", "Out of order", "recorded after step 4, which happened later"),
        ),
        (
            Marks(overtaken=(4, 5, 7)),
            Remark("late", "倒序", "登记在第 4 至 7 步中的 3 步之后，发生却在其之前"),
            Remark("late", "Out of order", "recorded after 3 steps, 4 to 7, which happened later"),
        ),
    ],
)
def test_a_mark_is_a_badge_and_a_sentence_in_both_languages(marks: Marks, zh: Remark, en: Remark) -> None:
    assert (remarks(ZH, marks), remarks(EN, marks)) == ((zh,), (en,))


def test_a_correction_tells_field_old_and_new_value_and_from_which_step_on() -> None:
    stored = history(*ACCEPTED, correct(1, "household.monthly_income", "52000"))
    expected = "家庭月收入（元） 500.00 → 520.00，理由：录入错误。自第 1 步起生效。"
    assert said(stored, 1) == (Remark("soon", "已更正", f"由第 3 步更正（登记于 2026-04-02 09:31）：{expected}"),)
    assert said(stored, 3) == (Remark("calm", "更正", f"更正第 1 步：{expected}"),)


def test_a_correction_that_changes_no_state_says_so() -> None:
    seq = len(history(*CONFIRMED))
    text = said(history(*CONFIRMED, correct(seq, "amount", "100000")), seq)[0].text
    assert "1,060.00 → 1,000.00" in text
    assert "案卷状态不变" in text


def test_numbers_of_persons_are_covered_in_a_correction() -> None:
    stored = history(
        *ACCEPTED, correct(1, "applicant.phone", "13900001234"), correct(1, "applicant.id_number", "3" * 18)
    )
    text = " ".join(remark.text for remark in said(stored, 1))
    assert "申请人 · 电话 — → 139******34" in text
    assert "申请人 · 公民身份号码 — → 333333********3333" in text
    listed = ZH.value("corrections", (Correction(seq=1, field="applicant.phone", value="13900001234", reason="错"),))
    assert listed == "#1 申请人 · 电话: 139******34 (错)"


def test_a_moot_breach_and_a_step_before_the_opening_say_so() -> None:
    assert [each.badge for each in remarks(EN, Marks(moot=True, before_opening=True))] == ["Before the opening", "Moot"]


def test_what_is_known_otherwise_is_told_in_words_with_the_step_that_brought_it() -> None:
    found = EstablishFacts(facts={"assets_ok": True}, source="走访")
    facts = step("establish_facts", found, by(HANDLER, "2026-03-10"))
    opinion = step("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11"))
    stored = history(*VISITED, told(facts, "2026-03-29"), told(opinion, "2026-03-30"))
    rows = known_otherwise(ZH, stored, Moment(on=date(2026, 3, 12), as_of=moment("2026-03-20")))
    told_rows = {row.label: (row.then, row.now, row.seq) for row in rows}
    assert told_rows["环节"] == ("已受理", "已初审", 7)
    assert told_rows["认定月收入（元）"] == ("", "500.00", 7)
    duty = ZH.duty(RULE.id, "opinion")
    assert told_rows[f"{duty} · 状态"] == ("进行中", "已履行", 7)
    assert told_rows["家庭财产状况符合规定"] == ("", "是", 6)
    assert not [label for label in told_rows if "done" in label or "duties" in label]


def test_a_breach_that_another_order_undoes_is_told_in_words() -> None:
    breach = step("record_breach", RecordBreach(what="opinion"), by(TIMEKEEPER, "2026-04-20"))
    opinion = step("issue_opinion", GRANT_OPINION, by(LEAD, "2026-03-11"))
    stored = history(*VISITED, breach, told(opinion, "2026-04-21"))
    label = f"{EN.duty(RULE.id, 'opinion')} · breach recorded"
    assert Row(label, "Yes", "") in other_order(EN, stored, Moment())
