"""Leads and warnings: the same rows in whatever order signals, cases and entitlements came."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.cases.events.closing import CaseTransferred, CaseWithdrawn
from domain.kernel import CaseId, Event, Fen
from domain.signals.events import SignalJudged, SignalReceived, SignalVerified, signals_stream
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded
from projections.query import BadCursor
from projections.shape import View
from projections.views.leads.queries import LeadFilter, lead_rows
from projections.views.leads.view import LEADS
from projections.views.warnings.queries import WarningFilter, warning_rows
from projections.views.warnings.view import WARNINGS
from tests.support.builders import OTHER_VILLAGE, VILLAGE
from tests.support.people import folded, founded, given, of_case, of_person, opened, somebody, table

OLD = somebody("old", date(1950, 2, 3), 5)
DAY, APRIL, SEPTEMBER = date(2026, 8, 20), date(2026, 4, 1), date(2026, 9, 1)
STREAM = signals_stream(OLD.subject)


def received(source: str, ident: str, kind: str, leads: tuple[str, ...] = ()) -> SignalReceived:
    return SignalReceived(
        source=source,
        id=ident,
        kind=kind,
        subject=OLD.subject,
        happened_on=DAY,
        received_at=datetime(2026, 9, 1, tzinfo=UTC),
        division=VILLAGE,
        name=OLD.name,
        id_number=OLD.id_number,
        leads=leads,
    )


DEATH = received("gongan", "hk-1", "death")
CERTIFICATE = received("canlian", "dp-1", "disability_issued", ("canji-shenghuo", "canji-huli"))
SIGNALS: list[Event] = [
    DEATH,
    CERTIFICATE,
    SignalVerified("gongan", "hk-1", SEPTEMBER, "户籍"),
    SignalJudged("canlian", "dp-1", "canji-huli", "dismissed", "重复"),
    SignalJudged("canlian", "dp-1", "", "confirmed", "属实"),
    SignalJudged("gongan", "hk-1", "dibao", "confirmed", "属实"),
]
CASE: list[Event] = [
    opened("a", "dibao", [OLD]),
    CaseTransferred(DAY, VILLAGE, OTHER_VILLAGE),
]
CARE: list[Event] = [opened("b", "canji-huli", [OLD]), CaseWithdrawn(reason="撤回", withdrawn_on=DAY)]
HELD: list[Event] = [
    given("a", "dibao", APRIL),
    EntitlementChanged(case=CaseId("a"), from_month=SEPTEMBER, amount=Fen(9_000)),
    EntitlementEnded(case=CaseId("a"), matter="dibao", to_month=SEPTEMBER),
]
TOLD: list[list[tuple[str, Event]]] = [
    [(STREAM, event) for event in SIGNALS],
    of_case("a", *CASE),
    of_case("b", *CARE),
    of_person(OLD, *HELD),
]


def rows_after(view: View, order: Sequence[int]) -> list[tuple[str, tuple[object, ...]]]:
    """The rows after the streams were told in that order, an event of a stream each time; without positions."""
    waiting = [list(stream) for stream in TOLD]
    told = [waiting[stream].pop(0) for stream in order if waiting[stream]]
    told += [pair for stream in waiting for pair in stream]
    rows = folded(view, told)
    found = []
    for each in view.tables:
        names = [name for name in each.columns if name != "position"]
        for row in rows[each.name].new():
            values = dict(zip(each.columns, each.dump(row), strict=True))
            found.append((each.name, tuple(values[name] for name in names)))
    return sorted(found, key=repr)


@for_all(st.lists(st.integers(0, len(TOLD) - 1), max_size=20))
def test_the_order_of_arrival_changes_no_row(order: list[int]) -> None:
    for view in (LEADS, WARNINGS):
        assert rows_after(view, order) == rows_after(view, [])


def test_a_verdict_for_all_leaves_the_one_for_a_matter() -> None:
    rows = table(folded(LEADS, [(STREAM, event) for event in SIGNALS]), "lead_signals")
    assert {(row["matter"], row["verdict"]) for row in rows} == {
        ("canji-shenghuo", "confirmed"),
        ("canji-huli", "dismissed"),
    }


def test_a_warning_has_no_row_for_what_only_opens_something() -> None:
    rows = folded(WARNINGS, [(STREAM, event) for event in SIGNALS])
    assert [(row["signal"], row["verified_on"]) for row in table(rows, "warning_signals")] == [("hk-1", SEPTEMBER)]


def test_no_view_reads_or_keeps_a_personal_value() -> None:
    for view in (LEADS, WARNINGS):
        assert not view.personal
        rows = folded(view, [pair for stream in TOLD for pair in stream])
        kept = repr([[each.dump(row) for row in rows[each.name].new()] for each in view.tables])
        assert OLD.name not in kept
        assert OLD.id_number not in kept


def test_who_founds_an_association_is_no_person_to_look_for() -> None:
    for view in (LEADS, WARNINGS):
        rows = folded(view, of_case("f", founded("f", OLD)))
        assert [list(rows[each.name].new()) for each in view.tables if "cases" in each.name] == [[]]


def test_a_cursor_of_another_list_is_none() -> None:
    with pytest.raises(BadCursor):
        lead_rows(LeadFilter(), DAY, after="nonsense")
    with pytest.raises(BadCursor):
        warning_rows(WarningFilter(), DAY, after="nonsense")
