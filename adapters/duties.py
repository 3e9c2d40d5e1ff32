"""Duties with names: which office owes them, at which post, and what they are called."""

from collections.abc import Iterable

from adapters.bureau_then import bureau_of
from adapters.house import House
from adapters.viewing import Views
from application.bureau import Bureau
from domain.authority.posts import Post
from domain.divisions import full_code
from domain.kernel import Value
from projections.query import Query
from projections.views.duties.queries import (
    By,
    DutyFilter,
    DutyPage,
    Tally,
    duty_page,
    duty_rows,
    duty_tallies,
    tallies,
)
from projections.views.duties.view import DutyRow


class NamedDuty(Value, omit_defaults=False):
    """A row of the view. ``office``: the organ that owes it. ``posts``: who has it there, or all who may."""

    duty: DutyRow
    zh: str
    en: str
    office: str
    posts: tuple[str, ...]


class Board(Value, omit_defaults=False):
    """A page of the board."""

    rows: tuple[NamedDuty, ...]
    next: str = ""


class Named(Value, omit_defaults=False):
    """A tally with the name of its office, where it is about one."""

    tally: Tally
    office: str = ""


class Asked(Value):
    """A page that is asked for. ``after``: the cursor of the page before."""

    where: DutyFilter = DutyFilter()
    limit: int = 50
    after: str = ""


def board(house: House, asked: Asked, views: Views | None = None) -> Board:
    """Return a page of running duties by due moment, named. Raises BadCursor, Unavailable."""
    views = views or house
    query: Query = duty_rows(asked.where, views.now(), asked.limit, asked.after)
    page: DutyPage = duty_page(views.read(*query), asked.limit)
    return Board(rows=tuple(named(_bureau(house, views), page.rows)), next=page.next)


def tallied(house: House, by: By, where: DutyFilter, views: Views | None = None) -> list[Named]:
    """Return how many are due, soon and overdue, by post, organ or article. Raises Unavailable."""
    views = views or house
    found = tallies(views.read(*duty_tallies(by, where, views.now())))
    posts = _by_office(_bureau(house, views).posts.values())
    return [Named(tally, _organ(posts.get((tally.name, full_code(tally.division)), ()))) for tally in found]


def named(bureau: Bureau, rows: Iterable[DutyRow]) -> list[NamedDuty]:
    """Return the rows with office, posts and names. A post that has the case and owes the duty stands alone."""
    posts, rules = _by_office(bureau.posts.values()), bureau.rulebook.by_id
    made = []
    for row in rows:
        office = posts.get((row.holder, full_code(row.holder_division)), ())
        who = tuple(post.id for post in office)
        rule = rules[row.rule].duties.get(row.what) if row.rule in rules else None
        made.append(
            NamedDuty(
                duty=row,
                zh=rule.zh if rule else row.what,
                en=rule.en if rule else row.what,
                office=_organ(office),
                posts=(row.assignee,) if row.assignee in who else who,
            )
        )
    return made


def _bureau(house: House, views: Views) -> Bureau:
    return house.cases.bureau.now() if views is house else bureau_of(house.cases.bureau, views)


def _by_office(posts: Iterable[Post]) -> dict[tuple[str, str], tuple[Post, ...]]:
    found: dict[tuple[str, str], list[Post]] = {}
    for post in posts:
        found.setdefault((post.role, full_code(post.division)), []).append(post)
    return {office: tuple(sorted(there, key=lambda post: post.id)) for office, there in found.items()}


def _organ(posts: tuple[Post, ...]) -> str:
    return posts[0].organ if posts else ""
