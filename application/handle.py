"""THE command handler: facts -> decide -> append. Retries lost races; a repeated command returns what it did."""

import msgspec

from application.bureau import Bureau, BureauMemory
from application.fingerprint import fingerprint
from application.hot_cases import NOTHING, HotCases, Loaded
from application.ports import Append, Appended, Conflict, EventLog, NewId, Subjects, Write, case_stream
from domain.authority.posts import covers
from domain.calendar import WorkCalendar, civil_day
from domain.cases.actions.open_case import OpenCase
from domain.cases.events import CaseEvent
from domain.cases.evolve import fold
from domain.cases.facts import Act, Facts
from domain.cases.guards import competent
from domain.cases.registry import ACTIONS
from domain.errors import NoRule, Refused, StaleVersion, Unavailable, UnknownCase
from domain.kernel import Authority, CaseId, Command, Fact, Meta, PostId, SubjectId, Value
from domain.rulebook.rules import RuleVersion, in_force

MOST_TRIES = 64
"""Of N writers on one case, one wins each batch; more than this many at once is not work but a fault."""


class Request(Value):
    """One wish: the action, its command, who and when. ``if_match``: the case version that the caller has seen."""

    action: str
    command: Command
    act: Act
    case_id: CaseId | None = None
    if_match: int | None = None


class Answer(Value):
    """What came of it. ``position`` is the last one written (0: nothing was, the wish was true already)."""

    case_id: CaseId
    version: int
    position: int
    events: tuple[str, ...] = ()
    repeated: bool = False


class CaseHouse(msgspec.Struct, frozen=True):
    """The ports and memories that the handler works with. ``key`` is the secret of the fingerprints."""

    log: EventLog
    hot: HotCases
    bureau: BureauMemory
    calendar: WorkCalendar
    subjects: Subjects
    key: bytes
    new_id: NewId


class Known(Value):
    """What one try decides on."""

    case_id: CaseId
    loaded: Loaded
    bureau: Bureau
    facts: Facts


def handle(house: CaseHouse, request: Request) -> Answer:
    """Do it. Raises Refused (also NoRule, StaleVersion, KeyReused) with nothing written, or Unavailable."""
    case_id = request.case_id or CaseId(house.new_id())
    fresh = False
    for _ in range(MOST_TRIES):
        try:
            return _once(house, request, case_id, fresh=fresh)
        except Conflict:
            fresh = True
    raise Unavailable("too many concurrent changes")


def _once(house: CaseHouse, request: Request, case_id: CaseId, *, fresh: bool) -> Answer:
    """A refusal, or nothing to do, may be a retry of something done before, or rest on stale memory; else it stands."""
    refusal: Refused | None = None
    version = 0
    try:
        known = _know(house, request, case_id, fresh=fresh)
        version = known.loaded.version
        if request.case_id is not None:  # before anything else is told of the case, even that nothing is to be done
            competent(known.loaded.state, request.action, known.facts)
        events = ACTIONS[request.action].decide(known.loaded.state, request.command, known.facts)
        if events:
            return _append(house, request, known, events)
    except Refused as no:
        refusal = no
    done = house.log.outcome(request.act.command_id, fingerprint_of(house, request))
    if done is not None:
        return _answer(done, ())
    if not fresh:
        return _once(house, request, case_id, fresh=True)
    if refusal is not None:
        raise refusal
    return Answer(case_id=case_id, version=version, position=0)


def _know(house: CaseHouse, request: Request, case_id: CaseId, *, fresh: bool) -> Known:
    bureau = house.bureau.refresh() if fresh else house.bureau.now()
    loaded = NOTHING
    if request.case_id is not None:
        loaded = house.hot.read(case_id) if fresh else house.hot.get(case_id)
        if loaded.version == 0:
            raise UnknownCase
    if request.if_match is not None and request.if_match != loaded.version:
        raise StaleVersion(f"version {loaded.version}")
    return Known(case_id, loaded, bureau, facts_of(house, request, bureau, loaded, case_id))


