"""Every question on a demonstration of 200 cases, against counts that are taken from the log alone.

The rules are put right afterwards, as if they had been entered wrongly: much is found then, by every question that
compares cases with rules. The counting here knows no view: it goes through each case's events in order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from statistics import median_low
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from adapters.audit_questions import counted
from adapters.house import House, open_house
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.service import bring_up
from adapters.reference import load_bureau, load_calendar
from adapters.rulebook import shipped_rules
from adapters.settings import Settings
from application.runs.demo.plans import Planner
from application.runs.set_up_bureau import set_up_bureau
from application.runs.simulate import Demo, simulate
from domain.authority.posts import Post, covers
from domain.bureau_events import BUREAU, KinDeclared, PostsCreated, RuleVersionPublished
from domain.calendar import civil_day, last_day, midnight_after, next_month
from domain.cases.assess import age_on
from domain.cases.events.benefit import GrantStarted, GrantStopped, GrantSuspended
from domain.cases.events.decision import CaseRefused, Confirmed, NoticeClosed, NoticeObjected, NoticePosted
from domain.cases.events.inquiry import ComparisonReported, HomeVisited, OpinionIssued
from domain.cases.events.intake import CaseAccepted, CaseOpened, SeparatelyRegistered
from domain.divisions import settlement
from domain.identity import citizen_id_birth
from domain.kernel import Event, PostId, Recorded, SubjectId
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import RuleVersion
from domain.subjects.entitlements import EntitlementEnded, EntitlementGranted
from projections.findings import Asked
from projections.question_registry import QUESTIONS
from tests.support import database
from tests.support.auditing import found, publish
from tests.support.houses import tell

pytestmark = pytest.mark.postgres

CASES = 200
END = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, tzinfo=UTC)
DAY = date(2026, 9, 15)
Found = set[tuple[str, str]]


class World(NamedTuple):
    """The log, and what of it everything is held against."""

    house: House
    cases: dict[str, list[Recorded]]
    persons: dict[str, list[Recorded]]
    rules: dict[str, RuleVersion]
    published: dict[str, int]
    posts: dict[PostId, Post]
    kin: dict[tuple[SubjectId, PostId], int]


@pytest.fixture(scope="module")
def world(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_house(Settings(home=home, database_url=url)) as house:
        set_up_bureau(house.log, house.cases.bureau, load_bureau(END), shipped_rules(), NOW)
        planner = Planner(3, house.cases.bureau.now(), house.cases.calendar, END)
        assert simulate(house.cases, Demo(planner, CASES, NOW)).cases == CASES
        declare_late_kin(house)
        publish(house, *map(stricter, shipped_rules().versions), newer())
        yield read(house)


def declare_late_kin(house: House) -> None:
    """The holders of two towns' posts declare applicants of their villages, and of elsewhere, as kin."""
    opened = [each for each in whole(house) if isinstance(each.event, CaseOpened)][:60]
    for each in opened[::6]:
        event = each.event
        assert isinstance(event, CaseOpened)
        subject = event.household.members[0].subject
        for stem in (event.division[:9], opened[0].event.division[:9]):  # type: ignore[attr-defined]  # it was opened
            tell(house.log, BUREAU, KinDeclared(post=PostId(f"{stem}-handler-2"), subject=subject))


def stricter(rule: RuleVersion) -> RuleVersion:
    """The rule as it might have been: a day more of notice, three investigators, other months, no notice of the old."""
    notice = rule.limits.get("notice")
    limits = {**rule.limits, "notice": replace(notice, days=notice.days + 1)} if notice else rule.limits
    rule = replace(rule, limits=limits, min_investigators=3)
    if rule.matter == "dibao":
        rule = replace(rule, months=replace(rule.months, first="application"))
    if rule.matter == "zunlaojin":
        asked = replace(rule.steps["confirm_case"], after=("accepted", "comparison_reported"))
        steps = {**rule.steps, "confirm_case": asked, "report_comparison": replace(asked, after=())}
        rule = replace(rule, steps=steps, notice=replace(rule.notice, kind="required"))
    if rule.matter == "tekun" and rule.notice.exempt:
        (minor,) = rule.notice.exempt
        rule = replace(rule, notice=replace(rule.notice, exempt=(replace(minor, value=60),)))
    return replace(rule, notice=replace(rule.notice, kind="forbidden")) if rule.matter in NOT_POSTED else rule


def newer() -> RuleVersion:
    """A version of one county that held already when its cases were accepted."""
    like = next(rule for rule in shipped_rules().versions if rule.id == "dibao-3209-2026-07")
    return replace(like, id="dibao-320904-late", region="320904", valid_from=date(2026, 8, 1))


