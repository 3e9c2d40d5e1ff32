"""One household, one file, and who is owed what, in a real browser: from a case to its people and back."""

import re
from datetime import date
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.cases.events.closing import CaseWithdrawn
from domain.cases.events.decision import Confirmed
from domain.cases.events.intake import CaseAccepted, SubjectIdentified
from domain.cases.parts import Due, Person
from domain.kernel import Event, Fen, SubjectId
from tests.support.builders import DIRECTOR, OTHER_VILLAGE
from tests.support.builders import VILLAGE as DIRECTORS_VILLAGE
from tests.support.people import given, of_case, of_person, opened, somebody, write
from tests.support.site import VILLAGE, Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

DUE = Due(what="opinion", on=date(2026, 3, 25))
APRIL = date(2026, 4, 1)
GRANDMOTHER = somebody("grandmother", date(1940, 4, 1), 2)
SON = somebody("son", date(1965, 6, 2), 3, "子女")
NEIGHBOUR = somebody("neighbour", date(1941, 7, 3), 4)
DISTANT = somebody("distant", date(1939, 7, 3), 6)
UNNAMED = Person(SubjectId("temp-shelter-1"), "", "")
GRANT = Confirmed(
    confirmed_on=date(2026, 3, 24), amount=Fen(78_000), standard=Fen(78_000), persons=2, monthly_income=Fen(0),
    rule="rule", from_month=APRIL, due=DUE,
)  # fmt: skip
TOLD: list[tuple[str, Event]] = [
    *of_case("shelter", opened("shelter", "liulang", [UNNAMED], VILLAGE)),
    *of_case("dibao", opened("dibao", "dibao", [GRANDMOTHER, SON], VILLAGE)),
    *of_case("dibao", CaseAccepted(accepted_on=date(2026, 3, 4), rule="rule", due=DUE), GRANT),
    *of_person(GRANDMOTHER, given("dibao", "dibao", APRIL, 78_000)),
    *of_person(SON, given("dibao", "dibao", APRIL, 78_000)),
    *of_case("care", opened("care", "canji-huli", [SON], VILLAGE)),
    *of_case("shelter", SubjectIdentified(UNNAMED.subject, SON, date(2026, 5, 5), "公安")),
    *of_case("old", opened("old", "zunlaojin", [NEIGHBOUR], VILLAGE), CaseWithdrawn(withdrawn_on=date(2026, 3, 9))),
    *of_case("far", opened("far", "dibao", [DISTANT], DIRECTORS_VILLAGE)),
    *of_case("near", opened("near", "dibao", [somebody("near", date(1938, 1, 1), 8)], OTHER_VILLAGE)),
]


@pytest.fixture(scope="module")
def town(site: Site) -> Site:
    """The site, with a household of three matters and some old people who receive nothing for their age."""
    write(site.house.log, *TOLD)
    site.wait_for_views()
    return site


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def rows_under(page: Page, heading: str) -> list[str]:
    """The rows of the table under a heading, as they are read."""
    found = page.get_by_role("region", name=re.compile(heading)).locator("tbody tr").all_inner_texts()
    return [re.sub(r"\s+", " ", text).strip() for text in found]


PATHS = {
    "household": f"/ui/persons/{SON.subject}",
    "coverage": "/ui/coverage",
    "coverage of all matters": "/ui/coverage?matter=all",
    "coverage of a village": f"/ui/coverage?county={VILLAGE[:6]}&town={VILLAGE[:9]}&village={VILLAGE}",
    "coverage where nobody is": "/ui/coverage?county=320981",
}


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_page_is_clean_in_every_language_and_light(
    browser: Browser, town: Site, path: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, town, locale=locale, color_scheme=scheme) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 200
        headings = {"zh": "一户一档|应享尽享", "en": "Household file|Coverage"}
        expect(seen.page.locator("h1")).to_have_text(re.compile(headings[language]))
        clean(seen)


@pytest.mark.parametrize("path", [PATHS["household"], PATHS["coverage"]])
def test_a_page_fits_a_telephone_and_prints_without_controls(browser: Browser, town: Site, path: str) -> None:
    with watched(browser, town, viewport={"width": 390, "height": 800}) as seen:
        seen.page.goto(path)
        assert width_of(seen.page) <= 390
        seen.page.emulate_media(media="print")
        for control in seen.page.locator(".top nav, .filters, .pages").all():
            expect(control).to_be_hidden()
        assert seen.page.pdf(format="A4").startswith(b"%PDF-")


