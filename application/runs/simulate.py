"""Carries the plans of a demonstration out: every act through its own decision, in the order of time, in bulk.

Command ids come from seed, case and step: a run that was killed goes on, and a run that was finished writes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from application.asking import CaseHouse, Read, Request
from application.bureau import Bureau
from application.entitlements import EntitlementMemory
from application.handle import append_of, fingerprint_of, handle, known_of, remember
from application.hot_cases import NOTHING, HotCases, Loaded
from application.ports import Append, Appended, Subjects
from application.runs.demo.plans import CasePlan, Planner, kin_numbers
from application.runs.demo.story import Step
from application.runs.set_up_bureau import declare_kin
from domain.authority.bureau import first_holder
from domain.bureau_events import KinDeclared
from domain.cases.deciding import decide
from domain.cases.facts import Act
from domain.cases.registry import ACTIONS
from domain.errors import KeyReused, Refused
from domain.kernel import SubjectId, Value

BLOCK_CASES = 5_000
BATCH_APPENDS = 2_000


class Simulated(Value):
    """What came of a run. ``there``: cases found complete. ``left``: cases that were not told to their end."""

    cases: int = 0
    events: int = 0
    there: int = 0
    left: int = 0


class Demo(NamedTuple):
    """What to simulate: so many cases of this planner, recorded now."""

    planner: Planner
    cases: int
    now: datetime


class _Told(NamedTuple):
    number: int
    append: Append


def simulate(house: CaseHouse, demo: Demo, progress: Callable[[Simulated], None] = lambda _: None) -> Simulated:
    """Declare the kin, then write the cases, and what was denied in them. Raises Unavailable."""
    _declare_kin(house, demo)
    simulated = Simulated()
    for first in range(1, demo.cases + 1, BLOCK_CASES):
        last = min(first + BLOCK_CASES - 1, demo.cases)
        plans = [demo.planner.plan(number) for number in range(first, last + 1)]
        missing = [plan for plan in plans if not _is_there(house, demo, plan)]
        there = simulated.there + len(plans) - len(missing)
        simulated = replace(simulated, there=there, cases=simulated.cases + len(missing))
        for written, left in _run(house, demo, missing):
            simulated = replace(simulated, events=simulated.events + written, left=simulated.left + left)
            progress(simulated)
        for plan in plans:
            _attempt(house, demo, plan)
    return simulated


def _attempt(house: CaseHouse, demo: Demo, plan: CasePlan) -> None:
    """Let them try what is not theirs to do: the handler refuses, and keeps each denial once."""
    for index, step in enumerate(plan.attempts):
        act = _act(house.bureau.now(), demo, step, f"{plan.number}:denied:{index}")
        with suppress(Refused):
            handle(house, Request(step.action, step.command, act, plan.case_id))


def _declare_kin(house: CaseHouse, demo: Demo) -> None:
    plans = [demo.planner.plan(number) for number in kin_numbers(demo.cases)]
    subjects = house.subjects.subjects_for([plan.applicant for plan in plans])
    kin = [KinDeclared(post=plan.kin, subject=subjects[plan.applicant]) for plan in plans if plan.kin]
    declare_kin(house.log, house.bureau, kin, demo.now)


def _is_there(house: CaseHouse, demo: Demo, plan: CasePlan) -> bool:
    index = len(plan.steps) - 1
    request = _request(house.bureau.now(), demo, plan, index)
    try:
        return house.log.outcome(request.act.command_id, fingerprint_of(house, request)) is not None
    except KeyReused:  # told by another version of the program: it is there all the same
        return True


def _run(house: CaseHouse, demo: Demo, plans: Sequence[CasePlan]) -> Iterator[tuple[int, int]]:
    """Yield, for every batch, how many events were written and how many cases were left where they were."""
    numbers = [number for plan in plans for number in plan.id_numbers]
    # Memories of their own: they run ahead of what is written.
    house = replace(
        house,
        subjects=_Looked(house.subjects.subjects_for(numbers)),
        hot=HotCases(house.log),
        entitlements=EntitlementMemory(house.log),
    )
    left: set[int] = set()
    for batch in _batches(_told(house, demo, plans, left)):
        outcomes = house.log.append_many([told.append for told in batch])
        before = len(left)
        written = 0
        for told, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Appended):  # somebody works on this case of the demonstration: it is theirs
                left.add(told.number)
            elif not outcome.repeated:
                written += outcome.last - outcome.first + 1
        yield written, len(left) - before


def _told(house: CaseHouse, demo: Demo, plans: Sequence[CasePlan], left: set[int]) -> Iterator[_Told]:
    """Decide every step in the order of time. A case whose step is refused stays where it is."""
    bureau = house.bureau.now()
    cases: dict[int, Loaded] = {}
    for plan, index in _in_time_order(plans):
        if plan.number in left:
            continue
        loaded = cases.get(plan.number, NOTHING)
        request = _request(bureau, demo, plan, index)
        try:
            known = known_of(house, request, Read(plan.case_id, loaded, bureau))
            decided = decide(ACTIONS[request.action], loaded.state, request.command, known.facts)
        except Refused:
            left.add(plan.number)
            continue
        if decided.events:
            cases[plan.number] = remember(house, known, decided)
            yield _Told(plan.number, append_of(house, request, known, decided))


def _in_time_order(plans: Iterable[CasePlan]) -> list[tuple[CasePlan, int]]:
    steps = [(plan, index) for plan in plans for index in range(len(plan.steps))]
    return sorted(steps, key=lambda step: (step[0].steps[step[1]].at, step[0].number, step[1]))


def _request(bureau: Bureau, demo: Demo, plan: CasePlan, index: int) -> Request:
    step = plan.steps[index]
    act = _act(bureau, demo, step, f"{plan.number}:{index}")
    return Request(action=step.action, command=step.command, act=act, case_id=plan.case_id if index else None)


def _act(bureau: Bureau, demo: Demo, step: Step, name: str) -> Act:
    return Act(
        command_id=f"demo:{demo.planner.seed}:{name}",
        actor=first_holder(step.post),
        post=bureau.posts[step.post],
        occurred_at=step.at,
        received_at=demo.now,
    )


def _batches(told: Iterable[_Told]) -> Iterator[list[_Told]]:
    batch: list[_Told] = []
    for each in told:
        batch.append(each)
        if len(batch) == BATCH_APPENDS:
            yield batch
            batch = []
    if batch:
        yield batch


class _Looked(Subjects):
    """Subjects looked up before, all at once."""

    def __init__(self, found: dict[str, SubjectId]) -> None:
        self._found = found

    def subjects_for(self, id_numbers: Sequence[str]) -> dict[str, SubjectId]:
        return {number: self._found[number] for number in id_numbers}
