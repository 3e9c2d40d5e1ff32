"""Posts 岗位: who acts. A post is not a person; the actor names the holder."""

from typing import Literal

from domain.kernel import PostId, SubjectId, Value

Role = Literal[
    "village_director",
    "town_handler",
    "town_lead",
    "county_reviewer",
    "county_decider",
    "auditor",
    "operator",
    "system",
]


class Post(Value):
    """A post. ``division`` is the 12-digit (or shorter, left-anchored) code it answers for."""

    id: PostId
    title_zh: str
    title_en: str
    organ: str
    division: str
    role: Role
    kin: tuple[SubjectId, ...] = ()
    """Subjects declared as close kin of the post's holder (近亲属备案)."""


def significant(division: str) -> str:
    """Return a division code without the empty levels at its end (GB/T 2260: 4, 6, 9 or 12 digits count)."""
    for end, level in ((12, 9), (9, 6), (6, 4)):
        if len(division) == end and division[level:] == "0" * (end - level):
            division = division[:level]
    return division


def covers(post: Post, division: str) -> bool:
    """Tell whether the post's division is the given one or above it."""
    return division.startswith(significant(post.division))
