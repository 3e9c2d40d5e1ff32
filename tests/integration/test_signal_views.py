"""Leads and warnings as they are asked for: by place, kind and standing; the same before and after a rebuild."""

from collections.abc import Iterator
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from adapters.house import House
from adapters.operating.acts import verify_views
from adapters.projector.service import bring_up
from adapters.signals import leads, warnings
from domain.cases.events.benefit import GrantStopped
from domain.cases.events.closing import CaseTransferred
from domain.cases.events.decision import CaseRefused
from domain.cases.parts import Person
from domain.kernel import CaseId, Event, Fen
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded
from projections.views.leads.queries import LeadFilter
from projections.views.leads.view import LEADS
from projections.views.warnings.queries import WarningFilter, warning_page, warning_rows
from projections.views.warnings.view import WARNINGS
from tests.support.builders import OTHER_TOWN_VILLAGE, VILLAGE, id_number
from tests.support.houses import house_on, set_up
from tests.support.people import DUE, given, of_case, of_person, opened, write
from tests.support.signals import CONFIRM, judged, send, signal, verified

pytestmark = pytest.mark.postgres

APRIL = date(2026, 4, 1)
DAY = date(2026, 11, 26)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house_on(database_url, tmp_path) as opened_house:
        set_up(opened_house.log)
        yield opened_house


def known(house: House, number: int) -> Person:
    """An impossible person as the log knows them."""
    subject = house.cases.subjects.subjects_for([id_number(number)])[id_number(number)]
    return Person(subject, f"样例{number}", id_number(number))


def warned(house: House, **where: object) -> list[tuple[str, str, str, int]]:
    bring_up(house.locate)
    asked = WarningFilter(**where)  # type: ignore[arg-type]  # fields of the filter
    page = warning_page(house.read(*warning_rows(asked, DAY)))
    return [(row.signal, row.matter, row.status, row.months) for row in page.rows]


def led(house: House, **where: object) -> list[tuple[str, str, str]]:
    bring_up(house.locate)
    page = leads(house, LeadFilter(**where))  # type: ignore[arg-type]  # fields of the filter
    return [(row.signal, row.matter, row.status) for row in page.rows]


def test_a_death_warns_of_everything_that_runs(house: House) -> None:
    one = known(house, 1)
    write(house.log, *of_case("a", opened("a", "dibao", [one])), *of_person(one, given("a", "dibao", APRIL)))
    write(house.log, *of_person(one, given("z", "zunlaojin", APRIL), given("m", "linshi-zhichu", APRIL, 1, APRIL)))
    send(house, signal("hk-1"))
    assert sorted(warned(house)) == [("hk-1", "dibao", "open", 3), ("hk-1", "zunlaojin", "open", 3)]
    (row,) = warnings(house, WarningFilter(matter="dibao")).rows
    assert (row.number, row.case_id, row.amount, row.division) == ("320903-a", "a", 10_000, VILLAGE)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_signal_before_grant_is_as_grant_before_signal(house: House, order: tuple[int, ...]) -> None:
    one = known(house, 1)

    def tell_case() -> None:
        write(house.log, *of_case("a", opened("a", "dibao", [one])))

    def tell_grant() -> None:
        write(house.log, *of_person(one, given("a", "dibao", APRIL)))

    steps = (tell_case, tell_grant, lambda: send(house, signal("hk-1")))
    for step in order:
        steps[step]()
        bring_up(house.locate)
    assert warned(house) == [("hk-1", "dibao", "open", 3)]


def test_a_warning_is_confirmed_dismissed_or_settled(house: House) -> None:
    for number, case in ((1, "a"), (2, "b"), (3, "c")):
        person = known(house, number)
        write(house.log, *of_case(case, opened(case, "dibao", [person])))
        write(house.log, *of_person(person, given(case, "dibao", APRIL)))
        send(house, signal(f"hk-{case}", number=number))
        verified(house, f"hk-{case}")
    judged(house, "hk-a", CONFIRM)
    judged(house, "hk-b", type(CONFIRM)("dismissed", "同名", "dibao"))
    ended = EntitlementEnded(case=CaseId("c"), matter="dibao", to_month=date(2026, 10, 1))
    write(house.log, *of_case("c", GrantStopped(date(2026, 10, 1), "死亡")), *of_person(known(house, 3), ended))
    assert warned(house) == [
        ("hk-c", "dibao", "settled", 1),
        ("hk-b", "dibao", "dismissed", 3),
        ("hk-a", "dibao", "confirmed", 3),
    ]
    assert [row[0] for row in warned(house, status="confirmed")] == ["hk-a"]
    assert [row[0] for row in warned(house, case_id="b")] == ["hk-b"]


def test_what_had_ended_before_it_happened_is_no_warning(house: House) -> None:
    one = known(house, 1)
    events: list[Event] = [given("a", "dibao", APRIL), EntitlementEnded(CaseId("a"), "dibao", date(2026, 8, 1))]
    write(house.log, *of_person(one, *events))
    send(house, signal("hk-1"))
    assert warned(house) == []


