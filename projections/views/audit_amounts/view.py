"""Every confirmation computed again as it comes, by the rule version it names; what comes out differently is kept."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from domain.bureau_events import RuleVersionPublished
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseOpened
from domain.cases.recompute import kept, recomputed
from domain.divisions import settlement
from domain.errors import InvalidValue
from domain.kernel import Recorded
from domain.personal import erased_by
from domain.rulebook.criteria import FactMissing
from domain.rulebook.evaluate import RuleFault
from domain.rulebook.rules import RuleVersion
from projections.shape import Key, View, Working, rows_of, tuples_of

NO_RULE, RULE_FAULT = "NO_RULE", "RULE_FAULT"
_MOST_RULES = 1_024
_encode = msgspec.json.Encoder(order="sorted").encode
_OF_A_CASE = CaseOpened | CaseTransferred | Confirmed


class AmountRow(msgspec.Struct, gc=False):
    """A confirmation that does not come out again. ``told``, ``again``: fen."""

    position: int
    case_id: str
    rule: str
    told: int
    again: int | None
    fault: str = ""


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the rule of a confirmation, and the row of the case."""
    event = recorded.event
    if isinstance(event, RuleVersionPublished):
        yield "audit_amount_rule", (event.version.id,)
    elif isinstance(event, _OF_A_CASE):
        yield "audit_amount_case", (recorded.stream[5:],)
        if isinstance(event, Confirmed):
            yield "audit_amount_rule", (event.rule,)


def fold(rows: Working, recorded: Recorded) -> None:
    """Keep the rule and the place; compute a confirmation again."""
    event, case_id = recorded.event, recorded.stream[5:]
    match event:
        case RuleVersionPublished():
            rows["audit_amount_rule"].put((event.version.id,), (event.version.id, _encode(_slim(event.version))))
        case CaseOpened():
            rows["audit_amount_case"].put((case_id,), (case_id, event.division))
        case CaseTransferred():
            rows["audit_amount_case"].put((case_id,), (case_id, event.to_division))
        case Confirmed():
            row = _computed(rows, recorded, event)
            if row is not None:
                rows["audit_amount"].put((row.position,), row)
        case _:
            return


def _slim(rule: RuleVersion) -> RuleVersion:
    """Without what no amount asks for: a rule is read with every batch."""
    return replace(rule, steps={}, duties={}, limits={}, papers=(), criteria=(), facts={}, overlaps=())


def _computed(rows: Working, recorded: Recorded, event: Confirmed) -> AmountRow | None:
    if erased_by(event.values):
        return None  # what it was computed from is gone
    found = rows["audit_amount_rule"].get((event.rule,))
    case = rows["audit_amount_case"].get((recorded.stream[5:],))
    place = settlement(case[1]) if case else None
    row = AmountRow(recorded.position, recorded.stream[5:], event.rule, event.amount, None)
    if found is None:
        row.fault = NO_RULE
        return row
    try:
        again = recomputed(event, _rule(found[1]), urban=None if place is None else place == "urban")
    except (FactMissing, InvalidValue) as refused:
        row.fault = refused.code
        return row
    except RuleFault:
        row.fault = RULE_FAULT
        return row
    row.again = again.amount
    return None if again == kept(event) and again.amount == event.amount else row


@lru_cache(maxsize=_MOST_RULES)
def _rule(body: bytes) -> RuleVersion:
    return msgspec.json.decode(body, type=RuleVersion)


AUDIT_AMOUNTS = View(
    name="audit_amounts",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        tuples_of("audit_amount_rule", "rule body", "text bytea"),
        tuples_of("audit_amount_case", "case_id division", "text text"),
        rows_of("audit_amount", AmountRow, "int8 text text int8 int8 text"),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset({RuleVersionPublished, CaseOpened, CaseTransferred, Confirmed}),
    by_stream=False,  # an amount is computed by a rule of another stream
    personal=frozenset({Confirmed}),
    forget="DELETE FROM audit_amount WHERE case_id = %s",
)