def whole(house: House) -> list[Recorded]:
    recorded: list[Recorded] = []
    while batch := house.log.read(len(recorded), 5_000):
        recorded += batch
    return recorded


def read(house: House) -> World:
    world = World(house, defaultdict(list), defaultdict(list), {}, {}, {}, {})
    for each in whole(house):
        kind, _, name = each.stream.partition("-")
        event = each.event
        if kind == "case":
            world.cases[name].append(each)
        elif kind == "entitlement":
            world.persons[name].append(each)
        elif isinstance(event, RuleVersionPublished):
            world.rules[event.version.id] = event.version
            world.published.setdefault(event.version.id, each.position)
        elif isinstance(event, PostsCreated):
            world.posts.update({post.id: post for post in event.posts})
        elif isinstance(event, KinDeclared):
            world.kin[event.subject, event.post] = each.position
    bring_up(house.locate)
    return world


def first(history: Iterable[Recorded], *kinds: type[Event]) -> Any:  # noqa: ANN401  (an event of a kind)
    return next((each for each in history if isinstance(each.event, kinds)), None)


def last(history: Iterable[Recorded], *kinds: type[Event]) -> Any:  # noqa: ANN401  (an event of a kind)
    return first(reversed(list(history)), *kinds)


def before(history: list[Recorded], event: Recorded) -> list[Recorded]:
    return [each for each in history if each.seq < event.seq]


def confirmations(world: World) -> Iterator[tuple[str, list[Recorded], Any]]:
    for case_id, history in world.cases.items():
        for each in history:
            if isinstance(each.event, Confirmed):
                yield case_id, history, each


def rule_of(world: World, history: list[Recorded]) -> RuleVersion:
    return world.rules[first(history, CaseAccepted).event.rule]


def exclusive_benefits(world: World) -> Found:
    """Nobody of the demonstration receives two; somebody without a name may be found out."""
    held: Found = set()
    for history in world.persons.values():
        given = [each.event for each in history if isinstance(each.event, EntitlementGranted)]
        ends = {each.event.case: each.event.to_month for each in history if isinstance(each.event, EntitlementEnded)}
        for one, other in combinations(given, 2):
            excludes = one.matter == other.matter or one.matter in other.excludes or other.matter in one.excludes
            spans = [span(each, ends) for each in (one, other)]
            if excludes and max(since for since, _ in spans) < min(past for _, past in spans):
                held.add((other.case, "overlap"))
    return held


def span(given: EntitlementGranted, ends: dict[Any, date]) -> tuple[date, date]:
    until = given.until + timedelta(days=1) if given.until else date.max
    return given.from_month, min(ends.get(given.case, date.max), until)


def kin_not_registered(world: World) -> Found:
    found: Found = set()
    for subject, history in world.persons.items():
        for given in history:
            if not isinstance(given.event, EntitlementGranted):
                continue
            case = world.cases[given.event.case]
            registered = last(case, SeparatelyRegistered)
            named = registered.event.kin_posts if registered else ()
            confirmed = last(case, Confirmed)
            for (declared, post), position in world.kin.items():
                answers = covers(world.posts[post], first(case, CaseOpened).event.division)
                if declared == subject and answers and post not in named:
                    late = position > confirmed.position
                    found.add((given.event.case, "declared_later" if late else "unregistered"))
    return found


def kin_not_rechecked(world: World) -> Found:
    found = set()
    for case_id, history, confirmed in confirmations(world):
        registered = last(before(history, confirmed), SeparatelyRegistered)
        if registered is None:
            continue
        county = [each for each in before(history, confirmed) if of_county(world, each)]
        if not any(each.seq > registered.seq for each in county):
            found.add((case_id, "not_rechecked" if county else "not_visited"))
    return found


def of_county(world: World, each: Recorded) -> bool:
    roles = {world.posts[post].role for post in getattr(each.event, "investigators", ())}
    return not roles.isdisjoint({"county_reviewer", "county_decider"})


def over_time(world: World) -> Found:
    found = set()
    for case_id, history in world.cases.items():
        running: dict[str, datetime] = {}
        for each in history:
            for move in each.event.moves:  # type: ignore[attr-defined]  # events of cases move clocks
                due = running.get(move.what)
                if move.to in ("started", "resumed"):
                    running[move.what] = move.due_at
                elif due is not None:
                    del running[move.what]
                    if move.to != "paused" and each.meta.occurred_at > due < asked_at():
                        found.add((case_id, over(move.to, each.meta.occurred_at)))
        if any(due < asked_at() for due in running.values()):
            found.add((case_id, "open"))
    return found


