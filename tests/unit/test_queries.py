"""What the queries of read models make of filters, cursors and histograms; the rows are tested on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import asdict

from projections.query import BadCursor, cursor_key, cursor_text, starts_with
from projections.views.dashboard.queries import DashboardFilter, StepDays, count_rows, steps
from projections.views.worklist.queries import MOST_ROWS, WorklistFilter, order_for, worklist_page, worklist_rows
from projections.views.worklist.view import WorklistRow

AT = datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=UTC)


def test_a_cursor_gives_back_its_key() -> None:
    assert cursor_key("opened", cursor_text("opened", (AT, "a-1")), (datetime, str)) == (AT, "a-1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%%%",
        "é",
        cursor_text("due", (date(2026, 3, 2), "a")),
        cursor_text("opened", ("no time", "a")),
        cursor_text("opened", (AT,)),
        cursor_text("opened", (AT, "a", "b")),
        cursor_text("opened", (AT, "a\0")),
    ],
)
def test_a_cursor_not_made_for_this_order_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        cursor_key("opened", text, (datetime, str))


def test_a_prefix_is_taken_literally() -> None:
    assert starts_with(r"50%_\x") == r"50\%\_\\x%"


def test_only_filters_that_are_set_become_conditions() -> None:
    query = worklist_rows(WorklistFilter(stage="opened", division="320903000000", archived=False), limit=10_000)
    assert "stage = %s" in query.sql
    assert "matter" not in query.sql.partition("WHERE")[2]
    assert query.params == ("320903", "opened", False, MOST_ROWS + 1)
    village = worklist_rows(WorklistFilter(division="320903100003"), limit=10)
    assert village.params == ("320903100", "320903100003%", 11)


def test_numbers_that_begin_alike_are_listed_in_their_order_unless_duties_are_asked_for() -> None:
    where = WorklistFilter(number="320903-")
    assert [order_for(where, each) for each in ("opened", "due", "number")] == ["number", "due", "number"]
    assert order_for(WorklistFilter(), "opened") == "opened"
    first = worklist_rows(where, order_for(where, "opened"), limit=1)
    assert first.sql.partition("ORDER BY ")[2].startswith('number COLLATE "C", case_id')
    row = asdict(WorklistRow("c1", AT, AT, number="320903-1"))
    page = worklist_page([row, {**row, "case_id": "c2", "number": "320903-2"}], "number", 1)
    after = worklist_rows(where, "number", 1, page.next)
    assert after.params == ("320903-%", "320903-1", "320903-1", "c1", 2)


def test_a_page_without_a_further_row_has_no_cursor() -> None:
    assert worklist_page([], limit=1).next == ""


def test_divisions_are_counted_by_county_and_below_a_county_by_town() -> None:
    assert "left(division, 6)" in count_rows(("division",), DashboardFilter()).sql
    assert "left(division, 6)" in count_rows(("division",), DashboardFilter(division="3209")).sql
    assert "left(division, 9)" in count_rows(("division",), DashboardFilter(division="320903000000")).sql


def test_median_and_p90_are_exact_and_never_between_days() -> None:
    def bars(step: str, days: dict[int, int]) -> list[dict[str, object]]:
        return [{"matter": "dibao", "step": step, "days": day, "cases": cases} for day, cases in days.items()]

    found = steps([*bars("accepted", {0: 5, 3: 4, 40: 1}), *bars("notice", {7: 1}), *bars("opened", {1: 1, 2: 1})])
    assert found == [
        StepDays(matter="dibao", step="accepted", cases=10, median=0, p90=3),
        StepDays(matter="dibao", step="notice", cases=1, median=7, p90=7),
        StepDays(matter="dibao", step="opened", cases=2, median=1, p90=2),
    ]
