"""Plans of the demonstration: the same for the same seed, impossible persons, and acts that every decision accepts."""

from collections import Counter
from datetime import UTC, date, datetime
from functools import cache

from adapters.reference import load_bureau, load_calendar
from application.runs.demo.papers import PAPERS
from application.runs.demo.places import SHARES, Places
from application.runs.demo.plans import CasePlan, Planner
from domain.authority.check import Asked
from domain.calendar import CIVIL_ZONE, civil_day
from domain.cases.actions.open_case import OpenCase
from domain.cases.evolve import fold
from domain.cases.facts import Act, Facts
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE, CaseState
from domain.identity import DEMO_DIVISION, check_citizen_id
from domain.kernel import SubjectId
from tests.support.builders import REGISTER, RULE

CASES = 700
END = date(2026, 9, 30)
POSTS = load_bureau(END)


def made(seed: int) -> Planner:
    return Planner(seed, Places(POSTS), RULE, load_calendar(), END)


@cache
def plans(seed: int = 5) -> tuple[CasePlan, ...]:
    planner = made(seed)
    return tuple(planner.plan(number) for number in range(1, CASES + 1))


def opening(plan: CasePlan) -> OpenCase:
    command = plan.steps[0].command
    assert isinstance(command, OpenCase)
    return command


def played(plan: CasePlan) -> CaseState:
    """The case after its plan. Every step must be accepted and bring something."""
    subjects = {number: SubjectId(f"s-{number}") for number in plan.id_numbers}
    state = NO_CASE
    for step in plan.steps:
        act = Act(
            command_id="command",
            actor="actor",
            post=POSTS[step.post],
            occurred_at=step.at,
            received_at=datetime(2026, 10, 1, tzinfo=UTC),
        )
        facts = Facts(
            act=act,
            rule=RULE,
            calendar=load_calendar(),
            register=REGISTER,
            asked=Asked(item=f"{RULE.matter}.{ACTIONS[step.action].power}", day=civil_day(step.at)),
            new_case_id=plan.case_id,
            subjects=subjects,
            kin_posts=(plan.kin,) if plan.kin else (),
            posts=POSTS,
        )
        events = ACTIONS[step.action].decide(state, step.command, facts)
        assert events, step.action
        state = fold(events, state)
    return state


def test_the_same_seed_gives_the_same_plans_and_another_seed_others() -> None:
    again = made(5)
    assert [again.plan(number) for number in (1, 67, 80)] == [plans()[number - 1] for number in (1, 67, 80)]
    other = made(6)
    assert other.plan(1) != plans()[0]


def test_every_step_of_every_plan_is_accepted_by_its_decision() -> None:
    stages = Counter(played(plan).stage for plan in plans())
    running = {"opened", "correcting", "accepted", "opinion", "notice", "noticed", "confirmed"}
    ended = {"refused", "stopped", "not_accepted", "withdrawn", "terminated"}
    assert set(stages) >= running | ended | {"granted", "suspended"}


def test_every_action_that_has_a_place_in_a_quarter_happens() -> None:
    done = {step.action for plan in plans() for step in plan.steps}
    assert done == set(ACTIONS)


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


def test_nobody_named_can_exist() -> None:
    numbers = [number for plan in plans() for number in plan.id_numbers]
    assert all(check_citizen_id(number) is None and number.startswith(DEMO_DIVISION) for number in numbers)
    assert all(date.fromisoformat(number[6:14]) < made(5).start for number in numbers)


def test_households_have_one_to_five_persons_in_all_nine_counties() -> None:
    assert {len(opening(plan).members) for plan in plans()} == {1, 2, 3, 4, 5}
    assert {opening(plan).division[:6] for plan in plans()} == set(SHARES)


def test_the_papers_are_pdf_files_with_contents_of_their_own() -> None:
    assert len({paper.attached().sha256 for paper in PAPERS}) == len(PAPERS)
    for paper in PAPERS:
        assert paper.content.startswith(b"%PDF-1.4")
        start = int(paper.content.split(b"startxref\n")[1].split(b"\n")[0])
        assert paper.content[start:].startswith(b"xref")
