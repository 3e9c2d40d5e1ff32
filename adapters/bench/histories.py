"""Realistic cases: histories that the domain's own decisions accepted. Impossible persons, real posts."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from adapters.ids import new_id
from adapters.reference import load_bureau, load_calendar
from adapters.rulebook import shipped_rules
from application.handle import Surrounded, fact_of
from application.ports import Append, Write, case_stream
from domain.authority.check import Asked
from domain.authority.events import AUTHORITY, GrantsGiven, PowersListed
from domain.authority.posts import Post
from domain.authority.register import Register
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.calendar import CIVIL_ZONE, civil_day
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.assign_case import AssignCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.confirm_case import ConfirmCase
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.actions.serve_decision import ServeDecision
from domain.cases.actions.start_grant import StartGrant
from domain.cases.deciding import decide
from domain.cases.evolve import fold
from domain.cases.facts import Act, Facts
from domain.cases.persons import PersonNamed
from domain.cases.registry import ACTIONS
from domain.cases.state import NO_CASE
from domain.errors import Refused
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Command, Fact, Fen, Meta, PostId, SubjectId
from domain.rulebook.rules import RuleVersion

NOTICED_STEPS = 9
"""So many steps of a case, and its notice is over: the confirmation comes next."""
GRANTED_STEPS = 12
"""So many steps, and the grant runs."""
CONFIRMED_AMOUNT = Fen(106_000)
"""What two persons with 500 yuan of income get at a standard of 780 yuan a month."""
_RULE = "dibao-3209-2021-07"
_DAY = date(2026, 7, 1)
NOTE = "电话联系申请人，告知需补充收入证明材料。"


class Team(NamedTuple):
    """The posts that deal with a village's cases."""

    director: Post
    handlers: tuple[Post, Post]
    lead: Post
    decider: Post


