"""What the view of persons makes of each event: who is in which case, one row an event, what each receives."""

from datetime import date

from domain.cases.events.benefit import GrantStarted, GrantStopped
from domain.cases.events.closing import CaseTransferred, CorrectionAppended, NoteAdded
from domain.cases.events.intake import SubjectIdentified
from domain.cases.events.legacy import LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.parts import Correction, Mandate, Person
from domain.kernel import CaseId, Fen, SubjectId
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded
from projections.views.person.view import PERSON
from tests.support.builders import OTHER_VILLAGE, VILLAGE
from tests.support.people import folded, founded, given, of_case, of_person, opened, somebody, table
from tests.support.samples import CASE_SAMPLES

MOTHER = somebody("mother", date(1970, 5, 1), 2)
CHILD = somebody("son", date(2001, 6, 2), 3, "子女")
AUNT = Mandate(agent_subject=SubjectId("s-aunt"), agent_name="某aunt", relation="亲属")
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def test_every_member_has_a_row_in_every_case_and_the_number_is_masked() -> None:
    rows = folded(PERSON, of_case("a", opened("a", "dibao", [MOTHER, CHILD])))
    found = {row["subject"]: row for row in table(rows, "person_members")}
    assert found.keys() == {"s-mother", "s-son"}
    assert found["s-son"] == {
        "case_id": "a",
        "subject": "s-son",
        "role": "member",
        "seat": 1,
        "relation": "子女",
        "name": "某son",
        "number": f"320971********{CHILD.id_number[-4:]}",
        "born": date(2001, 6, 2),
        "same_as": "",
        "position": 1,
    }


def test_who_applies_for_them_is_an_agent_and_no_member() -> None:
    rows = folded(PERSON, of_case("a", opened("a", "dibao", [MOTHER], mandate=AUNT)))
    assert {(row["subject"], row["role"], row["seat"]) for row in table(rows, "person_members")} == {
        ("s-mother", "member", 0),
        ("s-aunt", "agent", -1),
    }


def test_a_member_who_applies_for_the_others_stays_a_member() -> None:
    own = Mandate(agent_subject=CHILD.subject, agent_name="某son", relation="子女")
    rows = folded(PERSON, of_case("a", opened("a", "dibao", [MOTHER, CHILD], mandate=own)))
    assert [row["role"] for row in table(rows, "person_members")] == ["member", "member"]


def test_a_founder_is_no_member_of_a_household() -> None:
    rows = folded(PERSON, of_case("b", founded("b", MOTHER)))
    assert [row["role"] for row in table(rows, "person_members")] == ["founder"]


def test_an_event_is_one_row_however_many_persons_the_case_has() -> None:
    told = of_case("a", opened("a", "dibao", [MOTHER, CHILD]), NoteAdded(text="电话联系"))
    assert [(row["type"], row["seq"]) for row in table(folded(PERSON, told), "person_events")] == [
        ("case.opened", 1),
        ("case.noted", 2),
    ]


def test_an_event_says_how_much_from_which_month_and_where() -> None:
    told = of_case(
        "a",
        opened("a", "dibao", [MOTHER]),
        GrantStarted(from_month=MARCH, amount=Fen(78_000), due=None),
        CaseTransferred(date(2026, 4, 1), VILLAGE, OTHER_VILLAGE),
        GrantStopped(from_month=MAY, reason="收入超过标准"),
    )
    rows = table(folded(PERSON, told), "person_events")
    assert [(row["amount"], row["since"], row["division"]) for row in rows] == [
        (None, None, VILLAGE),
        (78_000, MARCH, ""),
        (None, None, OTHER_VILLAGE),
        (None, MAY, ""),
    ]


def test_cases_of_older_systems_are_about_nobody() -> None:
    told = of_case("x", LegacyCaseOpened(case_id=CaseId("x"), number="1", source="receipt"))
    rows = folded(PERSON, [*told, *of_case("x", LegacyActivityRecorded(activity="受理"))])
    assert [len(table(rows, each.name)) for each in PERSON.tables] == [0, 0, 0, 0]


def test_a_name_put_right_is_right_for_the_applicant_alone() -> None:
    correction = Correction(seq=1, field="applicant.name", value="穆", reason="错字")
    told = of_case("a", opened("a", "dibao", [MOTHER, CHILD]), CorrectionAppended(correction=correction))
    assert [row["name"] for row in table(folded(PERSON, told), "person_members")] == ["穆", "某son"]


def test_an_identity_found_later_does_not_rewrite_what_was_before() -> None:
    unnamed = Person(SubjectId("temp-c-1"), "", "")
    known = SubjectIdentified(unnamed.subject, MOTHER, date(2026, 3, 5), "公安")
    told = [*of_case("c", opened("c", "liulang", [unnamed])), *of_person(unnamed, given("c", "liulang", MARCH, 0))]
    rows = folded(PERSON, [*told, *of_case("c", known)])
    assert [(row["subject"], row["role"], row["same_as"]) for row in table(rows, "person_members")] == [
        ("temp-c-1", "temporary", "s-mother"),
        ("s-mother", "member", ""),
    ]
    assert [row["subject"] for row in table(rows, "person_grants")] == ["temp-c-1"]


def test_an_entitlement_changes_and_ends_for_each_person() -> None:
    told = of_person(
        MOTHER,
        given("a", "dibao", MARCH, 78_000),
        EntitlementChanged(case=CaseId("a"), from_month=MAY, amount=Fen(70_000)),
        EntitlementEnded(case=CaseId("a"), matter="dibao", to_month=date(2026, 9, 1)),
        EntitlementEnded(case=CaseId("never"), matter="dibao", to_month=MAY),
    )
    (row,) = table(folded(PERSON, told), "person_grants")
    assert (row["amount"], row["from_month"], row["to_month"]) == (70_000, MARCH, date(2026, 9, 1))


def test_it_folds_every_event_of_a_case_but_those_of_older_systems() -> None:
    assert PERSON.folds is not None
    told = {type(event) for event in CASE_SAMPLES}
    assert told - PERSON.folds == {LegacyCaseOpened, LegacyActivityRecorded}
