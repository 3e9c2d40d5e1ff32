"""The inputs of an action on one case: those of its command, laid out by the rule that the case is under."""

from collections.abc import Iterable

from msgspec.structs import replace

from adapters.web import fields
from adapters.web.desk import Desk
from adapters.web.fields import Option
from adapters.web.forms import NO, YES, Input, Kind, inputs_of
from domain.cases.clockwork import runs
from domain.cases.registry import ACTIONS
from domain.cases.state import CaseState
from domain.kernel import Value
from domain.rulebook.criteria import FactKind, FactShape
from domain.rulebook.figures import facts_to_establish
from domain.rulebook.rules import RuleVersion

_GROUPS = {"result": "result", "outcome": "outcome", "kind": "kind", "channel": "channel"}
_KINDS: dict[FactKind, Kind] = {"fen": "yuan", "count": "number", "date": "date", "flag": "yesno", "choice": "choice"}
_PERSON = ("name", "id_number", "phone")
_LAYERS = ("applies", "not_eligible", "declined")


class Shown(Value):
    """An input as people see it. ``hint``: what is known of it already."""

    input: Input
    label: str
    options: tuple[Option, ...] = ()
    hint: str = ""


def case_inputs(desk: Desk, action: str, state: CaseState, rule: RuleVersion | None) -> tuple[Shown, ...]:
    """Return the inputs of the action's form. Without a rule there are no facts to establish."""
    shown: list[Shown] = []
    for wanted in inputs_of(ACTIONS[action].command):
        match wanted.kind:
            case "facts":
                shapes = facts_to_establish(rule, granted=state.grant is not None) if rule else {}
                shown += [_fact(desk, name, shape, state) for name, shape in shapes.items()]
            case "person":
                shown += [_part_of_person(desk, wanted.name, part) for part in _PERSON]
            case _:
                shown.append(_chosen(desk, action, wanted, state, rule))
    return tuple(shown)


def rule_of(desk: Desk, state: CaseState) -> RuleVersion | None:
    """Return the rule version that the case is under: the one it was accepted by, else the one in force today."""
    book = desk.bureau.rulebook
    return book.by_id.get(state.rule) or book.in_force(state.matter, state.division, desk.today)


def _fact(desk: Desk, name: str, shape: FactShape, state: CaseState) -> Shown:
    """Only what is filled in is established anew: what is known already is told beside the empty input."""
    known = desk.names.fact_value(shape, state.facts[name]) if name in state.facts else ""
    hint = desk.t("act.known", value=known) if known else ""
    return Shown(
        Input(f"facts.{name}", _KINDS[shape.kind], required=False),
        desk.names.words_of(shape),
        _fact_options(desk, shape),
        hint,
    )


def _fact_options(desk: Desk, shape: FactShape) -> tuple[Option, ...]:
    if shape.kind == "flag":
        return (Option(YES, desk.t("app.yes")), Option(NO, desk.t("app.no")))
    return tuple(Option(code, desk.names.fact_value(shape, code)) for code in shape.choices)


def _part_of_person(desk: Desk, name: str, part: str) -> Shown:
    return Shown(Input(f"{name}.{part}", "text", required=part != "phone"), desk.t(f"member.{part}"))


def _chosen(desk: Desk, action: str, wanted: Input, state: CaseState, rule: RuleVersion | None) -> Shown:
    """What a command takes as text, the case or its rule may give as a choice."""
    own = _own_label(desk, action, wanted.name)
    if wanted.kind in ("post", "posts"):
        return Shown(wanted, own, _posts(desk, state))
    if wanted.kind == "choice":
        return Shown(wanted, own, fields.options(desk, _GROUPS.get(wanted.name, wanted.name), wanted.choices))
    if rule and action == "screen_next_layer" and wanted.name in _LAYERS:
        return _codes(wanted, own, ((matter, desk.names.matter(matter)) for matter in rule.next_layers))
    if rule and action == "backfill_papers" and rule.papers:
        return _codes(wanted, own, ((paper.id, desk.names.words_of(paper)) for paper in rule.papers))
    if wanted.name == "what":
        running = (duty.what for duty in state.duties.values() if runs(duty))
        options = tuple(Option(what, desk.names.duty(state.rule, what)) for what in running)
        return Shown(replace(wanted, kind="choice"), own, options)
    return Shown(wanted, own)


def _codes(wanted: Input, label: str, pairs: Iterable[tuple[str, str]]) -> Shown:
    return Shown(replace(wanted, kind="codes"), label, tuple(Option(*pair) for pair in pairs))


def _own_label(desk: Desk, action: str, name: str) -> str:
    """The same field can mean another thing in another action."""
    own = desk.t.word("input", f"{action}.{name}")
    return desk.t(f"input.{name}") if own == f"{action}.{name}" else own


def _posts(desk: Desk, state: CaseState) -> tuple[Option, ...]:
    """Return the posts of the village, its town and its county: who works on the case."""
    area = state.division
    near = (area, area[:9].ljust(12, "0"), area[:6].ljust(12, "0"))
    return tuple(
        Option(post.id, desk.names.post(post.id)) for post in desk.bureau.posts.values() if post.division in near
    )
