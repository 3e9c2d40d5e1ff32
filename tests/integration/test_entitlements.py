"""What a person receives, over all cases and counties: written with the case, and never twice."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.house import House
from application.asking import Answer
from domain.authority.posts import Post
from domain.bureau_events import BUREAU, PostsCreated
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.stop_grant import StopGrant
from domain.cases.persons import PersonNamed
from domain.errors import OverlapRefused
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, PostId
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted, Held
from tests.support.builders import DECIDER, POSTS, VILLAGE, by
from tests.support.houses import carry_out, house_on, request, set_up, tell
from tests.support.journeys import AMOUNT, CONFIRMED, GRANTED, NOTICED, step
from tests.support.scenario import Step

pytestmark = pytest.mark.postgres

RUNS = 200
OTHER_COUNTY = "320904"
CONFIRM = CONFIRMED[-1]


@pytest.fixture
def houses(database_url: str, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two counties' programs on one log, each with its own memory."""
    with house_on(database_url, tmp_path) as one, house_on(database_url, tmp_path) as other:
        set_up(one.log)
        tell(one.log, BUREAU, PostsCreated(posts=tuple(map(elsewhere, POSTS.values()))))
        yield one, other


def elsewhere(post: Post) -> Post:
    """The same post in the other county; a post of the city stays."""
    if len(post.division.rstrip("0")) <= 4:
        return post
    return replace(post, id=PostId(OTHER_COUNTY + post.id[6:]), division=OTHER_COUNTY + post.division[6:])


def moved(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same steps in the other county."""
    return tuple(map(_moved, steps))


def _moved(each: Step) -> Step:
    command = each.command
    if isinstance(command, OpenCase):
        command = replace(command, division=OTHER_COUNTY + VILLAGE[6:])
    elif isinstance(command, RecordVisit):
        posts = tuple(PostId(OTHER_COUNTY + post[6:]) for post in command.investigators)
        command = replace(command, investigators=posts, signatures=posts)
    circumstance = replace(each.circumstance, post=elsewhere(each.circumstance.post))
    return replace(each, command=command, circumstance=circumstance)


def of_person(steps: tuple[Step, ...], number: int) -> tuple[Step, ...]:
    """The same steps for one impossible person alone."""
    opening, *rest = steps
    assert isinstance(opening.command, OpenCase)
    birth = date(1960, 1, 1) + timedelta(days=number % 10_000)
    member = PersonNamed(name="样例", id_number=demo_citizen_id(birth, 1 + number % 900))
    return (replace(opening, command=replace(opening.command, members=(member,))), *rest)


def held(house: House, number: int) -> dict[CaseId, Held]:
    """What the person receives, read anew."""
    opening = of_person(NOTICED, number)[0].command
    assert isinstance(opening, OpenCase)
    (subject,) = house.cases.subjects.subjects_for([opening.members[0].id_number]).values()
    known = house.cases.entitlements.of([subject], fresh=True)[subject]
    return known.entitlements.held


def test_a_confirmation_is_written_with_what_the_person_receives_in_one_append(houses: tuple[House, House]) -> None:
    house, _ = houses
    confirmed = carry_out(house, of_person(CONFIRMED, 1))
    first, second = house.log.read(confirmed.position - 2, 2)
    assert (first.type, second.type) == ("case.confirmed", "entitlement.granted")
    assert first.meta.command_id == second.meta.command_id
    assert isinstance(second.event, EntitlementGranted)
    assert (second.event.case, second.event.matter, second.event.amount) == (confirmed.case_id, "dibao", AMOUNT)


def test_a_second_county_that_knows_nothing_of_the_first_is_refused(houses: tuple[House, House]) -> None:
    one, other = houses
    here = carry_out(one, of_person(NOTICED, 2))
    there = carry_out(other, moved(of_person(NOTICED, 2)))
    one.handle(request(CONFIRM, here.case_id))
    with pytest.raises(OverlapRefused) as refused:
        other.handle(request(_moved(CONFIRM), there.case_id))
    assert (refused.value.code, refused.value.detail) == ("OVERLAP", "dibao")
    assert list(held(other, 2)) == [here.case_id]


def test_of_two_counties_that_confirm_for_one_person_at_once_exactly_one_succeeds(
    houses: tuple[House, House],
) -> None:
    one, other = houses
    cases = [
        (number, carry_out(one, of_person(NOTICED, number)), carry_out(other, moved(of_person(NOTICED, number))))
        for number in range(10, 10 + RUNS)
    ]
    won = [0, 0]
    with ThreadPoolExecutor(2) as pool:
        for number, here, there in cases:
            outcomes = _at_once(pool, (one, CONFIRM, here), (other, _moved(CONFIRM), there))
            assert sorted(outcomes) == [False, True], number
            won[outcomes.index(True)] += 1
            assert list(held(one, number)) == [(here, there)[outcomes.index(True)].case_id]
    assert sum(won) == RUNS
    assert len(_positions_of(one, "entitlement.granted")) == RUNS


def _at_once(pool: ThreadPoolExecutor, *acts: tuple[House, Step, Answer]) -> list[bool]:
    """Whether each act was accepted, all having started at the same moment."""
    start = threading.Barrier(len(acts))

    def act(house: House, what: Step, case: Answer) -> bool:
        start.wait()
        try:
            return bool(house.handle(request(what, case.case_id)).events)
        except OverlapRefused:
            return False

    return list(pool.map(lambda each: act(*each), acts))


def _positions_of(house: House, event_type: str) -> list[int]:
    head = house.log.head().position
    return [each.position for each in house.log.read(0, head) if each.type == event_type]


def test_what_has_ended_excludes_nothing_after_its_last_month(houses: tuple[House, House]) -> None:
    one, other = houses
    here = carry_out(one, of_person(GRANTED, 3))
    stop = step("stop_grant", StopGrant(reason="收入超过标准"), by(DECIDER, "2026-04-10"))
    stopped = one.handle(request(stop, here.case_id))
    assert isinstance(one.log.read(stopped.position - 1, 1)[0].event, EntitlementEnded)
    there = carry_out(other, moved(of_person(NOTICED, 3)))
    early = replace(_moved(CONFIRM), circumstance=by(elsewhere(DECIDER), "2026-03-30"))
    with pytest.raises(OverlapRefused):  # it would be paid from April on
        other.handle(request(early, there.case_id))
    late = replace(_moved(CONFIRM), circumstance=by(elsewhere(DECIDER), "2026-04-15"))
    assert other.handle(request(late, there.case_id)).events == ("case.confirmed",)
    assert held(other, 3)[there.case_id].from_month == date(2026, 5, 1)
