"""What the view of coverage keeps of each event, and what its queries make of conditions."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.cases.events.benefit import GrantStopped
from domain.cases.events.closing import CaseTransferred, CorrectionAppended, NoteAdded
from domain.cases.events.inquiry import FactsEstablished
from domain.cases.events.intake import SubjectIdentified
from domain.cases.parts import Correction, Person
from domain.kernel import CaseId, SubjectId
from domain.rulebook.coverage import CoverageBook, CoverageRule
from domain.rulebook.criteria import Comparison, Criterion
from domain.rulebook.evaluate import RuleFault
from domain.subjects.entitlements import EntitlementEnded
from projections.query import BadCursor
from projections.views.coverage.queries import CoverageFilter, Covered, covered_rows, missing_page, missing_rows
from projections.views.coverage.view import COVERAGE
from tests.support.builders import OTHER_TOWN_VILLAGE, VILLAGE
from tests.support.people import folded, founded, given, of_case, of_person, opened, somebody, table

OLD = somebody("old", date(1940, 2, 29), 5)
DAY = date(2026, 3, 2)


def condition(fact: str = "age", op: Comparison = ">=", value: object = 80) -> Criterion:
    return Criterion(id=fact, fact=fact, op=op, zh="条", en="c", citation="某办法", value=value)  # type: ignore[arg-type]  # any kind of value


RULE = CoverageRule(
    id="r-1", matter="zunlaojin", region="3209", valid_from=date(2014, 1, 1), basis=("某办法",), verified=False,
    when=(condition(),),
)  # fmt: skip


def asked(*rules: CoverageRule, day: date = DAY, division: str = "") -> CoverageFilter:
    return CoverageFilter(day=day, book=CoverageBook(rules or (RULE,), ("liulang",)), division=division)


def test_a_person_is_known_by_birth_date_and_place() -> None:
    rows = folded(COVERAGE, of_case("a", opened("a", "dibao", [OLD])))
    (case,), (member,) = table(rows, "coverage_cases"), table(rows, "coverage_members")
    assert (case["division"], case["settlement"], case["applicant"], case["stage"]) == (
        VILLAGE,
        "rural",
        "s-old",
        "opened",
    )
    assert (member["subject"], member["matter"], member["born"], member["gone"]) == ("s-old", "dibao", OLD_BORN, False)


OLD_BORN = date(1940, 2, 29)


def test_whoever_founds_an_association_is_not_looked_for() -> None:
    rows = folded(COVERAGE, of_case("b", founded("b", OLD)))
    assert [len(table(rows, each.name)) for each in COVERAGE.tables] == [0, 0, 0, 0]


def test_facts_are_those_of_the_applicant_by_matter_and_day() -> None:
    facts = FactsEstablished(DAY, "调查", {"grade": 2, "certificate_valid": True, "band": "dibao_severe"})
    told = of_case("a", opened("a", "canji-huli", [OLD]), facts, NoteAdded(text="备注"))
    rows = table(folded(COVERAGE, told), "coverage_facts")
    assert {(row["fact"], row["number"], row["word"]) for row in rows} == {
        ("grade", 2, None),
        ("certificate_valid", 1, None),
        ("band", None, "dibao_severe"),
    }
    assert {(row["matter"], row["subject"], row["since"], row["position"]) for row in rows} == {
        ("canji-huli", "s-old", DAY, 2)
    }


def test_a_case_that_moves_takes_its_people_along() -> None:
    told = of_case("a", opened("a", "dibao", [OLD]), CaseTransferred(DAY, VILLAGE, OTHER_TOWN_VILLAGE))
    (case,) = table(folded(COVERAGE, told), "coverage_cases")
    assert case["division"] == OTHER_TOWN_VILLAGE


def test_how_a_case_stands_follows_what_ends_it() -> None:
    told = of_case("a", opened("a", "zunlaojin", [OLD]), GrantStopped(from_month=DAY, reason="户籍迁出"))
    (case,) = table(folded(COVERAGE, told), "coverage_cases")
    assert case["stage"] == "stopped"


def test_a_temporary_identity_gives_way_to_the_person() -> None:
    unnamed = Person(SubjectId("temp-c-1"), "", "")
    told = of_case("c", opened("c", "liulang", [unnamed]), SubjectIdentified(unnamed.subject, OLD, DAY, "公安"))
    rows = folded(COVERAGE, told)
    assert [(row["subject"], row["born"], row["gone"]) for row in table(rows, "coverage_members")] == [
        ("temp-c-1", None, True),
        ("s-old", OLD_BORN, False),
    ]
    assert [row["applicant"] for row in table(rows, "coverage_cases")] == ["s-old"]


def test_a_name_put_right_is_right_on_the_list() -> None:
    correction = Correction(seq=1, field="applicant.name", value="劳", reason="错字")
    told = of_case("a", opened("a", "dibao", [OLD]), CorrectionAppended(correction=correction))
    assert [row["name"] for row in table(folded(COVERAGE, told), "coverage_members")] == ["劳"]


def test_somebody_is_served_from_the_day_of_the_grant_or_the_month_paid_back_to() -> None:
    late, back = given("a", "zunlaojin", date(2026, 4, 1)), given("b", "zunlaojin", date(2025, 12, 1))
    ended = EntitlementEnded(case=CaseId("b"), matter="zunlaojin", to_month=date(2026, 6, 1))
    rows = table(folded(COVERAGE, of_person(OLD, late, back, ended)), "coverage_grants")
    assert [(row["case_id"], row["since"], row["to_month"]) for row in rows] == [
        ("a", DAY, None),
        ("b", date(2025, 12, 1), date(2026, 6, 1)),
    ]


def test_the_places_are_one_level_below_the_one_asked_for() -> None:
    lengths = [covered_rows(asked(division=place)) for place in ("", "3209", "320903", "320903104", VILLAGE)]
    assert [query.params[0] for query in lengths if query] == [6, 6, 9, 12, 12]


def test_an_age_is_a_birth_date_on_the_day_asked_for() -> None:
    query = covered_rows(asked(day=date(2026, 2, 28)))
    assert query
    assert date(1946, 2, 28) in query.params
    assert query.sql.count("m.born <= %s") == 2


def test_a_smaller_region_is_left_to_its_own_rule() -> None:
    smaller = replace(RULE, id="r-2", region="320903")
    query = covered_rows(asked(RULE, smaller))
    assert query
    assert query.sql.count("NOT c.division LIKE %s") == 1
    assert [each for each in query.params if each in ("3209%", "320903%")] == ["3209%", "320903%", "320903%"]


def test_without_a_rule_in_force_nobody_is_asked_for() -> None:
    before = asked(day=date(2013, 12, 31))
    assert (covered_rows(before), missing_rows(before)) == (None, None)


def test_an_age_that_is_no_number_is_a_fault_of_the_data() -> None:
    with pytest.raises(RuleFault, match="age"):
        covered_rows(asked(replace(RULE, when=(condition(value="eighty"),))))


def test_a_list_goes_on_behind_its_last_row_and_nowhere_else() -> None:
    with pytest.raises(BadCursor):
        missing_rows(asked(), after="nonsense")
    assert missing_page([], 1).next == ""


def test_a_rate_is_rounded_down() -> None:
    def rate(eligible: int, served: int) -> int:
        return Covered("zunlaojin", "320903", "", eligible, served).permille

    assert [rate(1_000, 970), rate(3, 2), rate(1_000_000, 999_999), rate(0, 0)] == [970, 666, 999, 0]
