"""Audit questions as data: numbered as in the table of questions, in both languages, over views that exist."""

import re
from datetime import UTC, date, datetime, timedelta
from string import Formatter

import pytest

from adapters.impersonal import impersonal
from adapters.reference import load_calendar
from adapters.web.question_words import Sayer
from application.bureau import Bureau
from domain.calendar import midnight_after
from domain.kernel import Event
from projections.findings import MOST_ROWS, Asked, Ground, finding_rows, given, one_finding
from projections.query import BadCursor
from projections.question import Question, Words
from projections.question_registry import QUESTIONS, question_of
from projections.question_waiting import WAITING
from projections.registry import VIEWS
from tests.support.samples import SAMPLES

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOW = datetime(2026, 10, 1, 4, tzinfo=UTC)
GROUND = Ground(NOW, load_calendar())
PREFIXES = ("audit_", "parity_", "sample_")
ASKED = Asked(on=date(2026, 9, 30))


def words_of(question: Question) -> list[Words]:
    kinds = [words for kind in question.kinds.values() for words in (kind.name, kind.says)]
    return [question.title, question.asks, question.limits, *kinds]


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_question_of_the_table_is_asked_or_says_what_it_waits_for() -> None:
    waiting = [each.number for each in WAITING]
    assert sorted([*QUESTIONS, *waiting]) == list(range(1, 37))
    assert waiting == sorted(waiting)
    assert len(QUESTIONS) == 12
    assert all(each.needs.zh and each.needs.en for each in WAITING)


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_question_reads_views_that_exist_and_tables_that_they_have(number: int) -> None:
    question = question_of(number)
    tables = {table.name for name in question.views for table in VIEWS[name].tables}
    always = {"audit_case", "audit_post", "audit_rule"}
    named = {name for name in re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", question.sql) if name.startswith(PREFIXES)}
    inner = set(re.findall(r"([a-z_]+) AS (?:MATERIALIZED )?\(", question.sql))
    assert named - inner <= tables | always
    assert always <= {table.name for table in VIEWS["audit_questions"].tables}


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_question_speaks_both_languages(number: int) -> None:
    for words in words_of(question_of(number)):
        assert CHINESE.search(words.zh), words
        assert not CHINESE.search(words.en), words
        zh, en = (blanks(text) for text in (words.zh, words.en))
        shared = {name.removesuffix("_zh").removesuffix("_en") for name in zh | en}
        assert {name.removesuffix("_zh") for name in zh} == {name.removesuffix("_en") for name in en} == shared


@pytest.mark.parametrize("number", QUESTIONS)
def test_every_blank_is_filled_by_the_query(number: int) -> None:
    question = question_of(number)
    told = set(re.findall(r"'([a-z_]+)',", question.sql)) | {"days"}
    for kind in question.kinds.values():
        assert blanks(kind.says.zh) <= told, kind
        assert blanks(kind.says.en) <= told, kind


@pytest.mark.parametrize("number", QUESTIONS)
def test_every_kind_is_found_by_the_query_and_no_other(number: int) -> None:
    question = question_of(number)
    assert all(f"'{kind}'" in question.sql or kind in question.sql for kind in question.kinds)


def test_no_sentence_accuses() -> None:
    accusing = re.compile(r"违法|违规|违纪|骗保|虚假|作弊|illegal|fraud|guilty|violat", re.IGNORECASE)
    for question in QUESTIONS.values():
        assert [words for words in words_of(question) if accusing.search(words.zh) or accusing.search(words.en)] == []


def test_a_sentence_takes_names_money_units_and_what_was_left_out() -> None:
    says = "{duty} {holder} {told_fen} {stood} {again_fen} {ok} {relation} {pauses} {rule}"
    details = {
        "duty": "opinion",
        "holder": "town_handler",
        "told_fen": 106_050,
        "again_fen": None,
        "stood": 5,
        "unit": "wd",
        "ok": True,
        "relation_zh": "近亲属",
        "relation_en": "a relative",
        "pauses": "comparison_authorised:12-15 notice_posted:20-",
        "rule": "no-such-rule",
    }
    zh, en = (Sayer(language, Bureau()).say(says, details) for language in ("zh", "en"))
    assert zh.startswith("初审意见 镇（街道）经办 1,060.50 5 个工作日 — 是 近亲属 核对授权 @12–15、张榜公示 @20–")
    assert "5 working days" in en
    assert "a relative" in en


def test_the_moment_is_the_end_of_a_past_day_and_now_on_this_one() -> None:
    assert given(ASKED, GROUND)["moment"] == midnight_after(date(2026, 9, 30))
    for day in (date(2026, 10, 1), date(2026, 10, 2), date.max):
        assert given(Asked(on=day), GROUND)["moment"] == NOW
    assert given(Asked(on=date.min + timedelta(days=1)), GROUND)["moment"].year == 1


def test_working_days_are_numbered_through() -> None:
    told = given(ASKED, GROUND)
    number = dict(zip(told["days"], told["numbers"], strict=True))
    for since, until in ((date(2026, 9, 18), date(2026, 9, 24)), (date(2026, 2, 13), date(2026, 3, 2))):
        assert number[until] - number[since] == load_calendar().working_days_between(since, until)


def test_a_page_takes_only_a_cursor_made_for_findings() -> None:
    question = question_of(6)
    assert finding_rows(question, ASKED, GROUND, 10_000).params["limit"] == MOST_ROWS + 1
    for cursor in ("rubbish", "WyJkdWUiLDEsMl0"):
        with pytest.raises(BadCursor):
            finding_rows(question, ASKED, GROUND, 10, cursor)


@pytest.mark.parametrize(("id_", "position"), [("17-accept", 17), ("17", 17), ("days.dibao.320903", None)])
def test_an_id_that_begins_with_a_position_is_looked_for_there(id_: str, position: int | None) -> None:
    assert one_finding(question_of(6), ASKED, GROUND, id_).params.get("at") == position


PERSONAL = ("样例", "13900000000", "土坯房两间", "名下有车", "独居", "不识字", "找到工作", "200000", "owns_car")
"""Personal values of the sample events."""


@pytest.mark.parametrize("event", SAMPLES.values(), ids=SAMPLES)
def test_nothing_that_belongs_to_a_person_is_among_the_fields_of_a_proof(event: Event) -> None:
    told = repr(impersonal(event))
    assert [value for value in PERSONAL if value in told] == []
    assert "'id_number':" not in told


def test_what_does_not_belong_to_a_person_is_told() -> None:
    visited = impersonal(SAMPLES["case.home_visited"])
    assert visited.keys() == {"visited_at", "investigators", "signed_by_household", "moves"}
    assert impersonal(SAMPLES["rule.version_published"])["version"]["id"]
