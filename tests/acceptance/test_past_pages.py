"""Pages as of a past moment in a real browser: by form and keyboard, without scripts, on paper, on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.projector import asides
from adapters.projector.asides import Aside
from adapters.projector.sessions import session
from domain.calendar import CIVIL_ZONE
from projections.registry import VIEWS
from tests.support.builders import HANDLER
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PAGES = {
    "worklist": "/ui/cases?sort=opened",
    "dashboard": "/ui/dashboard?matter=dibao",
    "duties": "/ui/duties?state=overdue",
    "parity": "/ui/parity?matter=all",
}


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def position_of(site: Site, name: str, version: int) -> int:
    """Where the log has a step of a case."""
    return site.house.log.stream(f"case-{site.cases[name]}")[version - 1].position


def at(path: str, position: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}at_position={position}"


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_past_page_says_so_and_is_clean(
    browser: Browser, site: Site, path: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    position = position_of(site, "granted", 4)
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, site, locale=locale, color_scheme=scheme) as seen:
        seen.page.goto(at(path, position))
        banner = seen.page.locator(".then")
        expect(banner).to_contain_text({"zh": "不是现状", "en": "not as it is now"}[language])
        expect(banner).to_contain_text(f"{position:,}")
        clean(seen)
        banner.get_by_role("link").click()
        expect(banner).to_have_count(0)
        assert seen.page.url.endswith(path), "the filters stay"


def test_the_list_of_then_keeps_its_moment_through_filters_tabs_cases_and_other_pages(
    browser: Browser, site: Site
) -> None:
    position = position_of(site, "granted", 4)
    known = len({each.stream for each in site.house.log.read(0, position) if each.stream.startswith("case-")})
    with watched(browser, site) as seen:
        page, rows, banner = seen.page, seen.page.locator(".list tbody tr"), seen.page.locator(".then")
        page.goto(at("/ui/cases?sort=opened", position))
        expect(rows).to_have_count(known)
        page.locator("select[name=matter]").select_option("dibao")
        page.get_by_role("button", name="查询").click()
        expect(banner).to_be_visible()
        page.locator(".tabs a").first.click()
        expect(banner).to_be_visible()
        page.get_by_role("link", name="清除条件").click()
        expect(banner).to_be_visible()
        page.goto(at("/ui/cases?sort=opened", position))
        page.locator(f".list a[href*='{site.cases['granted']}']").click()
        expect(page.locator("#where")).to_contain_text("第 4 步")
        page.get_by_role("link", name="返回案件列表").click()
        expect(banner).to_be_visible()
        page.get_by_role("link", name="职责").first.click()
        expect(banner).to_contain_text(f"{position:,}")
        page.get_by_role("link", name="English").click()
        expect(banner).to_contain_text(f"Log position {position:,}")
        clean(seen)


def test_a_moment_is_asked_for_by_keyboard_and_without_scripts(browser: Browser, site: Site) -> None:
    with watched(browser, site, java_script_enabled=False) as seen:
        page, rows = seen.page, seen.page.locator(".list tbody tr")
        page.goto("/ui/cases?sort=opened&stage=stopped")
        expect(rows).to_have_count(1)
        page.locator("input[name=at]").focus()
        page.keyboard.type("01012020")
        page.keyboard.press("Enter")
        expect(page.locator(".then")).to_contain_text("当时尚无任何记录")
        assert re.search(r"[?&]at=2020-01-01", page.url)
        assert "stage=stopped" in page.url
        expect(page.locator(".empty")).to_be_visible()
        page.locator("input[name=at_position]").fill(str(site.house.log.head().position))
        page.keyboard.press("Enter")
        expect(rows).to_have_count(1)
        assert "at=2020" not in page.url


def test_a_time_of_a_day_is_asked_for(browser: Browser, site: Site) -> None:
    now = datetime.now(UTC)
    local = (now - timedelta(seconds=1)).astimezone(CIVIL_ZONE)
    with watched(browser, site) as seen:
        seen.page.goto("/ui/dashboard")
        seen.page.locator("input[name=at]").fill(f"{local:%Y-%m-%d}")
        seen.page.locator("input[name=at_time]").fill(f"{local:%H:%M:%S}")
        seen.page.get_by_role("button", name="查看当时").click()
        expect(seen.page.locator(".then")).to_contain_text(f"截至 {local:%Y-%m-%d %H:%M:%S} 的情况")
        expect(seen.page.locator(".moment input[name=at_time]")).to_have_value(f"{local:%H:%M:%S}")
        seen.page.get_by_role("link", name="案件列表").click()
        expect(seen.page.locator(".then")).to_contain_text(f"{local:%H:%M:%S}")
        seen.page.locator(".list tbody a").first.click()
        expect(seen.page.locator(".note")).to_contain_text(f"截至 {local:%Y-%m-%d %H:%M:%S} 已记录至第")
        clean(seen)


def test_a_moment_that_has_not_come_is_told_with_the_form_to_choose_another(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto("/ui/dashboard?matter=dibao&at=2999-01-01")
        assert answer
        assert answer.status == 409
        expect(seen.page.locator("h1")).to_have_text("该时刻尚未到来")
        assert seen.serious() == []
        seen.page.locator("input[name=at_position]").fill("3")
        seen.page.get_by_role("button", name="查看该位置").click()
        expect(seen.page.locator(".then")).to_contain_text("日志位置 3")
        assert "matter=dibao" in seen.page.url


def test_a_page_that_is_being_built_shows_how_far_it_is_and_then_itself(browser: Browser, site: Site) -> None:
    position = position_of(site, "granted", 6)
    with watched(browser, site, java_script_enabled=False) as seen, building_elsewhere(site, position) as holding:
        page = seen.page
        answer = page.goto(at("/ui/parity?matter=all", position))
        assert answer
        assert answer.status == 202
        expect(page.locator("progress")).to_be_visible()
        expect(page.locator("h1")).to_have_text("正在构建当时的视图")
        holding.close()  # the other process is gone: this one goes on with it
        expect(page.locator(".then")).to_contain_text(f"日志位置 {position:,}", timeout=20_000)
        assert page.url.endswith(at("/ui/parity?matter=all", position))
        assert seen.foreign == []


def test_the_page_of_progress_is_clean(browser: Browser, site: Site) -> None:
    position = position_of(site, "granted", 7)
    with watched(browser, site) as seen, building_elsewhere(site, position):
        seen.page.goto(at("/ui/parity?matter=all", position))
        expect(seen.page.locator("progress")).to_be_visible()
        clean(seen)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_past_page_fits_a_phone_and_paper(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site, viewport={"width": 390, "height": 800}) as seen:
        page = seen.page
        page.goto(at(path, position_of(site, "granted", 4)))
        assert width_of(page) <= 390
        for name in ("at", "at_time", "at_position"):
            expect(page.locator(f"input[name={name}]:visible")).to_be_in_viewport(ratio=0)
        page.emulate_media(media="print")
        expect(page.locator(".then strong")).to_be_visible()
        expect(page.locator(".moment")).to_be_hidden()


def test_after_an_act_the_next_page_has_it(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site)
        page.goto(f"/ui/cases/{site.cases['stopped']}/act/add_note")
        page.locator("[name=text]").fill("已电话联系")
        page.locator("form.paper button").click()
        page.wait_for_url(re.compile(r"\?after=\d+"))
        page.goto("/ui/cases?sort=opened&stage=stopped")
        expect(page.locator(".list tbody td").last).to_have_text(f"{datetime.now(CIVIL_ZONE):%Y-%m-%d}")
        clean(seen)


def sign_in(page: Page, site: Site) -> None:
    page.goto("/ui/sign-in")
    page.locator("input[name=token]").fill(site.token(HANDLER))
    page.locator("main button").click()
    expect(page.locator(".who")).to_contain_text(HANDLER.title_zh)


class Holding:
    """Another process that has begun to build a view and does not come on."""

    def __init__(self, site: Site, position: int) -> None:
        self._session = session(site.house.locate)
        connection, name = self._session.__enter__()
        made: Aside = asides.make(connection, "moment", [VIEWS["parity"]], position)
        asides.own(connection, made, name)
        self._connection = connection

    def close(self) -> None:
        """Be gone."""
        self._connection.close()


@contextmanager
def building_elsewhere(site: Site, position: int) -> Iterator[Holding]:
    holding = Holding(site, position)
    try:
        yield holding
    finally:
        holding.close()
