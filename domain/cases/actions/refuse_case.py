"""Refuse 不予确认, with the written reason and its legal basis."""

from domain.cases.action import Action
from domain.cases.assess import assessed_for_refusal
from domain.cases.events import CaseEvent
from domain.cases.events.decision import CaseRefused
from domain.cases.facts import Facts
from domain.cases.guards import due, may, not_alone, reasoned, today
from domain.cases.state import CaseState
from domain.kernel import Command, PostId


class RefuseCase(Command):
    """``reason`` and ``basis`` (document and article) are told to the applicant in writing."""

    reason: str
    basis: str
    with_posts: tuple[PostId, ...] = ()


def decide(case: CaseState, command: RefuseCase, facts: Facts) -> list[CaseEvent]:
    """Refuse after the opinion or after the notice, whatever the opinion proposed."""
    if case.stage == "refused":
        return []
    may(case, "refuse_case", facts)
    others = not_alone(case, command.with_posts, facts)
    refused_on = today(facts.act)
    found = assessed_for_refusal(case, facts.rule, refused_on, urban=facts.urban)
    return [
        CaseRefused(
            refused_on=refused_on,
            reason=reasoned(command.reason),
            basis=reasoned(command.basis),
            due=due("serve", "serve", refused_on, facts),
            criteria=found.lines,
            values=found.values,
            with_posts=others,
        )
    ]


ACTION = Action(name="refuse_case", command=RefuseCase, decide=decide, zh="不予确认", en="Refuse", power="decide")
