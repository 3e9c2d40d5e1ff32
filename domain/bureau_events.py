"""Events of the bureau itself: its posts and its rules. The rulebook and authority streams grow from these."""

from typing import ClassVar

from domain.authority.posts import Post
from domain.kernel import Event, PostId, SubjectId
from domain.rulebook.rules import RuleVersion


class RuleVersionPublished(Event):
    """A rule version enters the rulebook."""

    TYPE: ClassVar = "rule.version_published"
    version: RuleVersion


class PostsCreated(Event):
    """Posts were set up, as by an establishment plan 三定方案."""

    TYPE: ClassVar = "bureau.posts_created"
    posts: tuple[Post, ...]


class KinDeclared(Event):
    """近亲属备案: the holder of a post declares a close relative."""

    TYPE: ClassVar = "bureau.kin_declared"
    post: PostId
    subject: SubjectId


BUREAU_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in (RuleVersionPublished, PostsCreated, KinDeclared)}

RULEBOOK = "rulebook"
BUREAU = "bureau"
"""Names of the two streams."""
