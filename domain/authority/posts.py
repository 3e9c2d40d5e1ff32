"""Posts 岗位: who acts. A post is not a person; the actor names the holder."""

from typing import Literal

from domain.divisions import is_within
from domain.kernel import PostId, SubjectId, Value

Role = Literal[
    "village_director",
    "town_handler",
    "town_lead",
    "county_reviewer",
    "county_decider",
    "auditor",
    "operator",
    "policy_officer",
    "legal_reviewer",
    "bureau_leader",
    "registrar",
    "station_officer",
    "assessor",
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


def covers(post: Post, division: str) -> bool:
    """Tell whether the post's division is the given one or above it."""
    return is_within(division, post.division)
