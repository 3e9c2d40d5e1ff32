"""Events of the bureau itself: its posts and its rules. The rulebook and authority streams grow from these."""

from typing import ClassVar

from domain.authority.posts import Post
from domain.kernel import Event, PostId, SubjectId
from domain.rulebook.rules import Matter, RuleVersion


class RuleVersionPublished(Event):
    """A rule version enters the rulebook."""

    TYPE: ClassVar = "rule.version_published"
    version: RuleVersion


class MatterPublished(Event):
    """A matter 事项 enters the catalogue."""

    TYPE: ClassVar = "rule.matter_published"
    matter: Matter


class PostsCreated(Event):
    """Posts were set up, as by an establishment plan 三定方案."""

    TYPE: ClassVar = "bureau.posts_created"
    posts: tuple[Post, ...]


class KinDeclared(Event):
    """近亲属备案: the holder of a post declares a close relative, or (``own``) who the holder is."""

    TYPE: ClassVar = "bureau.kin_declared"
    post: PostId
    subject: SubjectId
    own: bool = False


BUREAU_EVENTS: dict[str, type[Event]] = {
    cls.TYPE: cls for cls in (RuleVersionPublished, MatterPublished, PostsCreated, KinDeclared)
}

RULEBOOK = "rulebook"
BUREAU = "bureau"
"""Names of the two streams."""
