"""Which actions a post can take on a case now: asked of the same guards that decide."""

from collections.abc import Callable

from msgspec.structs import fields

from adapters.house import House
from application.asking import Request
from application.facts import facts_of, for_action
from application.hot_cases import Loaded
from domain.authority.posts import Post
from domain.cases.facts import Act, Facts
from domain.cases.guards import may, objection_open
from domain.cases.parts import Household
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.errors import NoRule, Refused
from domain.kernel import Command

_ALWAYS = 99
_ONCE = {"publish_result": "result_published", "serve_decision": "decision_served"}
_TO_FILL = frozenset({"confirm_case", "screen_next_layer"})
"""What is decided by these depends on what is filled in, although every field may be left empty."""
_WHEN: dict[str, Callable[[CaseState], bool]] = {
    "record_objection": lambda case: case.stage == "notice" or objection_open(case),
    "confirm_case": lambda case: case.decision is None and (case.opinion is None or case.opinion.result == "grant"),
    "refuse_case": lambda case: case.decision is None,
    "screen_next_layer": lambda case: "screened" not in case.done,
    "backfill_papers": lambda case: "backfilled" not in case.done,
    "identify_subject": lambda case: _has_unnamed(case.household),
}
"""What a step asks of the case besides stage and milestones: a form that could only be refused is not offered."""
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


def _has_unnamed(household: Household | None) -> bool:
    return household is not None and any(not member.id_number for member in household.members)


def _open(state: CaseState, name: str, facts: Facts) -> bool:
    """Tell whether the step is open; a command that has nothing to fill in is put to the decision itself."""
    if _ONCE.get(name) in state.done or (name in _WHEN and not _WHEN[name](state)):
        return False
    action = ACTIONS[name]
    facts = for_action(facts, action.power)
    try:
        may(state, name, facts)
        if name in _TO_FILL or any(field.required for field in fields(action.command)):
            return True
        return bool(action.decide(state, action.command(), facts))
    except Refused:
        return False
