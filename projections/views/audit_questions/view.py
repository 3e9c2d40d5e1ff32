"""What auditors' questions compare, kept as it happens: by case, clock, person, post and rule (DOMAIN §4.1).

The questions themselves stand in ``projections/questions``: each is one query over these tables.
"""

from collections.abc import Iterable
from pathlib import Path

from domain.bureau_events import BUREAU, RULEBOOK, KinDeclared, PostsCreated, RuleVersionPublished
from domain.cases.events import CASE_EVENTS
from domain.cases.events.decision import NoticeClosed, NoticeObjected
from domain.cases.events.inquiry import FactsEstablished
from domain.cases.events.intake import CaseOpened, SubjectIdentified
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.kernel import Event, Recorded
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded, EntitlementGranted
from projections.shape import Key, View, Working, rows_of, tuples_of
from projections.views.audit_questions.bureau import bureau_rows, fold_bureau
from projections.views.audit_questions.cases import CHANGES, fold_case
from projections.views.audit_questions.clocks import clocks_of, fold_clocks
from projections.views.audit_questions.entitlements import entitlements_of, fold_entitlement
from projections.views.audit_questions.rows import (
    CaseRow,
    ClockRow,
    DecisionRow,
    EntitlementRow,
    MonthRow,
    NoticeRow,
    RuleRow,
)

_CASE, _PERSON = "case-", "entitlement-"


def touches(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    """Return the rows that the event may change."""
    stream = recorded.stream
    if stream.startswith(_CASE):
        yield from _of_case(recorded)
    elif stream.startswith(_PERSON):
        yield from entitlements_of(recorded)
    elif stream in (BUREAU, RULEBOOK):
        yield from bureau_rows(recorded)


def _of_case(recorded: Recorded) -> Iterable[tuple[str, Key]]:
    event, case_id = recorded.event, recorded.stream[5:]
    if type(event) in CHANGES:
        yield "audit_case", (case_id,)
    if isinstance(event, NoticeClosed | NoticeObjected):
        yield "audit_notice", (case_id,)
    elif isinstance(event, SubjectIdentified):
        yield "audit_alias", (event.temporary,)
    yield from clocks_of(recorded)


def fold(rows: Working, recorded: Recorded) -> None:
    """Note what the questions will compare."""
    stream = recorded.stream
    if stream.startswith(_CASE):
        fold_case(rows, recorded)
        fold_clocks(rows, recorded)
    elif stream.startswith(_PERSON):
        fold_entitlement(rows, recorded)
    elif stream in (BUREAU, RULEBOOK):
        fold_bureau(rows, recorded)


_OF_OTHERS = frozenset({LegacyCaseOpened, LegacyActivityRecorded})
_FOLDS: frozenset[type[Event]] = frozenset(
    {
        *(set(CASE_EVENTS.values()) - _OF_OTHERS),
        *(EntitlementGranted, EntitlementChanged, EntitlementEnded),
        *(RuleVersionPublished, PostsCreated, KinDeclared),
    }
)
"""Every event of a case may move clocks; what older systems kept has none."""


AUDIT_QUESTIONS = View(
    name="audit_questions",
    version=1,
    folder=Path(__file__).parent,
    tables=(
        rows_of(
            "audit_case",
            CaseRow,
            "text text text text int8 date date int8 date int8 date text text text int8 text int8 "
            "date int8 int8 int8 int8 int8 int8 date int8 int8 date date date",
            key=1,
        ),
        rows_of(
            "audit_decision",
            DecisionRow,
            "int8 text text text date text text text int8 int8 text date int4 int4 int4 int4 int4 "
            "int8 int8 int8 date int8 int8 int8 int8 int8",
            key=1,
        ),
        rows_of("audit_notice", NoticeRow, "text int8 text text text date date date int4 int4 int8 date text", key=2),
        rows_of("audit_month", MonthRow, "int8 text text text text date date int4 text int8", key=1),
        rows_of(
            "audit_clock",
            ClockRow,
            "text text int8 text text text text timestamptz text text int8 int8 timestamptz text bool",
            key=3,
        ),
        rows_of(
            "audit_entitlement", EntitlementRow, "text int8 text text text date date date date int8 int8 text", key=2
        ),
        tuples_of("audit_overlap", "subject later earlier", "text int8 int8", 3),
        tuples_of("audit_alias", "temporary subject position case_id", "text text int8 text", 1),
        tuples_of("audit_kin", "subject post position own", "text text int8 bool", 2),
        tuples_of("audit_post", "post role prefix organ", "text text text text", 1),
        rows_of(
            "audit_rule",
            RuleRow,
            "text text text date date bool int8 int8 text int4 bool bool text text text text text "
            "text int4 text int4 bool text text int4 text bool text",
            key=1,
        ),
    ),
    touches=touches,
    fold=fold,
    folds=_FOLDS,
    personal=frozenset({CaseOpened, SubjectIdentified, FactsEstablished}),
)
