"""Plans of the demonstration: the same for the same seed, impossible persons, and acts that every decision accepts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache

import pytest

from adapters.reference import load_bureau, load_calendar
from adapters.rulebook import shipped_rules
from application.bureau import Bureau
from application.runs.demo.papers import PAPERS
from application.runs.demo.places import SHARES
from application.runs.demo.plans import CasePlan, Planner
from application.runs.demo.story import Step
from domain.authority.check import Asked
from domain.authority.denied import NoGrant, OverCeiling
from domain.authority.register import Register
from domain.calendar import CIVIL_ZONE, civil_day
from domain.cases.actions.open_case import OpenCase
from domain.cases.deciding import decide
from domain.cases.events import CaseEvent
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.evolve import fold
from domain.cases.facts import Act, Facts
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE, CaseState
from domain.divisions import settlement
from domain.errors import NoAuthority
from domain.identity import DEMO_DIVISION, check_citizen_id, citizen_id_birth
from domain.kernel import Fen, SubjectId
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import RuleVersion

CASES = 800
END = date(2026, 11, 22)
RULES = shipped_rules()
POSTS = load_bureau(END)
BUREAU = Bureau(
    posts=POSTS,
    rulebook=Rulebook().with_matters(RULES.matters).with_versions(RULES.versions),
    register=Register().with_items(RULES.powers).with_grants(RULES.grants),
)
OF_THE_CLOCK = {"warn_duty", "record_breach"}
"""Actions of the timekeeper: nobody plans them."""


@cache
def made(seed: int) -> Planner:
    return Planner(seed, BUREAU, load_calendar(), END)


@cache
def plans(seed: int = 5) -> tuple[CasePlan, ...]:
    planner = made(seed)
    return tuple(planner.plan(number) for number in range(1, CASES + 1))


def opening(plan: CasePlan) -> OpenCase:
    command = plan.steps[0].command
    assert isinstance(command, OpenCase)
    return command


def matter(plan: CasePlan) -> str:
    return opening(plan).matter


def rule_of(state: CaseState, step: Step) -> RuleVersion:
    """The version that the case was accepted under, else the one in force on the day."""
    if state.rule:
        return BUREAU.rulebook.by_id[state.rule]
    command = step.command
    told = (command.matter, command.division) if isinstance(command, OpenCase) else (state.matter, state.division)
    found = BUREAU.rulebook.in_force(*told, civil_day(step.at))
    assert found
    return found


def facts(plan: CasePlan, state: CaseState, step: Step) -> Facts:
    rule = rule_of(state, step)
    division = state.division or opening(plan).division
    kind = settlement(division)
    return Facts(
        act=Act("command", "actor", POSTS[step.post], step.at, datetime(2026, 11, 23, tzinfo=UTC)),
        rule=rule,
        calendar=load_calendar(),
        register=BUREAU.register,
        asked=Asked(
            item=f"{rule.matter}.{ACTIONS[step.action].power}",
            day=civil_day(step.at),
            division=division,
            accepted_on=state.accepted_on,
            amount=getattr(step.command, "amount", Fen(0)),
        ),
        new_case_id=plan.case_id,
        subjects={number: SubjectId(f"s-{number}") for number in plan.id_numbers},
        kin_posts=(plan.kin,) if plan.kin else (),
        posts=POSTS,
        urban=None if kind is None else kind == "urban",
    )


def played(plan: CasePlan) -> tuple[CaseState, list[tuple[Step, CaseEvent]]]:
    """The case after its plan, and what came of it. Every step must be accepted and bring one event."""
    state, told = NO_CASE, []
    for step in plan.steps:
        (event,) = decide(ACTIONS[step.action], state, step.command, facts(plan, state, step)).events
        state = fold([event], state)
        told.append((step, event))
    return state, told


@cache
def all_played() -> tuple[tuple[CasePlan, CaseState, list[tuple[Step, CaseEvent]]], ...]:
    return tuple((plan, *played(plan)) for plan in plans())


def confirmations(name: str) -> Iterable[tuple[CasePlan, CaseState, Step, Confirmed]]:
    for plan, state, told in all_played():
        for step, event in told:
            if matter(plan) == name and isinstance(event, Confirmed):
                yield plan, state, step, event


def age(number: str, day: date) -> int:
    birth = citizen_id_birth(number)
    assert birth
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def test_the_same_seed_gives_the_same_plans_and_another_seed_others() -> None:
    again = Planner(5, BUREAU, load_calendar(), END)
    assert [again.plan(number) for number in (1, 67, 80)] == [plans()[number - 1] for number in (1, 67, 80)]
    other = made(6)
    assert other.plan(1) != plans()[0]


def test_every_step_of_every_plan_is_accepted_by_its_decision() -> None:
    stages = Counter(state.stage for _, state, _ in all_played())
    running = {"opened", "correcting", "accepted", "opinion", "notice", "noticed", "confirmed"}
    ended = {"refused", "stopped", "not_accepted", "withdrawn", "terminated"}
    assert set(stages) >= running | ended | {"granted", "suspended"}


def test_every_action_that_somebody_can_take_in_a_quarter_happens() -> None:
    done = {step.action for plan in plans() for step in plan.steps}
    assert done == set(ACTIONS) - OF_THE_CLOCK


def test_every_matter_is_asked_for_and_the_living_guarantee_most() -> None:
    matters = Counter(matter(plan) for plan in plans())
    assert set(matters) == set(BUREAU.rulebook.matters)
    assert 0.55 < matters["dibao"] / CASES < 0.7


def test_cases_of_every_matter_are_granted_and_most_matters_also_refuse() -> None:
    results: dict[str, set[type]] = defaultdict(set)
    for _, state, told in all_played():
        results[state.matter] |= {type(event) for _, event in told if isinstance(event, Confirmed | CaseRefused)}
    assert all(Confirmed in found for found in results.values())
    assert sum(CaseRefused in found for found in results.values()) > len(results) / 2


def test_towns_confirm_where_the_power_went_down_to_them_and_the_county_elsewhere() -> None:
    roles = Counter((step.post[:6], POSTS[step.post].role) for _, _, step, _ in confirmations("dibao"))
    assert {county for (county, role) in roles if role == "town_lead"} == {"320903"}
    assert {county for (county, role) in roles if role == "county_decider"} >= set(SHARES) - {"320903"}
    assert roles["320903", "town_lead"] > 10


def test_where_decisions_are_collective_nobody_decides_alone() -> None:
    together = [event.with_posts for *_, event in confirmations("dibao") if event.rule.startswith("dibao-320903")]
    assert together
    assert all(together)


def test_cases_of_the_year_before_are_judged_by_the_older_version() -> None:
    accepted = {(plan.number % 16 == 0, state.rule) for plan, state, _ in all_played() if state.matter == "dibao"}
    older = {rule for before, rule in accepted if before and rule}
    newer = {rule for before, rule in accepted if not before and rule}
    assert older == {"dibao-3209-2021-07", "dibao-320903-2023-12"}
    assert newer == {"dibao-3209-2026-07", "dibao-320903-2026-07"}


def test_nothing_is_posted_where_a_notice_is_forbidden_or_the_person_is_a_child() -> None:
    posted = {matter(plan) for plan in plans() if any(step.action == "post_notice" for step in plan.steps)}
    assert posted == {"dibao", "tekun", "zunlaojin", "linshi-zhichu", "dibao-bianyuan", "gangxing-zhichu"}
    children = [(plan, state) for plan, state, *_ in confirmations("tekun") if "notice_posted" not in state.done]
    assert children
    assert all(age(plan.applicant, civil_day(plan.steps[-1].at)) < 16 for plan, _ in children)


@pytest.mark.parametrize(("name", "least", "most"), [("zunlaojin", 80, 110), ("guer", 0, 17), ("shishi-wuren", 0, 17)])
def test_applicants_are_of_the_age_that_the_matter_asks_for(name: str, least: int, most: int) -> None:
    ages = [age(plan.applicant, event.confirmed_on) for plan, _, _, event in confirmations(name)]
    assert ages
    assert all(least <= years <= most for years in ages)


def test_somebody_else_applies_for_a_child() -> None:
    channels = {opening(plan).channel for plan in plans() if matter(plan) in {"guer", "shishi-wuren"}}
    assert channels
    assert "self" not in channels


def test_somebody_without_a_name_is_helped_and_found_out_later() -> None:
    unknown = [plan for plan in plans() if not opening(plan).members[0].id_number]
    assert {matter(plan) for plan in unknown} == {"liulang"}
    assert any(step.action == "identify_subject" for plan in unknown for step in plan.steps)


def test_relief_comes_before_its_papers() -> None:
    orders = [[step.action for step in plan.steps] for plan in plans() if matter(plan) == "linshi-xianxing"]
    filled = [actions for actions in orders if "backfill_papers" in actions]
    assert filled
    assert all(actions.index("start_grant") < actions.index("backfill_papers") for actions in filled)


def test_most_ended_cases_are_screened_for_the_next_layer_and_a_few_are_forgotten() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    owed = [state.duties["screen"] for _, state, _ in all_played() if "screen" in state.duties]
    late = [duty for duty in owed if duty.status == "started" and duty.due_at < at]
    assert 0 < len(late) < len(owed) / 4


def test_what_is_paid_back_for_years_is_reviewed_a_year_after_it_was_confirmed() -> None:
    reviews = [
        (state.decision.on, state.decision.from_month, state.review.due_on)
        for _, state, _ in all_played()
        if state.matter == "zunlaojin" and state.decision and state.review
    ]
    assert any(began and began.year < confirmed.year for confirmed, began, _ in reviews)
    assert all(300 < (due - confirmed).days < 400 for confirmed, _, due in reviews)


def test_what_oversteps_is_refused_for_want_of_authority() -> None:
    codes = [denied(plan, state, attempt) for plan, state, _ in all_played() for attempt in plan.attempts]
    assert {NoAuthority.code, NoGrant.code} <= set(codes)
    assert len(codes) < CASES / 20


def test_a_town_tries_to_give_more_than_its_ceiling_and_the_county_decides() -> None:
    found = (plan for number in range(1, 10 * CASES) if matter(plan := made(5).plan(number)) == "linshi-zhichu")
    plan = next(plan for plan in found if any(map(of_a_town_of_yandu, plan.attempts)))
    state, told = played(plan)
    assert denied(plan, state, plan.attempts[0]) == OverCeiling.code
    assert [POSTS[step.post].role for step, event in told if isinstance(event, Confirmed)] == ["county_decider"]


def of_a_town_of_yandu(step: Step) -> bool:
    return step.post.startswith("320903") and POSTS[step.post].role == "town_lead"


def denied(plan: CasePlan, state: CaseState, attempt: Step) -> str:
    """The code with which an attempt is refused."""
    with pytest.raises(NoAuthority) as refused:
        decide(ACTIONS[attempt.action], state, attempt.command, facts(plan, state, attempt))
    return refused.value.code


def test_a_case_goes_forward_in_time_and_in_office_hours() -> None:
    for plan in plans():
        moments = [step.at for step in plan.steps]
        assert moments == sorted(moments)
        assert len(set(moments)) == len(moments)
        for moment in moments:
            assert load_calendar().is_working_day(civil_day(moment))
            assert 8 <= moment.astimezone(CIVIL_ZONE).hour <= 17


def test_cases_are_opened_in_the_quarter_or_a_year_before_their_review() -> None:
    days = [civil_day(plan.steps[0].at) for plan in plans()]
    early, late = made(5).year_before()
    start = made(5).start
    assert all(start <= day <= END or early <= day <= late for day in days)
    assert max(civil_day(plan.steps[-1].at) for plan in plans()) <= END
    assert 0.8 < sum(day >= start for day in days) / CASES < 1


def test_nobody_named_can_exist_and_nobody_has_two_cases() -> None:
    numbers = [number for plan in plans() for number in plan.id_numbers]
    assert all(check_citizen_id(number) is None and number.startswith(DEMO_DIVISION) for number in numbers)
    assert all(date.fromisoformat(number[6:14]) < made(5).start for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_households_have_one_to_five_persons_in_all_nine_counties() -> None:
    households = [opening(plan) for plan in plans() if matter(plan) == "dibao"]
    assert {len(opened.members) for opened in households} == {1, 2, 3, 4, 5}
    assert {opened.division[:6] for opened in households} == set(SHARES)


def test_the_papers_are_pdf_files_with_contents_of_their_own() -> None:
    assert len({paper.attached().sha256 for paper in PAPERS}) == len(PAPERS)
    for paper in PAPERS:
        assert paper.content.startswith(b"%PDF-1.4")
        start = int(paper.content.split(b"startxref\n")[1].split(b"\n")[0])
        assert paper.content[start:].startswith(b"xref")