def test_a_case_leads_to_the_file_of_its_household(browser: Browser, town: Site) -> None:
    with watched(browser, town) as seen:
        page = seen.page
        page.goto("/ui/cases/care")
        page.get_by_role("link", name="某son").click()
        expect(page).to_have_url(re.compile(r"/ui/persons/s-son$"))
        expect(page.locator("h1")).to_have_text("一户一档: 某son")
        assert [row.split(" ")[0] for row in rows_under(page, "^案件$")] == [
            "320903-shelter",
            "320903-dibao",
            "320903-care",
        ]
        events = [row.split(" ")[2] for row in rows_under(page, "^经过$")]
        assert events == ["申请登记", "申请登记", "受理", "确认", "申请登记", "身份查明"]
        clean(seen)


def test_the_file_says_who_they_are_and_what_they_receive(browser: Browser, town: Site) -> None:
    with watched(browser, town) as seen:
        page = seen.page
        page.goto(PATHS["household"])
        members = rows_under(page, "家庭成员")
        assert members[0].startswith("某son 身份查明前的临时身份：1 个 320971********")
        assert [member.split(" ")[0] for member in members] == ["某son", "某grandmother"]
        assert SON.id_number not in page.content()
        assert GRANDMOTHER.id_number not in page.content()
        received = rows_under(page, "在享待遇")
        assert [row.split(" ")[0] for row in received] == ["某grandmother", "某son"]
        assert all("780.00 2026-04-01 — 已确认" in row for row in received)
        expect(page.locator("tr", has_text="确认").filter(has_text="780.00 元、自 2026-04 起")).to_have_count(1)
        page.get_by_role("link", name="某grandmother").click()
        expect(page.locator("h1")).to_have_text("一户一档: 某grandmother")
        page.get_by_role("region", name="经过").get_by_role("link", name="受理").click()
        expect(page).to_have_url(re.compile(r"/ui/cases/dibao\?version=2$"))


@pytest.mark.parametrize("path", ["/ui/persons/nobody", "/ui/persons/%00", f"/ui/persons/{'s' * 300}"])
def test_whom_no_case_names_is_not_found(browser: Browser, town: Site, path: str) -> None:
    with watched(browser, town) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 404


@pytest.mark.parametrize("query", ["on=never", "after=x", "county=%00"])
def test_a_condition_that_is_none_is_refused_with_a_page(browser: Browser, town: Site, query: str) -> None:
    with watched(browser, town) as seen:
        answer = seen.page.goto(f"/ui/coverage?{query}")
        assert answer
        assert answer.status == 400


def test_the_menu_leads_to_coverage_and_its_list_to_the_person(browser: Browser, town: Site) -> None:
    with watched(browser, town) as seen:
        page = seen.page
        page.goto("/ui/cases")
        wanted = page.locator(".top nav a", has_text="应享")
        for _ in range(12):
            page.keyboard.press("Tab")
            if wanted.evaluate("link => link === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("应享尽享")
        assert rows_under(page, "^应享尽享$") == ["盐都区 农村 2 0 2 0.0%", "盐都区 城镇 2 0 2 0.0%"]
        expect(page.locator("svg.chart rect")).to_have_count(2)
        expect(page.locator("main")).to_contain_text("年满80周岁")
        expect(page.locator(".badge.soon").first).to_have_text("未核对原文")
        neighbour = page.locator(".list tr", has_text="某neighbour")
        expect(neighbour).to_contain_text("已撤回")
        neighbour.get_by_role("link", name="某neighbour").click()
        expect(page.locator("h1")).to_have_text("一户一档: 某neighbour")


def test_the_day_changes_who_is_old_enough(browser: Browser, town: Site) -> None:
    with watched(browser, town) as seen:
        page = seen.page
        page.goto("/ui/coverage")
        page.locator("input[name=on]").fill("2020-03-31")
        page.get_by_role("button", name="查询").click()
        assert "on=2020-03-31" in page.url
        assert [row.split(" ")[0] for row in rows_under(page, "应享未享名单")] == ["某distant", "某near"]


def test_a_villages_director_sees_the_people_of_the_village_first(browser: Browser, town: Site) -> None:
    with watched(browser, town) as seen:
        page = seen.page
        page.goto("/ui/sign-in")
        page.locator("input[name=token]").fill(town.token(DIRECTOR))
        page.locator("main button").click()
        page.goto("/ui/coverage")
        assert [row.split(" ")[0] for row in rows_under(page, "应享未享名单")] == ["某distant"]
        page.goto("/ui/coverage?county=")
        assert len(rows_under(page, "应享未享名单")) == 4
