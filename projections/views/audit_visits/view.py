"""Home visits by who went: how many count, for the county or not, too near in time to another, always the same two."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import msgspec

from domain.bureau_events import PostsCreated
from domain.calendar import civil_day, month_start
from domain.cases.events.inquiry import HomeVisited
from domain.divisions import division_prefix
from domain.kernel import Recorded
from projections.shape import Key, View, Working, counts_of, rows_of, tuples_of

NEAR_MINUTES = 15
"""Two visits in two places, begun less than so many minutes apart, are doubtful. A figure of ours, no rule's."""

_HELPS = "village_director"
_OF_THE_COUNTY = frozenset({"county_reviewer", "county_decider"})
_MINUTE = 60


class PostRow(msgspec.Struct, gc=False):
    """A post: its role, and the digits that the divisions it answers for begin with."""

    post: str
    role: str
    prefix: str


class VisitRow(msgspec.Struct, gc=False):
    """A visit, fields in the order of the columns."""

    position: int
    case_id: str
    rule: str
    visited_at: datetime
    visited_on: date
    post: str
    investigators: str
    counted: int
    county: bool
    place: str
    signed: bool
    reasoned: bool


class DayRow(msgspec.Struct, gc=False):
    """The visits of a post on a day: ``minutes:position:case`` of each, a space between."""

    post: str
    day: date
    visits: str = ""


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the posts, and what each had visited that day."""
    event = recorded.event
    if isinstance(event, PostsCreated):
        yield from (("audit_visit_post", (post.id,)) for post in event.posts)
    elif isinstance(event, HomeVisited):
        day = civil_day(event.visited_at)
        for post in event.investigators:
            yield "audit_visit_post", (post,)
            yield "audit_visit_day", (post, day)


def fold(rows: Working, recorded: Recorded) -> None:
    """Add the visit, and what it clashes with."""
    event = recorded.event
    if isinstance(event, PostsCreated):
        for post in event.posts:
            rows["audit_visit_post"].put((post.id,), PostRow(post.id, post.role, division_prefix(post.division)))
    elif isinstance(event, HomeVisited):
        visit = _visit(rows, recorded, event)
        rows["audit_visit"].put((visit.position,), visit)
        for investigator in event.investigators:
            _note_day(rows, visit, investigator)
        _count(rows, visit)


def _visit(rows: Working, recorded: Recorded, event: HomeVisited) -> VisitRow:
    posts = _known(rows, event.investigators)
    counted = [post for post in posts if post.role != _HELPS]
    unknown = len(event.investigators) - len(posts)
    return VisitRow(
        position=recorded.position,
        case_id=recorded.stream[5:],
        rule=recorded.meta.rule,
        visited_at=event.visited_at,
        visited_on=civil_day(event.visited_at),
        post=recorded.meta.post,
        investigators=" ".join(event.investigators),
        counted=len(counted) + unknown,
        county=any(post.role in _OF_THE_COUNTY for post in posts),
        place=_place(counted),
        signed=event.signed_by_household,
        reasoned=bool(event.unsigned_reason),
    )


def _known(rows: Working, posts: Iterable[str]) -> list[PostRow]:
    found = (rows["audit_visit_post"].get((post,)) for post in posts)
    return [post for post in found if post is not None]


def _place(counted: list[PostRow]) -> str:
    """The division that two of them belong to; the larger number of them, if there are several such."""
    (prefix, number), *_ = [*Counter(post.prefix for post in counted).most_common(1), ("", 0)]
    return prefix if number > 1 else ""


def _note_day(rows: Working, visit: VisitRow, post: str) -> None:
    key = (post, visit.visited_on)
    day: DayRow = rows["audit_visit_day"].get(key) or DayRow(*key)
    minutes = int(visit.visited_at.timestamp()) // _MINUTE
    for known in day.visits.split():
        before, position, case_id = known.split(":", 2)
        apart = abs(minutes - int(before))
        if apart < NEAR_MINUTES and case_id != visit.case_id:
            clash = (visit.position, int(position), post)
            rows["audit_visit_clash"].put(clash, (*clash, apart))
    day.visits = f"{day.visits} {minutes}:{visit.position}:{visit.case_id}".strip()
    rows["audit_visit_day"].put(key, day)


def _count(rows: Working, visit: VisitRow) -> None:
    if not visit.place:
        return
    own = [post.post for post in _known(rows, visit.investigators.split()) if post.prefix == visit.place]
    pairs = [" ".join(pair) for pair in combinations(sorted(own), 2)]
    for pair in ("", *pairs):
        rows["audit_visit_pair"].add((visit.place, month_start(visit.visited_on), pair), 1)


_TYPES = ("int8", "text", "text", "timestamptz", "date", "text", "text", "int4", "bool", "text", "bool", "bool")

AUDIT_VISITS = View(
    name="audit_visits",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of("audit_visit_post", PostRow, "text text text"),
        rows_of("audit_visit", VisitRow, "int8 text text timestamptz date text text int4 bool text bool bool"),
        rows_of("audit_visit_day", DayRow, "text date text", key=2),
        tuples_of("audit_visit_clash", "position other post minutes", "int8 int8 text int4", key=3),
        counts_of("audit_visit_pair", "place month pair visits", "text date text int8"),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset({PostsCreated, HomeVisited}),
    by_stream=False,  # visits of one post to many cases; the roles of posts come from the bureau's stream
)
