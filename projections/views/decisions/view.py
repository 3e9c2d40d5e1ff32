"""One row per decision: by whom, under which grant and rule, in whose name, how long after the acceptance."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from domain.authority.events import GrantsGiven
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import CaseRefused, Confirmed
from domain.cases.events.intake import CaseAccepted, CaseOpened
from domain.divisions import settlement
from domain.kernel import Recorded
from projections.shape import Key, View, Working, rows_of, tuples_of

_OF_A_CASE = (CaseOpened, CaseAccepted, CaseTransferred, Confirmed, CaseRefused)


class DecisionRow(msgspec.Struct, gc=False):
    """A row of the table, fields in the order of its columns.

    ``amount``: fen, as decided. ``days``: calendar days from the acceptance to the decision. ``urban``: by the code of
    the village or community, None where it does not tell; for statistics, never a ground of a decision.
    """

    position: int
    case_id: str
    number: str
    matter: str
    division: str
    decided_on: date
    post: str
    grant_id: str
    form: str
    in_name_of: str
    amount: int
    result: str
    rule: str
    accepted_on: date | None
    urban: bool | None
    days: int | None


class CaseRow(msgspec.Struct, gc=False):
    """What a decision takes from its case."""

    case_id: str
    number: str = ""
    matter: str = ""
    division: str = ""
    accepted_on: date | None = None


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the rows of the case and of the grants."""
    event = recorded.event
    if isinstance(event, GrantsGiven):
        return [("decision_grants", (grant.id,)) for grant in event.grants]
    if not isinstance(event, _OF_A_CASE):
        return ()
    case = ("decision_cases", (recorded.stream[5:],))
    return (case, ("decision_grants", (_grant(recorded),))) if isinstance(event, Confirmed | CaseRefused) else (case,)


def fold(rows: Working, recorded: Recorded) -> None:
    """Note what is needed of cases and grants; add a decision's row."""
    event = recorded.event
    if isinstance(event, GrantsGiven):
        for grant in event.grants:
            rows["decision_grants"].put((grant.id,), (grant.id, grant.form))
        return
    if not isinstance(event, _OF_A_CASE):
        return
    case = rows["decision_cases"].get((recorded.stream[5:],)) or CaseRow(recorded.stream[5:])
    match event:
        case CaseOpened():
            case.number, case.matter, case.division = event.number, event.matter, event.division
        case CaseAccepted():
            case.accepted_on = event.accepted_on
        case CaseTransferred():
            case.division = event.to_division
        case Confirmed() | CaseRefused():
            rows["decisions"].put((recorded.position,), _decision(rows, recorded, case, event))
            return
    rows["decision_cases"].put((case.case_id,), case)


def _decision(rows: Working, recorded: Recorded, case: CaseRow, event: Confirmed | CaseRefused) -> DecisionRow:
    meta, granted = recorded.meta, isinstance(event, Confirmed)
    decided_on = event.confirmed_on if isinstance(event, Confirmed) else event.refused_on
    grant = rows["decision_grants"].get((_grant(recorded),))
    kind = settlement(case.division)
    return DecisionRow(
        position=recorded.position,
        case_id=case.case_id,
        number=case.number,
        matter=case.matter,
        division=case.division,
        decided_on=decided_on,
        post=meta.post,
        grant_id=_grant(recorded),
        form=grant[1] if grant else "",
        in_name_of=meta.authority.in_name_of if meta.authority else "",
        amount=event.amount if isinstance(event, Confirmed) else 0,
        result="grant" if granted else "refuse",
        rule=meta.rule,
        accepted_on=case.accepted_on,
        urban=kind == "urban" if kind else None,
        days=(decided_on - case.accepted_on).days if case.accepted_on else None,
    )


def _grant(recorded: Recorded) -> str:
    return recorded.meta.authority.grant if recorded.meta.authority else ""


DECISIONS = View(
    name="decisions",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of(
            "decisions", DecisionRow, "int8 text text text text date text text text text int8 text text date bool int4"
        ),
        rows_of("decision_cases", CaseRow, "text text text text date"),
        tuples_of("decision_grants", "grant_id form", "text text"),
    ),
    touches=touches,
    fold=fold,
    folds=frozenset({GrantsGiven, *_OF_A_CASE}),
    by_stream=False,  # a decision's row takes the form of its grant from the stream of powers
)
