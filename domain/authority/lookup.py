"""Who may do what, where, on any day: the register and the posts, read from the side of a division."""

from collections.abc import Iterable, Mapping
from datetime import date
from operator import attrgetter

from domain.authority.posts import Post, Role
from domain.authority.powers import Form, Grant, PowerItem
from domain.authority.register import Register, regions_over
from domain.divisions import full_code, is_within
from domain.kernel import Fen, PostId, Value

_NOBODY: list[Post | None] = [None]
"""Stands for the posts of a role where none of them answers for the whole division."""


class Competence(Value, omit_defaults=False):
    """Somebody may exercise a power item on the cases of a division, that day, under a grant.

    ``post`` is empty where the grant is to a role that has its posts below the division: then ``region`` says where.
    ``in_name_of``: the organ that the act counts for; empty for each post's own.
    """

    item: str
    zh: str
    en: str
    role: Role
    post: PostId
    organ: str
    region: str
    grant: str
    form: Form
    in_name_of: str
    ceiling: Fen | None
    basis: str
    valid_from: date
    valid_to: date | None
    verified: bool


def on_day(
    register: Register, posts: Mapping[PostId, Post], day: date, division: str, item: str = ""
) -> list[Competence]:
    """Return who may do what on the cases of a division that day, by item, role and post; ``item``: only that one.

    Only grants that hold for the whole division count: those for places within it are found by asking for these.
    """
    powers = {each: power for each in _asked(register, item) if (power := register.item_on(each, day))}
    holders = _holders(posts, division)
    found: list[Competence] = []
    for region in regions_over(division):
        for (asked, role), grants in register.places.get(region, {}).items():
            if power := powers.get(asked):
                within = holders.get((role, region), _NOBODY)
                valid = (grant for grant in grants if register.in_force(grant, day))
                found += [_row(grant, power, post) for grant in valid for post in within]
    return sorted(found, key=attrgetter("item", "role", "post", "grant"))


def _asked(register: Register, item: str) -> Iterable[str]:
    return (item,) if item else register.items


def _holders(posts: Mapping[PostId, Post], division: str) -> dict[tuple[Role, str], list[Post | None]]:
    """Return the posts that answer for the division, by role and by every region over it that they lie in."""
    regions = regions_over(division)
    codes = {*regions, *map(full_code, regions)}  # a post's division may be written short
    answering = [post for post in posts.values() if post.division in codes]
    holders: dict[tuple[Role, str], list[Post | None]] = {}
    for post in answering:
        for region in regions:
            if is_within(post.division, region):
                holders.setdefault((post.role, region), []).append(post)
    return holders


def _row(grant: Grant, item: PowerItem, post: Post | None) -> Competence:
    own = post.organ if post else ""
    return Competence(
        item=item.id,
        zh=item.zh,
        en=item.en,
        role=grant.role,
        post=post.id if post else PostId(""),
        organ=own,
        region=grant.region,
        grant=grant.id,
        form=grant.form,
        in_name_of=grant.in_name_of or own,
        ceiling=grant.ceiling,
        basis=item.basis if grant.form == "statutory" else grant.basis,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        verified=grant.verified and item.verified,
    )
