"""Every check of rule data: a broken rule that fails it, and the whole ones that pass it."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from domain.cases.vocabulary import VOCABULARY
from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band, Supplement
from domain.rulebook.book import Rulebook
from domain.rulebook.check import DualTrack, RuleFaulty, check, is_longer, refuse_faults
from domain.rulebook.criteria import Criterion
from domain.rulebook.faults import SENTENCES, RuleData
from domain.rulebook.parts import DutyRule, FirstMonth, Limit, NoticeRule, Overlap, Paper, Pause, Step, Track, Unit
from tests.support.rules import CRITERION, FACTS, GRANT, LIMIT, MATTER, POWERS, RULE, data, rule


def found(given: RuleData) -> list[tuple[str, str, str]]:
    return [(fault.code, ".".join(map(str, fault.path)), fault.detail) for fault in check(given, BOOK, VOCABULARY)]


BOOK = Rulebook()


def criterion(**changes: Any) -> tuple[Criterion, ...]:  # noqa: ANN401  (any field)
    return (replace(CRITERION, **changes),)


def compared(fact: str, op: str, value: object) -> dict[str, Any]:
    return {"criteria": criterion(fact=fact, op=op, value=value, parameter="")}


def step(name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  (any field)
    return {"steps": {**RULE.steps, name: replace(RULE.steps.get(name, STEP), **changes)}}


def duty(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  (any field)
    return {"duties": {"decide": replace(RULE.duties["decide"], **changes)}}


STEP = Step(by=("town_handler",), stages=("opened",))
END = date(2022, 1, 1)


def test_a_whole_rule_has_no_fault() -> None:
    assert found(data(RULE)) == []


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        (step("dance"), "UNKNOWN_ACTION", "steps.dance"),
        (step("accept_case", stages=("opened", "waiting")), "UNKNOWN_STAGE", "steps.accept_case.stages"),
        (step("accept_case", stages=("notice",)), "STEP_UNREACHABLE", "steps.accept_case.stages"),
        (step("confirm_case", after=("notice_closed",)), "STEP_UNREACHABLE", "steps.confirm_case.after"),
        ({"limits": {"accept": LIMIT, "opinion": LIMIT, "x": LIMIT}}, "LIMIT_MISSING", "limits.decide"),
        ({"limits": {**RULE.limits, "lunch": LIMIT}}, "LIMIT_UNUSED", "limits.lunch"),
        (duty(limit="total"), "LIMIT_MISSING", "duties.decide.limit"),
        (duty(starts=("case.begun",)), "UNKNOWN_EVENT", "duties.decide.starts"),
        (duty(ends=("case.done",)), "UNKNOWN_EVENT", "duties.decide.ends"),
        (duty(drops=("case.dropped",)), "UNKNOWN_EVENT", "duties.decide.drops"),
        (duty(pauses=(Pause("case.opened", "case.on"),)), "UNKNOWN_EVENT", "duties.decide.pauses"),
        ({"valid_to": RULE.valid_from}, "DATES_REVERSED", "valid_to"),
        ({"region": "32090"}, "BAD_REGION", "region"),
        ({"region": "盐都"}, "BAD_REGION", "region"),
        ({"pilot": "trial"}, "PILOT_OPEN", "pilot"),
        ({"cites_pilot": "trial"}, "UNKNOWN_PILOT", "cites_pilot"),
        ({"matter": "nothing"}, "UNKNOWN_MATTER", "matter"),
        ({"overlaps": (Overlap("nothing", "excludes", "某办法"),)}, "UNKNOWN_MATTER", "overlaps.0.matter"),
        ({"next_layers": ("probe", "nothing")}, "UNKNOWN_MATTER", "next_layers.1"),
        ({"promise": Limit(6, "wd", ""), "total": LIMIT}, "PROMISE_TOO_LONG", "promise"),
        ({"notice": NoticeRule("required")}, "NOTICE_MISSING", "notice"),
        ({"papers": (Paper("form", "表", "Form"), Paper("form", "表", "Form"))}, "ID_REPEATED", "papers.1"),
        ({"criteria": (CRITERION, CRITERION)}, "ID_REPEATED", "criteria.1"),
        ({"criteria": criterion(fact="mood")}, "FACT_UNDECLARED", "criteria.0.fact"),
        ({"criteria": criterion(parameter="luck")}, "UNKNOWN_PARAMETER", "criteria.0.parameter"),
        ({"criteria": criterion(value=1)}, "COMPARISON_UNFIT", "criteria.0"),
        ({"criteria": criterion(parameter="")}, "COMPARISON_UNFIT", "criteria.0"),
        ({"criteria": criterion(parameter="", value=1, permille=1500)}, "COMPARISON_UNFIT", "criteria.0"),
        ({"notice": NoticeRule("none", exempt=criterion(fact="mood"))}, "FACT_UNDECLARED", "notice.exempt.0.fact"),
        ({"facts": {"age": FACTS["loss"]}}, "COMPARISON_UNFIT", "facts.age.kind"),
        ({"amount": AmountRule("flat", parameter="")}, "AMOUNT_INCOMPLETE", "amount.parameter"),
        ({"amount": AmountRule("flat", parameter="luck")}, "UNKNOWN_PARAMETER", "amount.parameter"),
        ({"amount": AmountRule("banded", fact="age")}, "AMOUNT_INCOMPLETE", "amount.bands"),
        (
            {"amount": AmountRule("banded", fact="age", bands=(Band(80, Fen(1)), Band(80, Fen(2))))},
            "AMOUNT_INCOMPLETE",
            "amount.bands",
        ),
        ({"amount": AmountRule("one_off")}, "AMOUNT_INCOMPLETE", "amount.fact"),
        ({"amount": AmountRule("one_off", fact="mood")}, "FACT_UNDECLARED", "amount.fact"),
        ({"amount": AmountRule("one_off", fact="able")}, "COMPARISON_UNFIT", "amount.fact"),
        ({"amount": AmountRule(supplements=(Supplement("able", 200),))}, "COMPARISON_UNFIT", "amount.fact"),
        ({"amount": AmountRule("graded", fact="care", grades={"a": Fen(1)})}, "AMOUNT_INCOMPLETE", "amount.grades"),
        ({"months": FirstMonth("condition")}, "FACT_UNDECLARED", "months.first"),
        ({"tracks": (Track("luck", 1, 1),)}, "UNKNOWN_PARAMETER", "tracks.0.parameter"),
        ({"tracks": (Track("standard", 2, 1),)}, "DUAL_TRACK", "tracks.0"),
    ],
)
def test_a_broken_rule_is_told_where(changes: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in [(fault[0], fault[1]) for fault in found(data(rule(**changes)))]


@pytest.mark.parametrize(
    "changes",
    [
        step("accept_case", stages=("opened", "correcting")),
        {"region": ""},
        {"region": "320903000000"},
        {"tracks": (Track("standard", 2, 1, "国发某号"),)},
        {"tracks": (Track("standard", 2, 2),)},
        {"promise": LIMIT, "total": LIMIT},
        {"amount": AmountRule("graded", fact="care", grades={"a": Fen(1), "b": Fen(2)})},
        {"amount": AmountRule("flat_by_age", fact="age", bands=(Band(80, Fen(1)),)), "months": FirstMonth("condition")},
        {"amount": AmountRule("one_off", fact="loss", parameter="limit")},
        {"amount": AmountRule("none", parameter="")},
        compared("able", "==", value=False),
        compared("care", "in", ("a", "b")),
        compared("care", "!=", "a"),
        compared("since", ">=", "2020-01-01"),
        compared("age", ">=", 60),
    ],
)
def test_a_rule_that_is_in_order_is_not_faulted(changes: dict[str, Any]) -> None:
    assert found(data(rule(**changes))) == []


@pytest.mark.parametrize(
    ("fact", "op", "value"),
    [
        ("able", "<", True),
        ("able", "==", 1),
        ("care", "==", "c"),
        ("care", "in", ("a", "c")),
        ("care", "in", "a"),
        ("age", "in", ("60",)),
        ("age", ">=", True),
        ("age", ">=", "60"),
        ("since", ">=", "last May"),
        ("since", ">=", 20200101),
    ],
)
def test_a_comparison_must_fit_the_kind_of_its_fact(fact: str, op: str, value: object) -> None:
    assert [fault[0] for fault in found(data(rule(**compared(fact, op, value))))] == ["COMPARISON_UNFIT"]


def test_where_somebody_is_registered_counts_only_with_a_citation() -> None:
    facts = {"local_hukou": replace(FACTS["able"], zh="本地户籍")}
    uncited = rule(facts=facts, criteria=criterion(fact="local_hukou", op="==", parameter="", value=True, citation=" "))
    cited = rule(facts=facts, criteria=criterion(fact="local_hukou", op="==", parameter="", value=True))
    assert found(data(uncited)) == [("DUAL_TRACK", "criteria.0.citation", "local_hukou")]
    assert found(data(cited)) == []


def test_a_notice_that_is_forbidden_has_no_step() -> None:
    changes = {"notice": NoticeRule("forbidden"), **step("post_notice", stages=("opinion",))}
    limits = {**RULE.limits, "post": LIMIT, "notice": LIMIT}
    powers = (*POWERS, replace(POWERS[0], id="probe.notice"))
    codes = [fault[:2] for fault in found(data(rule(**changes, limits=limits), powers=powers))]
    assert codes == [("NOTICE_FORBIDDEN", "steps.post_notice")]


def test_versions_of_one_region_do_not_overlap() -> None:
    later = rule(id="probe-2", valid_from=END)
    assert found(data(RULE, later)) == [("DATES_OVERLAP", "valid_from", "probe-1")]
    assert found(data(rule(valid_to=END), later)) == []
    assert found(data(RULE, replace(later, region="320903"))) == []
    assert found(data(RULE, replace(later, pilot="trial", valid_to=date(2023, 1, 1)))) == []


def test_a_version_does_not_overlap_one_that_is_published() -> None:
    book = Rulebook().with_matters([MATTER]).with_versions([rule(id="probe-2", valid_from=END)])
    faults = check(data(RULE), book, VOCABULARY)
    assert [(fault.of, fault.code, fault.path) for fault in faults] == [("probe-1", "DATES_OVERLAP", ("valid_to",))]
    assert check(data(rule(valid_to=END)), book, VOCABULARY) == ()


def test_a_version_may_cite_a_pilot_of_its_matter() -> None:
    pilot = rule(id="probe-p", pilot="trial", valid_to=END)
    assert found(data(pilot, rule(cites_pilot="trial"))) == []


def test_a_step_needs_a_power_item_and_a_grant_an_item_that_is_there() -> None:
    assert ("POWER_MISSING", "steps.confirm_case", "probe.decide") in found(data(RULE, powers=POWERS[:2], grants=()))
    stray = replace(GRANT, item="probe.rule")
    assert found(data(RULE, grants=(stray,))) == [("UNKNOWN_POWER", "item", "probe.rule")]


def test_a_grant_ends_after_it_begins() -> None:
    assert found(data(RULE, grants=(replace(GRANT, valid_to=GRANT.valid_from),)))[0][:2] == (
        "DATES_REVERSED",
        "valid_to",
    )


@pytest.mark.parametrize(
    ("limit", "other", "longer"),
    [
        ((6, "wd"), (5, "wd"), True),
        ((5, "wd"), (7, "cd"), False),
        ((6, "wd"), (7, "cd"), True),
        ((20, "cd"), (14, "wd"), True),
        ((48, "h"), (2, "cd"), False),
        ((49, "h"), (2, "cd"), True),
        ((1, "mo"), (31, "cd"), False),
        ((1, "mo"), (30, "cd"), True),
        ((29, "cd"), (1, "mo"), True),
    ],
)
def test_limits_are_compared_across_units(limit: tuple[int, Unit], other: tuple[int, Unit], longer: bool) -> None:  # noqa: FBT001  (what is expected)
    assert is_longer(Limit(*limit, ""), Limit(*other, "")) is longer


def test_faults_are_refused_with_their_place_and_the_dual_track_first() -> None:
    broken = rule(tracks=(Track("standard", 2, 1),), region="32090")
    with pytest.raises(DualTrack, match=r"probe-1: tracks\.0: DUAL_TRACK"):
        refuse_faults(check(data(broken), BOOK, VOCABULARY))
    with pytest.raises(RuleFaulty, match="BAD_REGION"):
        refuse_faults(check(data(rule(region="32090")), BOOK, VOCABULARY))
    refuse_faults(check(data(RULE), BOOK, VOCABULARY))


def test_every_sentence_is_in_two_languages() -> None:
    assert all(zh and en and not en.endswith(".") for zh, en in SENTENCES.values())


def test_a_duty_may_have_a_limit_of_its_own() -> None:
    duties = {"visit": DutyRule("visit", ("case.accepted",), ("case.home_visited",), "town_handler")}
    assert found(data(rule(limits={**RULE.limits, "visit": LIMIT}, duties=duties))) == []
