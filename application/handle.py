"""THE command handler: facts -> decide -> append. Retries lost races; a repeated command returns what it did."""

from collections.abc import Sequence

from msgspec.structs import replace

from application.asking import Answer, CaseHouse, Known, Read, Request
from application.denials import record_denial
from application.entitlements import after
from application.facts import facts_of
from application.fingerprint import fingerprint
from application.grounds import ground_of
from application.hot_cases import NOTHING, Loaded
from application.ports import Append, Appended, Conflict, Write, case_stream
from domain.authority.powers import Grant
from domain.cases.deciding import Decided, decide
from domain.cases.entitling import subjects_of
from domain.cases.facts import Facts
from domain.cases.registry import ACTIONS
from domain.errors import NoAuthority, Refused, StaleVersion, Unavailable, UnknownCase
from domain.kernel import Authority, CaseId, Event, Fact, Meta, Value
from domain.subjects.entitlements import entitlement_stream

MOST_TRIES = 64
"""Of N writers on one case, one wins each batch; more than this many at once is not work but a fault."""


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
    known: Known | None = None
    try:
        known = _know(house, request, case_id, fresh=fresh)
        decided = decide(ACTIONS[request.action], known.read.loaded.state, request.command, known.facts)
        if decided.events:
            return _append(house, request, known, decided)
    except Refused as no:
        refusal = no
    done = house.log.outcome(request.act.command_id, fingerprint_of(house, request))
    if done is not None:
        return _answer(done, ())
    if not fresh:
        return _once(house, request, case_id, fresh=True)
    if known is not None and isinstance(refusal, NoAuthority):
        record_denial(house, request, refusal, known.facts.rule.matter, known.facts.asked.division)
    if refusal is not None:
        raise refusal
    return Answer(case_id=case_id, version=known.read.loaded.version if known else 0, position=0)


def _know(house: CaseHouse, request: Request, case_id: CaseId, *, fresh: bool) -> Known:
    bureau = house.bureau.refresh() if fresh else house.bureau.now()
    loaded = NOTHING
    if request.case_id is not None:
        loaded = house.hot.read(case_id) if fresh else house.hot.get(case_id)
        if loaded.version == 0:
            raise UnknownCase
    if request.if_match is not None and request.if_match != loaded.version:
        raise StaleVersion(f"version {loaded.version}")
    return known_of(house, request, Read(case_id, loaded, bureau, fresh=fresh))


def known_of(house: CaseHouse, request: Request, read: Read) -> Known:
    """Return what one try decides on. Raises NoRule."""
    facts = facts_of(house, request, read.bureau, read.loaded, read.case_id)
    ground = ground_of(house.log, request.command, read.loaded.state)
    if ground.signal is not None:
        facts = replace(facts, signal=ground.signal)
    if not ACTIONS[request.action].entitles:
        return Known(read, facts, guards=ground.guards)
    persons = house.entitlements.of(subjects_of(read.loaded.state), fresh=read.fresh)
    held = {subject: known.entitlements for subject, known in persons.items() if known.entitlements.held}
    return Known(read, replace(facts, entitlements=held) if held else facts, persons, ground.guards)


def remember(house: CaseHouse, known: Known, decided: Decided) -> Loaded:
    """Keep in memory what was decided: the case, and what its persons receive. Returns the case as it is now."""
    for subject, events in decided.meaning.items():
        house.entitlements.put(subject, after(known.persons[subject], events))
    now = Loaded(decided.after, known.read.loaded.version + len(decided.events))
    house.hot.put(known.read.case_id, now.state, now.version)
    return now


def _append(house: CaseHouse, request: Request, known: Known, decided: Decided) -> Answer:
    done = house.log.append(append_of(house, request, known, decided))
    if not done.repeated:
        remember(house, known, decided)
    return _answer(done, tuple(event.TYPE for event in decided.events))


def append_of(house: CaseHouse, request: Request, known: Known, decided: Decided) -> Append:
    """Return the append: the case's events, what they mean for each person, the versions that it all rests on."""
    read, meta = known.read, _meta_of(Surrounded(known.facts, decided.grant), 1)
    writes = [Write(case_stream(read.case_id), read.loaded.version, _facts_of(meta, decided.events, 1))]
    number = 1 + len(decided.events)
    for subject, events in decided.meaning.items():
        own = _facts_of(meta, events, number)
        writes.append(Write(entitlement_stream(subject), known.persons[subject].version, own))
        number += len(events)
    return Append(
        command_id=request.act.command_id,
        fingerprint=fingerprint_of(house, request),
        writes=tuple(writes),
        guards=(*read.bureau.guards, *known.guards),
    )


class Surrounded(Value):
    """What surrounds the events of one decision."""

    facts: Facts
    grant: Grant


def fact_of(surrounded: Surrounded, event: Event, number: int) -> Fact:
    """Return the event with its surroundings: who did it, when, under which power, grant and rule."""
    return Fact(event, _meta_of(surrounded, number))


def _facts_of(first: Meta, events: Sequence[Event], number: int) -> tuple[Fact, ...]:
    """What one decision brings has the same surroundings, but for the number in each event's id."""
    metas = [replace(first, event_id=f"{first.command_id}.{each}") for each in range(number, number + len(events))]
    return tuple(map(Fact, events, metas))


def _meta_of(surrounded: Surrounded, number: int) -> Meta:
    act, rule, grant = surrounded.facts.act, surrounded.facts.rule, surrounded.grant
    return Meta(
        event_id=f"{act.command_id}.{number}",
        occurred_at=act.occurred_at,
        actor=act.actor,
        command_id=act.command_id,
        post=act.post.id,
        organ=act.post.organ,
        authority=Authority(power=grant.item, grant=grant.id, in_name_of=grant.in_name_of or act.post.organ),
        rule=rule.id,
        correlation=act.correlation,
        causation=act.causation,
    )


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
