"""Sampling what was decided under a grant (放 with 管): draw from the log, draw again, inspect.

The population is read from the log itself, not from a view: whoever doubts a draw can make it again from the events.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import ClassVar, NamedTuple

from application.asking import CaseHouse
from application.denials import denials_recorded
from application.fingerprint import fingerprint
from application.ports import Append, Appended, Conflict, EventLog, Write, case_stream
from application.runs.change_authority import meta_of
from domain.authority.denied import SameHandler
from domain.authority.events import SampleDrawn, SampleInspected, SupervisionEvent
from domain.authority.posts import Post, Role, covers
from domain.authority.powers import Grant
from domain.authority.sampling import digest, draw, overlap
from domain.calendar import civil_day
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.facts import Act
from domain.errors import InvalidValue, NoAuthority, Refused
from domain.kernel import CaseId, Command, Fact, Recorded, Value

SUPERVISORS: frozenset[Role] = frozenset({"county_reviewer", "county_decider", "auditor"})
"""Who may draw and inspect: posts of the grantor's level, and the auditor."""

_BATCH = 5_000
Progress = Callable[[int], None]
"""Told the position that was read to."""


class SampleExists(Refused):
    """Decisions of this period have been sampled: a better draw is not to be had by drawing again, a day longer."""

    code = "SAMPLE_EXISTS"
    zh = "该授权此期间已抽取样本，不得重抽"
    en = "A sample of this grant and period has been drawn already"


class NotDrawn(Refused):
    """A case that the sample does not hold."""

    code = "NOT_DRAWN"
    zh = "该案卷不在抽查样本内"
    en = "The case is not in the sample"


class DrawSample(Command):
    """抽查: the decisions under a grant from ``since`` up to and without ``until``. ``seed``: random, kept with it."""

    NAME: ClassVar = "draw_sample"
    grant: str
    since: date
    until: date
    seed: str


class InspectSample(Command):
    """抽查结果: of one drawn case."""

    NAME: ClassVar = "inspect_sample"
    sample: str
    case: CaseId
    outcome: str
    finding: str


class Population(Value):
    """The cases decided under a grant in a period: those known at the position, and those recorded after it.

    ``drawn``: the samples of the grant whose periods share a day with this one.
    """

    cases: tuple[CaseId, ...]
    later: tuple[CaseId, ...] = ()
    drawn: tuple[str, ...] = ()


class Redrawn(NamedTuple):
    """A draw made again, and where it is not what was recorded: names of the fields."""

    drawn: SampleDrawn
    cases: tuple[CaseId, ...]
    later: tuple[CaseId, ...]
    differences: tuple[str, ...]


def sample_stream(sample: str) -> str:
    """Return the name of a sample's stream."""
    return f"sample-{sample}"


def sample_id(of: DrawSample | SampleDrawn) -> str:
    """Return the id of the only sample that there can be of a grant in that period."""
    return f"{of.grant}:{of.since}:{of.until}"


def draw_sample(house: CaseHouse, act: Act, command: DrawSample, progress: Progress = lambda _: None) -> SampleDrawn:
    """Draw, record and return it.

    Raises InvalidValue for an unknown grant, one without a sampling duty or a period that is not over; NoAuthority;
    SampleExists.
    """
    with denials_recorded(house, act, "draw_sample"):
        grant = _sampled(house, act, command)
    if house.log.outcome(act.command_id, _mark(house, act, command)):
        return _recorded(house, sample_id(command))[0]
    upto = house.log.head().position
    found = population(house.log, command, upto, progress)
    if found.drawn:
        raise SampleExists(found.drawn[0])
    drawn = SampleDrawn(
        grant=grant.id,
        since=command.since,
        until=command.until,
        seed=command.seed,
        percent=grant.sample_percent,
        population=len(found.cases),
        population_digest=digest(found.cases),
        upto=upto,
        cases=draw(found.cases, command.seed, grant.sample_percent),
    )
    try:
        _append(house, act, command, Write(sample_stream(sample_id(drawn)), 0, _facts(act, drawn)))
    except Conflict:
        raise SampleExists(sample_id(drawn)) from None
    return drawn


def redraw_sample(house: CaseHouse, sample: str, progress: Progress = lambda _: None) -> Redrawn:
    """Make the draw again from the log, changing nothing. Raises InvalidValue for an unknown sample."""
    drawn, _ = _recorded(house, sample)
    found = population(house.log, drawn, drawn.upto, progress)
    again = {
        "population": (len(found.cases), drawn.population),
        "population_digest": (digest(found.cases), drawn.population_digest),
        "cases": (draw(found.cases, drawn.seed, drawn.percent), drawn.cases),
    }
    differences = tuple(name for name, (now, then) in again.items() if now != then)
    return Redrawn(drawn, draw(found.cases, drawn.seed, drawn.percent), found.later, differences)