def test_a_case_that_moved_warns_where_it_lies_now(house: House) -> None:
    one = known(house, 1)
    moved = CaseTransferred(APRIL, VILLAGE, OTHER_TOWN_VILLAGE)
    write(house.log, *of_case("a", opened("a", "dibao", [one]), moved), *of_person(one, given("a", "dibao", APRIL)))
    send(house, signal("hk-1"))
    assert warned(house, division=VILLAGE) == []
    assert [row[0] for row in warned(house, division=OTHER_TOWN_VILLAGE)] == ["hk-1"]


def test_kinds_warn_of_what_they_speak_against(house: House) -> None:
    one = known(house, 1)
    write(house.log, *of_person(one, given("a", "dibao", APRIL), given("b", "canji-huli", APRIL)))
    send(house, signal("job", "employment"), department="renshe")
    send(house, signal("card", "disability_expired"), department="canlian")
    send(house, signal("moved", "hukou_moved"))
    send(house, signal("bill", "medical_bill"), department="yibao")
    assert sorted(row[:2] for row in warned(house)) == [
        ("card", "canji-huli"),
        ("job", "dibao"),
        ("moved", "canji-huli"),
        ("moved", "dibao"),
    ]
    assert [row[0] for row in warned(house, kind="employment")] == ["job"]


def test_a_certificate_leads_to_what_the_person_does_not_have(house: House) -> None:
    certificate = signal("dp-1", "disability_issued", facts={"grade": 1})
    send(house, certificate, department="canlian")
    assert led(house) == [("dp-1", "canji-huli", "open")]
    one = known(house, 1)
    write(house.log, *of_person(one, given("d", "dibao", APRIL)))
    assert led(house) == [("dp-1", "canji-huli", "open"), ("dp-1", "canji-shenghuo", "open")]
    write(house.log, *of_person(one, given("h", "canji-huli", APRIL)))
    assert led(house, status="served") == [("dp-1", "canji-huli", "served")]
    assert led(house, status="open", division="320903") == [("dp-1", "canji-shenghuo", "open")]


def test_a_lead_is_served_by_a_case_since_and_not_by_one_refused_before(house: House) -> None:
    one = known(house, 1)
    refused = CaseRefused(refused_on=date(2026, 3, 20), reason="不符合", basis="某条", due=DUE)
    write(house.log, *of_case("a", opened("a", "linshi-zhichu", [one]), refused))
    send(house, signal("bill", "medical_bill", facts={"own_expense": 9_000_000}), department="yibao")
    assert led(house, matter="linshi-zhichu") == [("bill", "linshi-zhichu", "open")]
    write(house.log, *of_case("b", opened("b", "linshi-zhichu", [one])))
    assert led(house, matter="linshi-zhichu") == [("bill", "linshi-zhichu", "served")]
    verified(house, "yibao:bill")
    judged(house, "yibao:bill", type(CONFIRM)("dismissed", "同名", "gangxing-zhichu"))
    assert led(house, matter="gangxing-zhichu") == [("bill", "gangxing-zhichu", "dismissed")]


def test_pages_follow_each_other_without_a_gap(house: House) -> None:
    one = known(house, 1)
    for case in "abc":
        write(house.log, *of_person(one, given(case, f"m-{case}", APRIL)))
    for number in range(4):
        send(house, signal(f"hk-{number}"))
        send(house, signal(f"bill-{number}", "medical_bill"), department="yibao")
    bring_up(house.locate)
    found: list[tuple[str, str]] = []
    after = ""
    for _ in range(3):
        page = warnings(house, WarningFilter(), 5, after)
        found, after = [*found, *((row.signal, row.case_id) for row in page.rows)], page.next
    assert (len(set(found)), after) == (12, "")
    first = leads(house, LeadFilter(), 3)
    second = leads(house, LeadFilter(), 5, first.next)
    assert len({(row.signal, row.matter) for row in (*first.rows, *second.rows)}) == 8


def test_a_rebuild_makes_the_same_rows(house: House) -> None:
    one = known(house, 1)
    write(house.log, *of_case("a", opened("a", "canji-huli", [one])), *of_person(one, given("a", "canji-huli", APRIL)))
    send(house, signal("hk-1"), signal("hk-2", "custody"), signal("hk-3", number=2))
    send(house, signal("dp-1", "disability_changed", facts={"grade": 2}), department="canlian")
    verified(house, "hk-1")
    judged(house, "hk-1", CONFIRM)
    write(house.log, *of_person(one, EntitlementChanged(CaseId("a"), APRIL, Fen(1))))
    bring_up(house.locate)
    assert [(each.view, each.same) for each in verify_views(house.locate, [LEADS, WARNINGS])] == [
        ("leads", True),
        ("warnings", True),
    ]