def asked_at() -> datetime:
    return midnight_after(DAY)


def over(how: str, ended: datetime) -> str:
    if ended >= asked_at():
        return "open"
    return "dropped" if how == "dropped" else "late"


def notices(world: World) -> Found:
    found = set()
    for case_id, history in world.cases.items():
        for each in history:
            if isinstance(each.event, NoticePosted):
                found |= {(case_id, kind) for kind in posted(world, history, each)}
    for case_id, history, confirmed in confirmations(world):
        rule, gone = rule_of(world, history), before(history, confirmed)
        notice = last(gone, NoticePosted)
        if (
            notice is None
            and rule.notice.kind == "required"
            and not exempt(rule, history, confirmed.event.confirmed_on)
        ):
            found.add((case_id, "missing"))
        elif notice is not None and last(gone, NoticeClosed, NoticePosted) is notice:
            found.add((case_id, "running"))
    return found


def posted(world: World, history: list[Recorded], notice: Any) -> Iterator[str]:  # noqa: ANN401  (a posting)
    rule, event = rule_of(world, history), notice.event
    ended = first((each for each in history if each.seq > notice.seq), NoticeClosed, NoticeObjected)
    if rule.notice.kind == "forbidden":
        yield "forbidden"
    if exempt(rule, history, event.posted_on):
        yield "exempt"
    if ended is not None and isinstance(ended.event, NoticeObjected):
        return
    shown = event.until if ended is None else min(event.until, ended.event.closed_on - timedelta(days=1))
    limit = rule.limits["notice"]
    count = load_calendar().working_days_between if limit.unit == "wd" else lambda a, b: (b - a).days
    if count(event.posted_on, shown) < limit.days:
        yield "short" if count(event.posted_on, event.until) < limit.days else "early"


def exempt(rule: RuleVersion, history: list[Recorded], day: date) -> bool:
    born = citizen_id_birth(first(history, CaseOpened).event.household.members[0].id_number)
    return any(born is not None and age_on(born, day) < int(str(line.value)) for line in rule.notice.exempt)


def objections(world: World) -> Found:
    found = set()
    for case_id, history in world.cases.items():
        for decided in history:
            objected = last(before(history, decided), NoticeObjected)
            if objected is None or not isinstance(decided.event, Confirmed | CaseRefused):
                continue
            since = {type(each.event) for each in before(history, decided) if each.seq > objected.seq}
            if HomeVisited not in since:
                found.add((case_id, "no_inquiry"))
            if OpinionIssued not in since:
                found.add((case_id, "no_opinion"))
            if NoticePosted not in since and isinstance(decided.event, Confirmed):
                found.add((case_id, "no_notice"))
    return found


def visits(world: World) -> Found:
    found, seen = set(), defaultdict(list)
    for case_id, history in world.cases.items():
        village = first(history, CaseOpened).event.division
        for each in history:
            event = each.event
            if not isinstance(event, HomeVisited):
                continue
            counted_ones = [post for post in event.investigators if world.posts[post].role != "village_director"]
            if len(counted_ones) < world.rules[each.meta.rule].min_investigators:
                found.add((case_id, "few"))
            if not event.signed_by_household:
                found.add((case_id, "unsigned_reasoned" if event.unsigned_reason else "unsigned"))
            for post in event.investigators:
                seen[post].append((event.visited_at, each.position, case_id, village))
    for trips in seen.values():
        for (at, one, case_a, a), (later, two, case_b, b) in combinations(sorted(trips), 2):
            if minute(later) - minute(at) < 15 and a != b and case_a != case_b:
                found.add((case_b if two > one else case_a, "near"))
    return found


def minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def comparisons(world: World) -> Found:
    found = set()
    for case_id, history, confirmed in confirmations(world):
        steps = rule_of(world, history).steps
        asks = any(
            "comparison_reported" in steps[name].after for name in ("issue_opinion", "confirm_case") if name in steps
        )
        if asks and first(before(history, confirmed), ComparisonReported) is None:
            found.add((case_id, "before" if first(history, ComparisonReported) else "without"))
    return found


