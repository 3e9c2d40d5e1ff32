"""Who may do what, where, on any day: the register and the posts, read from the side of a division."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from domain.authority.posts import Post, Role
from domain.authority.powers import Form, Grant, PowerItem
from domain.authority.register import Register, regions_over
from domain.divisions import full_code, is_within
from domain.kernel import Fen, PostId, Value


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
    holders = _holders(posts, division)
    found: list[Competence] = []
    for region in regions_over(division):
        for (asked, role), grants in register.places.get(region, {}).items():
            power = register.item_on(asked, day) if not item or asked == item else None
            if power is not None:
                given = (register.grants[each] for each in grants)
                valid = (grant for grant in given if register.in_force(grant, day))
                found += _rows(valid, power, holders.get(role, ()))
    return sorted(found, key=lambda row: (row.item, row.role, row.post, row.grant))


def _holders(posts: Mapping[PostId, Post], division: str) -> dict[Role, list[Post]]:
    """Return the posts that answer for the division, by role."""
    regions = regions_over(division)
    codes = {*regions, *map(full_code, regions)} - {""}  # a post's division may be written short
    holders: dict[Role, list[Post]] = {}
    for post in posts.values():
        if post.division in codes:
            holders.setdefault(post.role, []).append(post)
    return holders


def _rows(grants: Iterable[Grant], item: PowerItem, holders: Sequence[Post]) -> Iterator[Competence]:
    for grant in grants:
        within = [post for post in holders if is_within(post.division, grant.region)]
        for post in within:
            yield _row(grant, item, post)
        if not within:
            yield _row(grant, item, None)


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
        basis=grant.basis,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        verified=grant.verified and item.verified,
    )
