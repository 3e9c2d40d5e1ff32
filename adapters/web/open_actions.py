"""Which actions a post can take on a case now: asked of the same guards that decide."""

from msgspec.structs import fields

from adapters.house import House
from application.bureau import Bureau
from domain.authority.posts import Post
from domain.calendar import civil_day
from domain.cases.facts import Act, Facts
from domain.cases.guards import may
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import Refused
from domain.rulebook.rules import RuleVersion, in_force

_ALWAYS = 99
_ONCE = {"publish_result": "result_published", "serve_decision": "decision_served"}
# Opening has a page of its own; a document's content goes through the file store first.
ELSEWHERE = frozenset({"open_case", "attach_document"})


def open_actions(house: House, state: CaseState, post: Post, actor: str) -> list[str]:
    """Return their names, what belongs to this stage before what is always open. An imported case has none."""
    bureau, now = house.cases.bureau.now(), house.now()
    rule = _rule(bureau, state, house)
    if rule is None:
        return []
    act = Act(command_id="", actor=actor, post=post, occurred_at=now, received_at=now)
    facts = Facts(act=act, rule=rule, calendar=house.cases.calendar, posts=bureau.posts)
    names = [name for name in rule.steps if name in ACTIONS and name not in ELSEWHERE and _open(state, name, facts)]
    return sorted(names, key=lambda name: (len(rule.steps[name].stages) or _ALWAYS, name))


def _open(state: CaseState, name: str, facts: Facts) -> bool:
    """Tell whether the step is open; a command that has nothing to fill in is put to the decision itself."""
    if _ONCE.get(name) in state.done:
        return False
    action = ACTIONS[name]
    try:
        may(state, name, facts)
        return any(field.required for field in fields(action.command)) or bool(
            action.decide(state, action.command(), facts)
        )
    except Refused:
        return False


def _rule(bureau: Bureau, state: CaseState, house: House) -> RuleVersion | None:
    pinned = [rule for rule in bureau.rules if rule.id == state.rule]
    return pinned[0] if pinned else in_force(bureau.rules, state.matter, state.division, civil_day(house.now()))
