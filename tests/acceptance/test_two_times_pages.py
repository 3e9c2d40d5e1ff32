"""A case in two times in a real browser: dates by keyboard, badges, differences, on a phone, on paper."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.calendar import CIVIL_ZONE
from domain.cases.actions.add_note import AddNote
from domain.cases.actions.append_correction import AppendCorrection
from domain.kernel import CaseId
from tests.support.builders import HANDLER, by
from tests.support.houses import request
from tests.support.journeys import step
from tests.support.scenario import Step
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PHONE = "13900001234"
INCOME = "household.monthly_income"


@pytest.fixture(scope="module")
def case_id(site: Site) -> str:
    """The granted case: then a note of its second week is told, and three things of it are corrected."""
    found = CaseId(site.cases["granted"])
    told = (
        step("add_note", AddNote(text="上午走访"), by(HANDLER, "2026-03-10", at="09:10")),
        correction(1, INCOME, "52000"),
        correction(1, "applicant.phone", PHONE),
        correction(9, "amount", "100000"),
    )
    for each in told:
        site.house.handle(request(each, found))
    return found


def correction(seq: int, field: str, value: str) -> Step:
    command = AppendCorrection(seq=seq, field=field, value=value, reason="录入错误")
    return step("append_correction", command, by(HANDLER, "2026-04-02"))


def known_before(site: Site, case_id: str, seq: int) -> str:
    """A moment, as the address has it, at which the step before this one was the last that was known."""
    at = site.house.log.stream(f"case-{case_id}")[seq - 2].recorded_at
    return at.astimezone(CIVIL_ZONE).replace(tzinfo=None).isoformat()


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def badges(page: Page, seq: int) -> list[str]:
    """What stands out at a step, by its number in the order of recording."""
    line = page.locator(".course > li").filter(has=page.locator(".seq", has_text=re.compile(f"^{seq}$")))
    return line.locator(".remarks .badge").all_inner_texts()


def test_a_date_and_the_enter_key_lead_to_the_case_of_that_day(browser: Browser, site: Site, case_id: str) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}")
        # In which order the digits of a date are typed is a matter of the browser's own language.
        page.get_by_label("当时情况").fill("2026-03-10")
        page.get_by_label("当时情况").press("Enter")
        expect(page).to_have_url(re.compile(r"by=happened&on=2026-03-10&as_of="))
        expect(page.locator(".asked")).to_have_text("2026-03-10 日终了时的案卷、按现在所知")
        expect(page.get_by_label("当时情况")).to_have_value("2026-03-10")
        expect(page.locator(".glance strong").first).to_have_text("已受理")
        numbers = page.locator(".course .seq").all_inner_texts()
        assert numbers == ["1", "2", "3", "4", "5", "12"]
        clean(seen)


def test_each_step_says_that_it_was_late_out_of_order_or_corrected(browser: Browser, site: Site, case_id: str) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}?by=happened")
        assert badges(page, 12) == ["倒序", "迟录"]
        assert badges(page, 1) == ["迟录", "已更正", "已更正"]
        assert badges(page, 13) == ["迟录", "更正"]
        assert badges(page, 5) == ["迟录"]
        remarks = page.locator(".remarks")
        expect(remarks.filter(has_text="自第 1 步起生效").first).to_contain_text("500.00 → 520.00")
        expect(remarks.filter(has_text="案卷状态不变").first).to_contain_text("1,060.00 → 1,000.00")
        expect(page.locator(".tallies")).to_contain_text("倒序")
        assert PHONE not in page.content(), "phone numbers are covered"
        assert "139******34" in page.content()
        clean(seen)


def test_what_was_known_then_stands_beside_what_is_known_now(browser: Browser, site: Site, case_id: str) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}?by=happened&on=2026-03-10&as_of={known_before(site, case_id, 12)}")
        for row in (
            "家庭月收入（元） 500.00 520.00 第 13 步",
            "家庭成员 1 · 电话 — 139\\*+34 第 14 步",
            "备注（条） 0 1 第 12 步",
        ):
            expect(page.get_by_role("row", name=re.compile(f"^{row}"))).to_be_visible()
        expect(page.locator("#state")).to_contain_text("500.00")
        expect(page.locator("#state")).not_to_contain_text("520.00")
        clean(seen)
        page.goto(f"/ui/cases/{case_id}?by=happened&on=2026-03-10")
        expect(page.locator("#state")).to_contain_text("520.00")
        expect(page.locator("#learned-h")).to_have_count(0)


def test_from_a_step_one_goes_to_what_was_known_when_it_was_recorded(
    browser: Browser, site: Site, case_id: str
) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}?by=happened&on=2026-03-10")
        page.get_by_label(re.compile("^1 .*查看本步登记时所知$")).click()
        expect(page).to_have_url(re.compile(r"on=2026-03-10&as_of=20\d\d-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ"))
        expect(page.locator("input[name=as_of]")).to_have_attribute("type", "datetime-local")
        expect(page.locator("input[name=as_of]")).not_to_have_value("")
        expect(page.locator(".asked")).to_contain_text("按截至")
        page.locator(".past button").click()
        expect(page.locator(".asked")).to_contain_text("按截至")
        clean(seen)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("on=2026-03-10&as_of=2026-03-10", "当时尚不知有此案卷"),
        ("on=2026-03-01", "当日此案尚未发生：始于 2026-03-02 09:30"),
    ],
)
def test_a_case_that_was_not_there_is_told_as_such(
    browser: Browser, site: Site, case_id: str, query: str, sentence: str
) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/cases/{case_id}?by=happened&{query}")
        expect(seen.page.locator(".note")).to_contain_text(sentence)
        expect(seen.page.locator(".course")).to_have_count(0)
        clean(seen)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("on=2999-01-01", "MOMENT_IN_FUTURE"),
        ("as_of=2999-01-01", "MOMENT_IN_FUTURE"),
        ("on=rubbish", "INVALID_VALUE"),
        ("as_of=2026-13-01T00:00", "INVALID_VALUE"),
        ("as_of=9999-12-31T23:59:59Z", "MOMENT_IN_FUTURE"),
        ("as_of=0001-01-01T00:00%2B14:00", "INVALID_VALUE"),
    ],
)
def test_a_date_that_cannot_be_asked_is_said_with_its_code_and_the_form_stays(
    browser: Browser, site: Site, case_id: str, query: str, code: str
) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(f"/ui/cases/{case_id}?by=happened&{query}")
        assert answer
        assert answer.status == 400
        expect(seen.page.get_by_role("alert")).to_contain_text(code)
        expect(seen.page.get_by_label("当时情况")).to_be_visible()
        assert seen.serious() == []


@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_the_page_is_clean_in_every_language_and_light(
    browser: Browser, site: Site, case_id: str, locale: str, scheme: Literal["light", "dark"]
) -> None:
    with watched(browser, site, locale=locale, color_scheme=scheme) as seen:
        for query in ("", "&on=2026-03-10", "&on=2026-03-10&as_of=2026-03-10"):
            seen.page.goto(f"/ui/cases/{case_id}?by=happened{query}")
            expect(seen.page.locator("html")).to_have_attribute("lang", {"zh-CN": "zh-CN", "en-GB": "en"}[locale])
            clean(seen)


def test_it_works_without_scripts_on_a_phone(browser: Browser, site: Site, case_id: str) -> None:
    phone = {"width": 390, "height": 780}
    with watched(browser, site, viewport=phone, java_script_enabled=False) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}")
        page.get_by_label("当时情况").fill("2026-03-10")
        page.get_by_role("button", name="按发生先后查看").click()
        expect(page.locator(".course > li")).to_have_count(6)
    with watched(browser, site, viewport=phone) as seen:
        seen.page.goto(f"/ui/cases/{case_id}?by=happened&as_of={known_before(site, case_id, 12)}")
        assert width_of(seen.page) == 390


def test_on_paper_the_two_times_the_differences_and_the_badges_stay_and_the_form_goes(
    browser: Browser, site: Site, case_id: str
) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{case_id}?by=happened&on=2026-03-10&as_of={known_before(site, case_id, 12)}")
        page.emulate_media(media="print")
        for shown in (".asked", "#learned-h", ".course > li >> nth=0", ".remarks .badge >> nth=0"):
            expect(page.locator(shown)).to_be_visible()
        expect(page.locator("input[name=on]")).to_be_hidden()


def test_a_case_of_an_older_system_has_its_two_times_too(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/cases/{site.cases['legacy']}?by=happened&on=2026-03-02")
        expect(seen.page.locator(".course > li")).to_have_count(3)
        clean(seen)
