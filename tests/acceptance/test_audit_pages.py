"""Audit questions in a real browser: from the list to the events, in both languages, on a phone and on paper."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

LIST, QUESTION = "/ui/audit?on=2026-06-30", "/ui/audit/6?on=2026-06-30"


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def narrow(seen: Watched) -> None:
    assert width_of(seen.page) <= 390
    clean(seen)


def to_a_proof(page: Page) -> None:
    """From the list to the events of the first finding."""
    page.goto(LIST)
    page.get_by_role("link", name="超时限办结").click()
    page.locator(".list tbody tr").first.get_by_role("link", name=re.compile("依据事件")).click()


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_list_question_and_proof_are_clean(
    browser: Browser, site: Site, language: str, scheme: Literal["light", "dark"]
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, site, locale=locale, color_scheme=scheme) as seen:
        heads = {"zh": ("审计问题", "6. 超时限办结"), "en": ("Audit questions", "6. Over the time limit")}[language]
        for path, head in zip((LIST, QUESTION), heads, strict=True):
            seen.page.goto(path)
            expect(seen.page.locator("h1")).to_have_text(head)
            clean(seen)
        seen.page.locator(".list tbody tr").first.get_by_role("link").last.click()
        expect(seen.page.locator("#proofs-h")).to_have_text(re.compile({"zh": "依据事件", "en": "prove it"}[language]))
        clean(seen)


def test_a_finding_leads_to_the_events_and_the_case_as_it_stood(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        to_a_proof(page)
        expect(page.locator(".note")).to_contain_text("不是结论")
        number = page.locator("h1").inner_text()
        first = page.locator(".course > li").first
        expect(first).to_contain_text("开始计时，截止")
        address = first.get_by_role("link").get_attribute("href") or ""
        assert re.search(r"/ui/cases/[^?]+\?version=\d+$", address)
        first.get_by_role("link").click()
        expect(page.locator("h1")).to_have_text(number)
        assert page.locator("#where").inner_text().startswith(f"第 {address.rpartition('=')[2]} 步")


def test_the_day_that_is_asked_about_goes_along(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto("/ui/audit")
        page.locator("input[name=on]").fill("2026-03-05")
        page.get_by_role("button", name="查询").click()
        row = page.locator("tbody tr", has_text="超时限办结")
        expect(row.locator("td").nth(1)).to_have_text("0")
        page.get_by_role("link", name="超时限办结").click()
        expect(page.locator(".lead")).to_contain_text("截至 2026-03-05")
        expect(page.locator("main")).to_contain_text("没有符合条件的疑点")
        clean(seen)


def test_kind_and_county_limit_what_is_shown(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(QUESTION)
        expect(page.locator("svg.chart")).to_have_count(2)
        page.locator("select[name=kind]").select_option("open")
        page.locator("select[name=county]").select_option("320903")
        page.get_by_role("button", name="查询").click()
        rows = page.locator(".list tbody tr")
        kinds = rows.locator("td.said small").all_inner_texts()
        assert kinds
        assert [text for text in kinds if not text.startswith("逾期未完成")] == []
        page.locator("select[name=county]").select_option("320904")
        page.get_by_role("button", name="查询").click()
        expect(page.locator(".empty")).to_be_visible()


@pytest.mark.parametrize("path", ["/ui/audit/1", "/ui/audit/99", "/ui/audit/6/1-accept"])
def test_what_is_not_asked_or_not_found_is_a_page(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 404
        assert seen.serious() == []


@pytest.mark.parametrize("query", ["on=never", "after=rubbish", "county=%00"])
def test_a_condition_that_is_none_is_refused_with_a_page(browser: Browser, site: Site, query: str) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(f"/ui/audit/6?{query}")
        assert answer
        assert answer.status == 400


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, site: Site) -> None:
    with watched(browser, site, viewport={"width": 390, "height": 844}) as seen:
        page = seen.page
        for path in (LIST, QUESTION):
            page.goto(path)
            narrow(seen)
        to_a_proof(page)
        narrow(seen)


def test_the_proof_prints_without_controls(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        to_a_proof(seen.page)
        seen.page.emulate_media(media="print")
        expect(seen.page.locator(".top nav")).to_be_hidden()
        expect(seen.page.locator(".course > li").first).to_be_visible()
        assert seen.page.pdf(format="A4").startswith(b"%PDF-")


def test_the_questions_are_reached_by_keyboard(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(LIST)
        wanted = page.get_by_role("link", name="重复享受互斥待遇")
        for _ in range(40):
            page.keyboard.press("Tab")
            if wanted.evaluate("link => link === document.activeElement"):
                break
        expect(wanted).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("2. 重复享受互斥待遇")
        expect(page.locator(".top nav [aria-current=page]")).to_have_text("审计")