def inspect_sample(house: CaseHouse, act: Act, command: InspectSample) -> Appended:
    """Record what the inspection of a drawn case found.

    Raises InvalidValue, NotDrawn, NoAuthority, SameHandler for a post that took part in the decision, Conflict.
    """
    drawn, version = _recorded(house, command.sample)
    if command.case not in drawn.cases:
        raise NotDrawn(command.sample)
    for field in ("outcome", "finding"):
        if not getattr(command, field).strip():
            raise InvalidValue(field)
    with denials_recorded(house, act, "inspect_sample"):
        _may_supervise(act.post, _grant(house, drawn.grant))
        if act.post.id in _deciders(house.log, command.case):
            raise SameHandler(command.sample)
    done = house.log.outcome(act.command_id, _mark(house, act, command))
    inspected = SampleInspected(command.case, command.outcome.strip(), command.finding.strip(), act.post.id)
    write = Write(sample_stream(command.sample), version, _facts(act, inspected))
    return done or _append(house, act, command, write)


def population(
    log: EventLog, of: DrawSample | SampleDrawn, upto: int, progress: Progress = lambda _: None
) -> Population:
    """Return the cases decided under the grant in the period: recorded up to that position, and later."""
    known: set[CaseId] = set()
    later: set[CaseId] = set()
    drawn: list[str] = []
    for recorded in _all(log, progress):
        event = recorded.event
        if isinstance(event, SampleDrawn) and event.grant == of.grant and overlap(event, of):
            drawn.append(sample_id(event))
        authority, decided = recorded.meta.authority, _decided_on(recorded)
        if authority and authority.grant == of.grant and decided and of.since <= decided < of.until:
            (known if recorded.position <= upto else later).add(CaseId(recorded.stream.removeprefix("case-")))
    return Population(cases=tuple(sorted(known)), later=tuple(sorted(later - known)), drawn=tuple(drawn))


def _all(log: EventLog, progress: Progress) -> Iterator[Recorded]:
    after = 0
    while batch := log.read(after, _BATCH):
        yield from batch
        after = batch[-1].position
        progress(after)


def _decided_on(recorded: Recorded) -> date | None:
    match recorded.event:
        case Confirmed(confirmed_on=day) | CaseRefused(refused_on=day):
            return day
        case _:
            return None


def _deciders(log: EventLog, case: CaseId) -> set[str]:
    """Return the posts that took part in the decisions on the case."""
    posts: set[str] = set()
    for recorded in log.stream(case_stream(case)):
        if _decided_on(recorded):
            posts.add(recorded.meta.post)
            posts.update(getattr(recorded.event, "with_posts", ()))
    return posts


def _sampled(house: CaseHouse, act: Act, command: DrawSample) -> Grant:
    grant = _grant(house, command.grant)
    _may_supervise(act.post, grant)
    if not grant.sample_percent:
        raise InvalidValue("grant: sample_percent")
    if not command.since < command.until <= civil_day(act.occurred_at):
        raise InvalidValue("until")
    return grant


def _grant(house: CaseHouse, grant: str) -> Grant:
    found = house.bureau.refresh().register.grants.get(grant)
    if found is None:
        raise InvalidValue("grant")
    return found


def _may_supervise(post: Post, grant: Grant) -> None:
    if post.role not in SUPERVISORS:
        raise NoAuthority(f"{post.role}: sample")
    if not covers(post, grant.region):
        raise NoAuthority("division")


def _recorded(house: CaseHouse, sample: str) -> tuple[SampleDrawn, int]:
    stream = house.log.stream(sample_stream(sample))
    if not stream or not isinstance(stream[0].event, SampleDrawn):
        raise InvalidValue("sample")
    return stream[0].event, len(stream)


def _facts(act: Act, event: SupervisionEvent) -> tuple[Fact, ...]:
    return (Fact(event, meta_of(act, "authority.sample")),)


def _append(house: CaseHouse, act: Act, command: DrawSample | InspectSample, write: Write) -> Appended:
    return house.log.append(Append(act.command_id, _mark(house, act, command), (write,)))


def _mark(house: CaseHouse, act: Act, command: DrawSample | InspectSample) -> str:
    return fingerprint(house.key, command.NAME, None, act.post.id, command)
