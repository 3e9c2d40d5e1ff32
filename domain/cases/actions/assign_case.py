"""Assign the case 分办 to a post."""

from domain.authority.posts import covers
from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import CaseAssigned
from domain.cases.facts import Facts
from domain.cases.guards import may, not_kin
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command, PostId

_HANDLES_NO_CASES = frozenset({"auditor", "operator", "system", "policy_officer", "legal_reviewer", "bureau_leader"})


class AssignCase(Command):
    """``to_post``: a post that handles cases, of the case's division or above it."""

    to_post: PostId


def decide(case: CaseState, command: AssignCase, facts: Facts) -> list[CaseEvent]:
    """Hand the case to a post whose holder is not kin of the household."""
    if case.stage != "none" and command.to_post == case.assignee:
        return []
    may(case, "assign_case", facts)
    post = facts.posts.get(command.to_post)
    if post is None or post.role in _HANDLES_NO_CASES or not covers(post, case.division):
        raise InvalidValue("to_post")
    not_kin(case, (post.id,))
    return [CaseAssigned(to_post=post.id, from_post=case.assignee)]


ACTION = Action(name="assign_case", command=AssignCase, decide=decide, zh="分办", en="Assign", power="record")
