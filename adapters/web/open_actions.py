"""Which actions a post can take on a case now: asked of the same guards that decide."""

from msgspec.structs import fields

from adapters.house import House
from application.asking import Request
from application.facts import facts_of, for_action
from application.hot_cases import Loaded
from domain.authority.posts import Post
from domain.cases.facts import Act, Facts
from domain.cases.guards import may
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import NoRule, Refused
from domain.kernel import Command

_ALWAYS = 99
_ONCE = {"publish_result": "result_published", "serve_decision": "decision_served"}
# Opening has a page of its own; a document's content goes through the file store first.
ELSEWHERE = frozenset({"open_case", "attach_document"})


def open_actions(house: House, state: CaseState, post: Post, actor: str) -> list[str]:
    """Return their names, what belongs to this stage before what is always open. An imported case has none."""
    bureau, now = house.cases.bureau.now(), house.now()
    act = Act(command_id="", actor=actor, post=post, occurred_at=now, received_at=now)
    request = Request(action="add_note", command=Command(), act=act, case_id=state.id)
    try:
        facts = facts_of(house.cases, request, bureau, Loaded(state, 1), state.id)
    except NoRule:
        return []
    rule = facts.rule
    names = [name for name in rule.steps if name in ACTIONS and name not in ELSEWHERE and _open(state, name, facts)]
    return sorted(names, key=lambda name: (len(rule.steps[name].stages) or _ALWAYS, name))


def _open(state: CaseState, name: str, facts: Facts) -> bool:
    """Tell whether the step is open; a command that has nothing to fill in is put to the decision itself."""
    if _ONCE.get(name) in state.done:
        return False
    action = ACTIONS[name]
    facts = for_action(facts, action.power)
    try:
        may(state, name, facts)
        return any(field.required for field in fields(action.command)) or bool(
            action.decide(state, action.command(), facts)
        )
    except Refused:
        return False
