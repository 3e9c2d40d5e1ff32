"""Who may run the projections: posts of the role that runs the system (infra/posts.yaml, 系统运行岗)."""

from domain.authority.posts import Post, Role
from domain.errors import NoAuthority

RUNNING: frozenset[Role] = frozenset({"operator"})


class NotOperator(NoAuthority):
    """The post does not run the system."""

    code = "NOT_OPERATOR"
    zh = "仅系统运行岗可以查看和操作"
    en = "Only a post that runs the system may do this"


def may_operate(post: Post) -> bool:
    """Tell whether the post runs the system."""
    return post.role in RUNNING


def require_operator(post: Post) -> None:
    """Raise NotOperator for any other post."""
    if not may_operate(post):
        raise NotOperator(post.role)