def town_and_country(world: World) -> Found:
    """By county and rule; no case is named."""
    sides = defaultdict(list)
    for history in world.cases.values():
        decided = last(history, Confirmed, CaseRefused)
        accepted = first(history, CaseAccepted)
        if decided is None or accepted is None:
            continue
        granted = isinstance(decided.event, Confirmed)
        day = decided.event.confirmed_on if granted else decided.event.refused_on
        place = first(history, CaseOpened).event.division
        days = (day - accepted.event.accepted_on).days
        sides[accepted.event.rule, place[:6], settlement(place)].append((days, granted))
    found = set()
    for (rule, county, side), urban in sides.items():
        rural = sides.get((rule, county, "rural"), [])
        if side == "urban" and min(len(urban), len(rural)) >= 10:
            slow, fast = sorted((median_low(each for each, _ in some) for some in (urban, rural)), reverse=True)
            if 2 * slow > 3 * fast:
                found.add(("", "days"))
            high, low = sorted(
                (sum(not ok for _, ok in some) * 1000 // len(some) for some in (urban, rural)), reverse=True
            )
            if high - low >= 100 and 2 * high > 3 * low:
                found.add(("", "refusals"))
    return found


def right_rule(world: World) -> Found:
    found = set()
    book = Rulebook().with_versions(world.rules.values())
    for case_id, history in world.cases.items():
        accepted = first(history, CaseAccepted)
        if accepted is None:
            continue
        opened = first(history, CaseOpened).event
        best = book.in_force(opened.matter, opened.division, accepted.event.accepted_on)
        if best is None:
            found.add((case_id, "not_in_force"))
        elif best.id != accepted.event.rule:
            later = world.published[best.id] > accepted.position
            found.add((case_id, "published_later" if later else "other_version"))
    return found


def months(world: World) -> Found:
    found = set()
    for case_id, history, confirmed in confirmations(world):
        rule, event, opened = rule_of(world, history), confirmed.event, first(history, CaseOpened).event
        due = {
            "application": opened.received_on.replace(day=1),
            "after_confirmation": next_month(event.confirmed_on),
            "condition": event.from_month,  # the demonstration's are as the condition says
        }.get(rule.months.first, event.confirmed_on.replace(day=1))
        if event.from_month != due:
            found.add((case_id, "first_early" if event.from_month < due else "first_late"))
        stopped = last(history, GrantStopped)
        if stopped is not None and stopped.event.from_month != next_month(civil_day(stopped.meta.occurred_at)):
            found.add((case_id, "stop"))
    return found


def reviews(world: World) -> Found:
    found = set()
    for case_id, history in world.cases.items():
        started, stopped, rests = (last(history, kind) for kind in (GrantStarted, GrantStopped, GrantSuspended))
        if started is None or (stopped is not None and stopped.event.from_month <= DAY):
            continue
        if rests is not None and rests.seq > started.seq and rests.event.from_month <= DAY:
            continue
        clocks: list[tuple[date, datetime]] = []
        for each in history:
            for move in each.event.moves:  # type: ignore[attr-defined]  # events of cases move clocks
                if move.what == "review" and move.to == "started":
                    clocks.append((last_day(move.due_at), datetime.max.replace(tzinfo=UTC)))
                elif move.what == "review" and move.to in ("met", "dropped"):
                    clocks[-1] = (clocks[-1][0], each.meta.occurred_at)
        if any(due < DAY and ended >= asked_at() for due, ended in clocks):
            found.add((case_id, "overdue"))
    return found


COUNTED: dict[int, Callable[[World], Found]] = {
    2: exclusive_benefits,
    4: kin_not_registered,
    5: kin_not_rechecked,
    6: over_time,
    7: notices,
    8: objections,
    9: visits,
    10: comparisons,
    12: town_and_country,
    13: right_rule,
    14: months,
    15: reviews,
}
OF_A_DAY = {6, 15}
"""Questions about what stood undone on a day; the others are asked as of the end of the quarter."""
NOT_POSTED = {"dibao-bianyuan", "gangxing-zhichu", "linshi-zhichu"}
PLENTY = {4, 6, 7, 9, 10, 13, 14}
"""Questions that find something among these cases and rules."""


@pytest.mark.parametrize("number", COUNTED)
def test_a_question_finds_what_the_log_says_and_nothing_else(world: World, number: int) -> None:
    on = DAY if number in OF_A_DAY else END
    expected = COUNTED[number](world)
    assert found(world.house, number, on=on) == expected
    assert bool(expected) or number not in PLENTY
    counts = counted(world.house, QUESTIONS[number], Asked(on=on))
    assert {kind for _, kind in expected} == {count.kind for count in counts}


def test_every_question_is_counted_here() -> None:
    assert COUNTED.keys() == QUESTIONS.keys()


def test_much_is_found_when_rules_were_entered_wrongly(world: World) -> None:
    kinds = {kind for number in PLENTY for _, kind in found(world.house, number, on=END)}
    assert kinds >= {
        "declared_later",
        "late",
        "open",
        "short",
        "exempt",
        "forbidden",
        "few",
        "without",
        "published_later",
    }