class History(NamedTuple):
    """A case's facts in order; each step of the case is a tuple of them."""

    case_id: CaseId
    steps: tuple[tuple[Fact, ...], ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts of the case."""
        return tuple(fact for step in self.steps for fact in step)

    def append(self) -> Append:
        """Return one append with the whole case, as an import makes it."""
        write = Write(case_stream(self.case_id), 0, self.facts)
        return Append(command_id=f"history-{self.case_id}", fingerprint="", writes=(write,))


def team_of(history: History) -> Team:
    """Return the posts that deal with the case."""
    return _by_director()[PostId(history.facts[0].meta.post)]


@cache
def _by_director() -> dict[PostId, Team]:
    return {team.director.id: team for team in teams()}


class _Step(NamedTuple):
    day: int
    post: Post
    command: Command
    action: str


@cache
def teams() -> tuple[Team, ...]:
    """Return the posts around some forty villages."""
    posts = load_bureau(_DAY)
    directors = [post for post in posts.values() if post.role == "village_director"][::60]
    return tuple(_team(director, posts) for director in directors)


def _team(director: Post, posts: dict[PostId, Post]) -> Team:
    town = [post for post in posts.values() if post.division[:9] == director.division[:9]]
    first, second = [post for post in town if post.role == "town_handler"][:2]
    lead = next(post for post in town if post.role == "town_lead")
    decider = next(
        post for post in posts.values() if post.role == "county_decider" and post.division[:6] == director.division[:6]
    )
    return Team(director, (first, second), lead, decider)


def bureau() -> Append:
    """Return the append that sets up posts, rules and powers; without it no command is handled."""
    meta = Meta(event_id="setup", occurred_at=datetime(2026, 1, 1, tzinfo=UTC), actor="system", command_id="setup")
    data = shipped_rules()
    posts = Fact(PostsCreated(posts=tuple(load_bureau(_DAY).values())), meta)
    rules = tuple(Fact(RuleVersionPublished(version=rule), meta) for rule in data.versions)
    powers = (Fact(PowersListed(items=data.powers), meta), Fact(GrantsGiven(grants=data.grants), meta))
    writes = (Write(BUREAU, 0, (posts,)), Write(RULEBOOK, 0, rules), Write(AUTHORITY, 0, powers))
    return Append("setup", "", writes)


def histories(number: int, *, steps: int | None = None, notes: int = 0, persons: int = 2) -> Iterator[History]:
    """Return so many cases of so many steps (None: some end early), then notes. The same at every call but for ids.

    ``persons``: who applies, one or two; the opinion counts two in any case.
    """
    chance = random.Random(1)  # noqa: S311 a bench wants the same cases each time
    for _ in range(number):
        team = chance.choice(teams())
        begin = date(2026, 2, 23) + timedelta(days=7 * chance.randrange(14))
        path = _path(team, persons)[: steps or chance.choice((4, 8, 12, 12, 12))] + _notes(team, notes)
        yield _history(path, begin)


def _path(team: Team, persons: int) -> list[_Step]:
    village = team.director.division
    first, second = team.handlers
    pair = (first.id, second.id)
    person = PersonNamed(name="样例甲", id_number=demo_citizen_id(date(1960, 1, 1), 1), phone="00000000000")
    child = PersonNamed(name="样例乙", id_number=demo_citizen_id(date(1990, 1, 2), 2), relation="子女")
    members = (person, child)[:persons]
    opening = OpenCase(matter="dibao", division=village, members=members, monthly_income=Fen(50_000))
    visit = RecordVisit(
        investigators=pair, signatures=pair, signed_by_household=True, findings="土坯房两间，无大件家电"
    )
    opinion = IssueOpinion(result="grant", persons=2, monthly_income=Fen(50_000))
    return [
        _Step(0, team.director, opening, "open_case"),
        _Step(1, team.lead, AssignCase(to_post=first.id), "assign_case"),
        _Step(2, first, AcceptCase(), "accept_case"),
        _Step(2, first, AuthoriseComparison(), "authorise_comparison"),
        _Step(4, first, ReportComparison(source="核对中心"), "report_comparison"),
        _Step(7, first, visit, "record_visit"),
        _Step(9, team.lead, opinion, "issue_opinion"),
        _Step(10, first, PostNotice(place="村务公开栏"), "post_notice"),
        _Step(18, first, CloseNotice(), "close_notice"),
        _Step(22, team.decider, ConfirmCase(amount=CONFIRMED_AMOUNT), "confirm_case"),
        _Step(23, first, ServeDecision(manner="直接送达"), "serve_decision"),
        _Step(25, team.decider, StartGrant(), "start_grant"),
    ]


def _notes(team: Team, number: int) -> list[_Step]:
    return [_Step(26 + n, team.handlers[0], AddNote(text=NOTE), "add_note") for n in range(number)]


def _history(path: list[_Step], begin: date) -> History:
    """Play the path; where a rule refuses a step (a holiday moved a date), the case stays where it is."""
    case_id = CaseId(new_id())
    state, steps = NO_CASE, []
    for step in path:
        facts = _facts(case_id, step, begin)
        try:
            decided = decide(ACTIONS[step.action], state, step.command, facts)
        except Refused:
            break
        state = fold(decided.events, state)
        surrounded = Surrounded(facts, decided.grant)
        steps.append(tuple(fact_of(surrounded, event, n) for n, event in enumerate(decided.events, 1)))
    return History(case_id, tuple(steps))


def _facts(case_id: CaseId, step: _Step, begin: date) -> Facts:
    at = datetime(begin.year, begin.month, begin.day, 9, 30, tzinfo=CIVIL_ZONE) + timedelta(days=step.day)
    at = at.astimezone(UTC)
    act = Act(command_id=new_id(), actor=f"{step.post.id}:1", post=step.post, occurred_at=at, received_at=at)
    persons = step.command.members if isinstance(step.command, OpenCase) else ()
    return Facts(
        act=act,
        rule=_rule(),
        calendar=load_calendar(),
        register=_register(),
        asked=Asked(
            item=f"{_rule().matter}.{ACTIONS[step.action].power}",
            day=civil_day(at),
            division=getattr(step.command, "division", ""),
        ),
        new_case_id=case_id,
        subjects={person.id_number: SubjectId(f"subject-{case_id}-{n}") for n, person in enumerate(persons)},
        posts=_posts(),
    )


@cache
def _posts() -> dict[PostId, Post]:
    return load_bureau(_DAY)


@cache
def _rule() -> RuleVersion:
    return next(rule for rule in shipped_rules().versions if rule.id == _RULE)


@cache
def _register() -> Register:
    return Register().with_items(shipped_rules().powers).with_grants(shipped_rules().grants)
