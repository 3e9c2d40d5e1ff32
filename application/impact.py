"""What a draft would have meant: the decisions of the last months, taken again under it. Reads only."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, cast

from msgspec.structs import replace

from application.ports import EventLog
from domain.calendar import CIVIL_ZONE, months_before
from domain.cases.assess import NOTHING_HELD, Held, assessed
from domain.cases.events import CaseEvent
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.evolve import fold
from domain.cases.state import CaseState
from domain.divisions import settlement
from domain.errors import InvalidValue
from domain.kernel import Fen, Recorded, Value
from domain.rulebook.book import Rulebook
from domain.rulebook.criteria import FactMissing
from domain.rulebook.rules import RuleVersion

_BATCH = 2_000
_COUNTY = 6

Meaning = Literal["newly_eligible", "no_longer_eligible", "higher", "lower", "same", "undecidable"]
Progress = Callable[[int, int], None]
"""Takes how many positions of the log have been looked through, and of how many."""


class Tally(Value, omit_defaults=False):
    """How many decisions would come out how; ``before`` and ``after``: their money in fen, a month or, once, in all.

    ``undecidable``: a fact that the draft asks for was never established; those decisions are not in the money.
    """

    decisions: int
    newly_eligible: int = 0
    no_longer_eligible: int = 0
    higher: int = 0
    lower: int = 0
    same: int = 0
    undecidable: int = 0
    before: Fen = Fen(0)
    after: Fen = Fen(0)


class Impact(Value):
    """What one version of a draft would have meant for decisions from ``since`` to ``until``, both included.

    ``upto``: the position of the log that they were read to. ``counties``: by six digits.
    """

    version: str
    matter: str
    region: str
    since: date
    until: date
    upto: int
    total: Tally
    counties: dict[str, Tally]


class Window(Value):
    """The civil days of the decisions to look at, both included."""

    since: date
    until: date


class _Again(NamedTuple):
    """A decision taken again."""

    county: str
    meaning: Meaning
    before: int
    after: int


class _Made(NamedTuple):
    """A decision that was made, with the case as it was known then."""

    case: CaseState
    on: date
    granted: bool
    amount: int
    held: Held


def last_months(until: date, months: int) -> Window:
    """Return the window of so many months that ends with that day."""
    return Window(since=months_before(until, months), until=until)


def impact(
    log: EventLog, book: Rulebook, drafts: Iterable[RuleVersion], window: Window, progress: Progress = lambda *_: None
) -> list[Impact]:
    """Return the impact of each version of a draft; of several decisions in one case, the last counts.

    A version is held against the cases for which it would be in force: a county with a rule of its own keeps it.
    """
    versions = tuple(drafts)
    whole = book.with_versions(versions)
    upto = log.head().position
    again: dict[str, dict[str, _Again]] = {version.id: {} for version in versions}
    for recorded in _decisions(log, window, upto, progress):
        made = _made(log, recorded)
        for version in versions:
            if version.matter == made.case.matter and _holds(whole, version, made.case.division):
                again[version.id][recorded.stream] = _again(made, version)
    return [_impact(version, list(again[version.id].values()), window, upto) for version in versions]


def _holds(book: Rulebook, version: RuleVersion, division: str) -> bool:
    found = book.in_force(version.matter, division, version.valid_from)
    return found is not None and found.id == version.id


def _decisions(log: EventLog, window: Window, upto: int, progress: Progress) -> Iterator[Recorded]:
    # A day early: an act may be told to lie some minutes ahead of the log's clock.
    first = datetime.combine(window.since - timedelta(days=1), time.min, CIVIL_ZONE)
    begin = position = _position_before(log, first, upto)
    while position < upto:
        batch = log.read(position, min(_BATCH, upto - position))
        for recorded in batch:
            if isinstance(recorded.event, Confirmed | CaseRefused) and _within(recorded.event, window):
                yield recorded
        position = batch[-1].position
        progress(position - begin, upto - begin)


def _position_before(log: EventLog, moment: datetime, upto: int) -> int:
    """Return the last position recorded before the moment: what happened since lies beyond it."""
    low, high = 0, upto
    while low < high:
        middle = (low + high) // 2
        if log.read(middle, 1)[0].recorded_at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _within(event: Confirmed | CaseRefused, window: Window) -> bool:
    return window.since <= _day(event) <= window.until


def _day(event: Confirmed | CaseRefused) -> date:
    return event.confirmed_on if isinstance(event, Confirmed) else event.refused_on


def _made(log: EventLog, recorded: Recorded) -> _Made:
    """What the decision itself kept counts before what the case says; older decisions kept nothing."""
    event = cast("Confirmed | CaseRefused", recorded.event)
    history = log.stream(recorded.stream, 0, recorded.seq)
    case = fold(cast("CaseEvent", each.event) for each in history)
    known = replace(case, facts={**case.facts, **event.values})
    if isinstance(event, CaseRefused):
        return _Made(known, event.refused_on, granted=False, amount=0, held=NOTHING_HELD)
    less = event.calculation.less if event.calculation else Fen(0)
    held = Held(amount=less, effect="top_up") if less else NOTHING_HELD
    return _Made(known, event.confirmed_on, granted=True, amount=event.amount, held=held)


def _again(made: _Made, draft: RuleVersion) -> _Again:
    county, place = made.case.division[:_COUNTY], settlement(made.case.division)
    urban = None if place is None else place == "urban"
    try:
        found = assessed(made.case, draft, made.on, urban=urban, held=made.held)
    except (FactMissing, InvalidValue):
        return _Again(county, "undecidable", 0, 0)
    after = found.calculation.amount
    grants = found.passed and (after > 0 or draft.amount.kind == "none")
    return _Again(county, _meaning(made, grants=grants, after=after), made.amount, after)


def _meaning(made: _Made, *, grants: bool, after: int) -> Meaning:
    if grants != made.granted:
        return "newly_eligible" if grants else "no_longer_eligible"
    if after == made.amount:
        return "same"
    return "higher" if after > made.amount else "lower"


def _impact(version: RuleVersion, found: list[_Again], window: Window, upto: int) -> Impact:
    counties = sorted({each.county for each in found})
    return Impact(
        version=version.id,
        matter=version.matter,
        region=version.region,
        since=window.since,
        until=window.until,
        upto=upto,
        total=_tally(found),
        counties={county: _tally([each for each in found if each.county == county]) for county in counties},
    )


def _tally(found: list[_Again]) -> Tally:
    meanings = Counter[str](each.meaning for each in found)
    before, after = sum(each.before for each in found), sum(each.after for each in found)
    return Tally(decisions=len(found), before=Fen(before), after=Fen(after), **meanings)
