"""The posts of a bureau, made from rules per level: one rule makes the same post in every division of its level."""

from collections.abc import Iterable, Mapping

from domain.authority.posts import Post, Role
from domain.divisions import Division, Level
from domain.kernel import PostId, Value


class PostRule(Value):
    """One post of every division of a level. ``suffix`` ends its id; the titles say what its holder does."""

    suffix: str
    role: Role
    title_zh: str
    title_en: str


class OrganRule(Value):
    """The organ 机构 of every division of a level, ``{name}`` standing for the division, and its posts."""

    organ: str
    posts: tuple[PostRule, ...]


OrganRules = Mapping[Level, OrganRule]


def posts_of(division: Division, rules: OrganRules) -> tuple[Post, ...]:
    """Return the posts of one division, ids stable and readable (``320903-decider``).

    A functional area has none: its code is for statistics, and no organ of its own decides there.
    """
    rule = rules.get(division.level)
    if rule is None or division.kind == "functional_area":
        return ()
    return tuple(_post(division, rule.organ, post) for post in rule.posts)


def bureau_of(divisions: Iterable[Division], rules: OrganRules) -> dict[PostId, Post]:
    """Return all posts of the given divisions by id."""
    return {post.id: post for division in divisions for post in posts_of(division, rules)}


def first_holder(post: PostId) -> str:
    """Return the actor id of a post's first holder: a number, never a name."""
    return f"{post}:1"


def _post(division: Division, organ: str, rule: PostRule) -> Post:
    return Post(
        id=PostId(f"{_stem(division)}-{rule.suffix}"),
        title_zh=f"{division.name}{rule.title_zh}",
        title_en=f"{rule.title_en}, {division.name_en or division.name}",
        organ=organ.format(name=division.name),
        division=division.code,
        role=rule.role,
    )


def _stem(division: Division) -> str:
    lengths: dict[Level, int] = {"city": 6, "county": 6, "town": 9, "village": 12}
    return division.code[: lengths[division.level]]
