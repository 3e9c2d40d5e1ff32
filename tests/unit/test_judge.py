"""A replay judges every act by the rule, the power and the grant of its own day."""

from datetime import date

from msgspec.structs import replace

from application.judge import ACTION_OF, judge
from domain.authority.register import Register
from domain.cases.events import CASE_EVENTS
from domain.cases.events.closing import PersonalErased
from domain.cases.events.inquiry import AppraisalHeld
from domain.cases.events.intake import CaseAccepted
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.registry import ACTIONS
from domain.kernel import CaseId, Recorded
from domain.rulebook.book import Rulebook
from tests.support.builders import DIRECTOR
from tests.support.journeys import REFUSED, STOPPED
from tests.support.past_cases import APPRAISED, BUREAU, NOT_APPRAISED, lived

IN_2019 = lived(APPRAISED, date(2019, 3, 4), "a")
IN_2022 = lived(NOT_APPRAISED, date(2022, 3, 7), "b")


def faults(history: list[Recorded]) -> list[tuple[str, str]]:
    return [(verdict.action, verdict.fault) for verdict in judge(history, BUREAU) if not verdict.in_order]


def test_a_case_of_2019_is_judged_by_220_and_one_of_2022_by_57_in_one_replay() -> None:
    verdicts = judge([*IN_2019, *IN_2022], BUREAU)
    assert {(verdict.stream, verdict.rule) for verdict in verdicts} == {
        ("case-a", "dibao-cn-2012-220"),
        ("case-b", "dibao-3209-2021-07"),
    }
    assert all(verdict.in_order for verdict in verdicts)
    opinions = [verdict.basis for verdict in verdicts if verdict.action == "issue_opinion"]
    assert opinions == ["民发〔2012〕220号第二十五条", "《社会救助暂行办法》（国务院令第649号）第十一条"]


def test_a_replay_of_cases_side_by_side_keeps_them_apart() -> None:
    mixed = sorted([*IN_2019, *IN_2022], key=lambda recorded: recorded.seq)
    assert {(v.stream, v.rule, v.in_order) for v in judge(mixed, BUREAU)} == {
        ("case-a", "dibao-cn-2012-220", True),
        ("case-b", "dibao-3209-2021-07", True),
    }


def test_an_opinion_without_the_appraisal_was_in_order_in_2022_but_not_in_2019() -> None:
    without = [recorded for recorded in IN_2019 if not isinstance(recorded.event, AppraisalHeld)]
    assert faults(without) == [("issue_opinion", "WRONG_ORDER: issue_opinion: appraisal_held")]
    assert faults(IN_2022) == []


def test_a_case_goes_on_by_the_version_it_was_accepted_under_when_another_comes_into_force() -> None:
    across = lived(APPRAISED, date(2021, 6, 21))
    assert across[1].meta.occurred_at.date() < date(2021, 7, 1) < across[-1].meta.occurred_at.date()
    assert {(v.rule, v.in_order) for v in judge(across, BUREAU)} == {("dibao-cn-2012-220", True)}


def test_before_its_acceptance_a_case_is_judged_by_the_version_of_each_day() -> None:
    opened, accepted = lived(NOT_APPRAISED[:2], date(2021, 6, 28))
    assert [v.rule for v in judge([opened, accepted], BUREAU)] == ["dibao-cn-2012-220"] * 2
    assert [v.rule for v in judge([opened, _in_july(accepted)], BUREAU)] == [
        "dibao-cn-2012-220",
        "dibao-3209-2021-07",
    ]


def test_an_acceptance_under_another_version_than_the_one_in_force_is_told() -> None:
    assert isinstance(IN_2022[1].event, CaseAccepted)
    wrong = replace(IN_2022[1], event=replace(IN_2022[1].event, rule="dibao-cn-2012-220"))
    assert faults([IN_2022[0], wrong]) == [("accept_case", "OTHER_RULE: dibao-cn-2012-220")]


def test_an_act_of_a_post_without_the_power_is_not_in_order() -> None:
    acted = replace(IN_2022[1], meta=replace(IN_2022[1].meta, post=DIRECTOR.id))
    assert faults([IN_2022[0], acted]) == [("accept_case", "NO_AUTHORITY: village_director: accept_case")]


def test_an_act_of_a_post_that_there_is_not_is_not_in_order() -> None:
    acted = replace(IN_2022[1], meta=replace(IN_2022[1].meta, post="nobody"))
    assert faults([IN_2022[0], acted]) == [("accept_case", "NO_AUTHORITY: post")]


def test_an_act_without_a_power_item_in_force_on_its_day_is_not_in_order() -> None:
    verdicts = judge(IN_2022, replace(BUREAU, register=Register()))
    assert {verdict.fault.split(":")[0] for verdict in verdicts} == {"NO_POWER"}


def test_an_act_where_no_rule_is_in_force_has_no_rule_to_be_judged_by() -> None:
    (verdict,) = judge(IN_2022[:1], replace(BUREAU, rulebook=Rulebook()))
    assert (verdict.rule, verdict.basis, verdict.fault) == ("", "", "NO_RULE: dibao")


def test_what_the_decisions_accepted_the_replay_finds_in_order() -> None:
    for journey in (REFUSED, STOPPED):
        verdicts = judge(lived(journey, date(2022, 3, 7)), BUREAU)
        assert len(verdicts) == len(journey)
        assert [verdict.fault for verdict in verdicts if verdict.fault] == []


def test_cases_of_older_systems_are_passed_over() -> None:
    event = LegacyCaseOpened(case_id=CaseId("legacy-1"), number="1", source="receipt")
    assert judge([replace(IN_2022[0], stream="case-legacy-1", event=event, type=event.TYPE)], BUREAU) == []


def test_every_event_of_a_case_but_those_of_older_systems_and_erasures_is_the_outcome_of_an_action() -> None:
    of_no_action = {LegacyCaseOpened, LegacyActivityRecorded, PersonalErased}
    assert set(CASE_EVENTS.values()) - of_no_action == set(ACTION_OF)
    assert set(ACTIONS) <= set(ACTION_OF.values())


def _in_july(recorded: Recorded) -> Recorded:
    """Accepted on 2 July 2021, under the version then in force."""
    assert isinstance(recorded.event, CaseAccepted)
    moved = recorded.meta.occurred_at.replace(month=7, day=2)
    event = replace(recorded.event, accepted_on=date(2021, 7, 2), rule="dibao-3209-2021-07")
    return replace(recorded, event=event, meta=replace(recorded.meta, occurred_at=moved))
