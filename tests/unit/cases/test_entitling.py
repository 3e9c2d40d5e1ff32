"""What the persons of a case receive elsewhere: until which month it stands in the way, and what a decision writes."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.entitling import consequences, free_month, no_overlap, subjects_of
from domain.cases.events.closing import CaseTerminated
from domain.cases.events.decision import Confirmed
from domain.cases.facts import Facts
from domain.cases.parts import Organisation
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import OverlapRefused
from domain.kernel import CaseId, Fen, SubjectId
from domain.rulebook.rules import RuleVersion
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted, Entitlements, Held
from tests.support.builders import DECIDER, RULES, by, facts
from tests.support.journeys import AMOUNT, CONFIRMED, NOTICED
from tests.support.scenario import given

CONFIRM = ConfirmCase(amount=AMOUNT)
DAY = "2026-03-24"
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
(CONFIRMED_EVENT,) = (event for event in given(CONFIRMED).events if isinstance(event, Confirmed))


def told(rule: RuleVersion, day: str = DAY, *, matter: str = "tekun", to_month: date | None = None) -> Facts:
    """The first person of the household has received something since January."""
    held = Held(CaseId("other"), matter, "320904001001", date(2026, 1, 1), Fen(1), to_month=to_month)
    known = Entitlements(held={held.case: held})
    return replace(
        facts(by(DECIDER, day), "confirm_case", AMOUNT), rule=rule, entitlements={SubjectId("subject-1"): known}
    )


def confirmed(case: CaseState, what: Facts) -> Confirmed:
    """The confirmation."""
    (event,) = ACTIONS["confirm_case"].decide(case, CONFIRM, what)
    assert isinstance(event, Confirmed)
    return event


def granted(rule: RuleVersion, case: CaseState) -> list[object]:
    """What a confirmation under the rule writes to the persons."""
    found = consequences(case, [CONFIRMED_EVENT], replace(facts(by(DECIDER, DAY)), rule=rule))
    return [event for events in found.values() for event in events]


def test_support_that_ends_with_the_month_is_followed_by_the_next_one_without_a_gap() -> None:
    case = given(NOTICED).state
    event = confirmed(case, told(RULES["dibao-3209-2021-07"], to_month=APRIL))
    assert event.from_month == APRIL


def test_support_that_runs_into_the_first_month_excludes() -> None:
    with pytest.raises(OverlapRefused):
        confirmed(given(NOTICED).state, told(RULES["dibao-3209-2021-07"], to_month=MAY))


def test_what_is_paid_back_does_not_reach_into_what_excluded_it() -> None:
    case, rule = given(NOTICED).state, RULES["canji-shenghuo-3209-2016-01"]
    january = date(2026, 1, 1)
    assert free_month(case, told(rule, to_month=date(2026, 3, 1)), january) == date(2026, 3, 1)
    assert free_month(case, told(rule, matter="zunlaojin", to_month=date(2026, 3, 1)), january) == january


def test_what_never_began_puts_nothing_off() -> None:
    case, rule = given(NOTICED).state, RULES["canji-shenghuo-3209-2016-01"]
    january = date(2026, 1, 1)
    assert free_month(case, told(rule, to_month=january), january) == january


def test_relief_given_once_stands_in_the_way_for_its_month_alone() -> None:
    case, rule = given(NOTICED).state, RULES["linshi-jinan-3209-2026-01"]
    (first, *_) = granted(rule, case)
    assert isinstance(first, EntitlementGranted)
    assert first.until == date(2026, 3, 31)
    once = Held(CaseId("other"), rule.matter, "", date(2026, 3, 1), Fen(1), until=first.until)
    again = replace(told(rule), entitlements={SubjectId("subject-1"): Entitlements(held={once.case: once})})
    with pytest.raises(OverlapRefused):
        no_overlap(case, again, date(2026, 3, 1))
    later = replace(again, asked=replace(again.asked, day=APRIL))
    no_overlap(case, later, APRIL)


def test_a_night_at_the_station_stands_in_the_way_of_nothing_later() -> None:
    (event, *_) = granted(RULES["liulang-3209-2012-09"], given(NOTICED).state)
    assert isinstance(event, EntitlementGranted)
    assert event.until == CONFIRMED_EVENT.confirmed_on


def test_founders_receive_nothing_and_a_supplier_may_have_many_purchases() -> None:
    organisation = Organisation(subject=SubjectId("org-1"), name="样例协会")
    case = replace(given(NOTICED).state, organisation=organisation)
    assert subjects_of(case) == ("org-1",)
    assert len(granted(RULES["shetuan-3209-2016-02"], case)) == 1
    assert granted(RULES["goumai-fuwu-3209-2020-03"], case) == []


def test_a_case_that_ends_before_money_ran_has_given_nothing() -> None:
    case = given(CONFIRMED).state
    assert case.decision is not None
    ended = CaseTerminated(terminated_on=date(2026, 5, 6), reason="死亡")
    found = consequences(case, [ended], facts(by(DECIDER, "2026-05-06")))
    (event, *_) = found[SubjectId("subject-1")]
    assert isinstance(event, EntitlementEnded)
    assert event.to_month == case.decision.from_month == APRIL
