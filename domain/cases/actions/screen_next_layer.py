"""Screen the next layer 兜底筛查: nobody falls through when a support is refused or ends (民发〔2021〕43号 art. 27)."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import LayerScreened, NextLayerScreened
from domain.cases.facts import Facts
from domain.cases.guards import may, reasoned, today
from domain.cases.state import CaseState
from domain.errors import InvalidValue
from domain.kernel import Command


class ScreenNextLayer(Command):
    """Matters by outcome: they go on to it, are not eligible, do not want it. ``reason``: why, for the last two."""

    applies: tuple[str, ...] = ()
    not_eligible: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    reason: str = ""


def decide(case: CaseState, command: ScreenNextLayer, facts: Facts) -> list[CaseEvent]:
    """Consider every lower support that the rule names, each once, and no other."""
    if "screened" in case.done:
        return []
    may(case, "screen_next_layer", facts)
    considered = [*command.applies, *command.not_eligible, *command.declined]
    if sorted(considered) != sorted(facts.rule.next_layers):
        raise InvalidValue(f"applies, not_eligible, declined: {', '.join(facts.rule.next_layers)}")
    reason = reasoned(command.reason) if len(considered) > len(command.applies) else command.reason.strip()
    layers = (
        *(LayerScreened(matter=matter, outcome="applies") for matter in command.applies),
        *(LayerScreened(matter=matter, outcome="not_eligible", reason=reason) for matter in command.not_eligible),
        *(LayerScreened(matter=matter, outcome="declined", reason=reason) for matter in command.declined),
    )
    return [NextLayerScreened(screened_on=today(facts.act), layers=layers)]


ACTION = Action(
    name="screen_next_layer",
    command=ScreenNextLayer,
    decide=decide,
    zh="下一层救助筛查",
    en="Screen next layer",
    power="record",
)
