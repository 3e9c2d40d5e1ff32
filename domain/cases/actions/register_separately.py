"""Register separately 单独登记备案: the applicant is kin of a handler or of the village committee."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import SeparatelyRegistered
from domain.cases.facts import Facts
from domain.cases.guards import known_posts, may, reasoned
from domain.cases.state import CaseState
from domain.kernel import Command, PostId


class RegisterSeparately(Command):
    """``kin_posts``: posts held by close kin, beside those that the bureau's own declarations (近亲属备案) show."""

    reason: str
    kin_posts: tuple[PostId, ...] = ()


def decide(case: CaseState, command: RegisterSeparately, facts: Facts) -> list[CaseEvent]:
    """Name every post held by kin; from then on none of them may act on the case."""
    kin = {*command.kin_posts, *facts.kin_posts}
    if kin and kin.issubset(case.kin_posts):
        return []
    may(case, "register_separately", facts)
    posts = known_posts("kin_posts", tuple(kin), facts)
    return [
        SeparatelyRegistered(kin_posts=tuple(sorted({*posts, *case.kin_posts})), reason=reasoned(command.reason)),
    ]


ACTION = Action(
    name="register_separately",
    command=RegisterSeparately,
    decide=decide,
    zh="单独登记备案",
    en="Register separately",
    power="accept",
)