def facts_of(house: CaseHouse, request: Request, bureau: Bureau, loaded: Loaded, case_id: CaseId) -> Facts:
    """Return what the decision may know: rule, calendar, the persons' subjects, posts held by kin. Raises NoRule."""
    subjects = _subjects(house, request.command)
    state = loaded.state
    household = [member.subject for member in state.household.members] if state.household else subjects.values()
    division = state.division or getattr(request.command, "division", "")
    kin = tuple(post for post in bureau.kin_posts(household) if _answers_for(bureau, post, division))
    return Facts(
        act=request.act,
        rule=_rule(bureau, request, loaded),
        calendar=house.calendar,
        new_case_id=case_id,
        version=loaded.version,
        subjects=subjects,
        kin_posts=kin,
        posts=bureau.posts,
    )


def _answers_for(bureau: Bureau, post: PostId, division: str) -> bool:
    known = bureau.posts.get(post)
    return known is not None and covers(known, division)


def _subjects(house: CaseHouse, command: Command) -> dict[str, SubjectId]:
    if not isinstance(command, OpenCase):
        return {}
    persons = [*command.members, *([command.mandate.agent] if command.mandate else [])]
    return house.subjects.subjects_for([person.id_number for person in persons if person.id_number])


def _rule(bureau: Bureau, request: Request, loaded: Loaded) -> RuleVersion:
    """A case keeps the rule version it was accepted under; before that, the one in force on the day of the act."""
    pinned = [rule for rule in bureau.rules if rule.id == loaded.state.rule]
    if pinned:
        return pinned[0]
    command = request.command
    matter = command.matter if isinstance(command, OpenCase) else loaded.state.matter
    division = command.division if isinstance(command, OpenCase) else loaded.state.division
    rule = in_force(bureau.rules, matter, division, civil_day(request.act.occurred_at))
    if rule is None:
        raise NoRule  # the matter is what the caller wrote: it is not repeated
    return rule


def _append(house: CaseHouse, request: Request, known: Known, events: list[CaseEvent]) -> Answer:
    version = known.loaded.version
    done = house.log.append(append_of(house, request, known, events))
    if not done.repeated:
        house.hot.put(known.case_id, fold(events, known.loaded.state), version + len(events))
    return _answer(done, tuple(event.TYPE for event in events))


def append_of(house: CaseHouse, request: Request, known: Known, events: list[CaseEvent]) -> Append:
    """Return the append of the events, guarded by the versions that the bureau was read at."""
    facts = tuple(fact_of(known.facts, request.action, event, n) for n, event in enumerate(events, 1))
    return Append(
        command_id=request.act.command_id,
        fingerprint=fingerprint_of(house, request),
        writes=(Write(case_stream(known.case_id), known.loaded.version, facts),),
        guards=known.bureau.guards,
    )


def fact_of(facts: Facts, action: str, event: CaseEvent, number: int) -> Fact:
    """Return the event with its surroundings: who did it, when, under which power and rule."""
    act, rule = facts.act, facts.rule
    meta = Meta(
        event_id=f"{act.command_id}.{number}",
        occurred_at=act.occurred_at,
        actor=act.actor,
        command_id=act.command_id,
        post=act.post.id,
        organ=act.post.organ,
        authority=Authority(power=f"{rule.matter}.{action}", in_name_of=act.post.organ),
        rule=rule.id,
        correlation=act.correlation,
        causation=act.causation,
    )
    return Fact(event=event, meta=meta)


def fingerprint_of(house: CaseHouse, request: Request) -> str:
    """Return what tells a true retry of the request from a reused command id."""
    return fingerprint(house.key, request.action, request.case_id, request.act.post.id, request.command)


def _answer(done: Appended, events: tuple[str, ...]) -> Answer:
    return Answer(
        case_id=CaseId(done.stream.removeprefix("case-")),
        version=done.version,
        position=done.last,
        events=() if done.repeated else events,
        repeated=done.repeated,
    )
