"""Leads and warnings in a real browser: from the list to the signal, verified, judged, and only then decided on."""

import re
from datetime import date
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.identity import demo_citizen_id
from tests.support.builders import DECIDER, HANDLER, VILLAGE
from tests.support.signals import send, signal
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

GRANTED = demo_citizen_id(date(1964, 1, 1), 1)
"""The applicant of the case whose grant runs."""


@pytest.fixture(scope="module")
def told(site: Site) -> Site:
    """The site, with a death against a running grant, and a certificate that opens something."""
    send(site.house, signal("hk-1", id_number=GRANTED, facts={"hukou_cancelled": True}))
    send(site.house, signal("hk-2", "custody", id_number=GRANTED, facts={"measure": "detained"}))
    certificate = signal("dp-1", "disability_issued", number=9, facts={"grade": 1, "class": "visual"})
    send(site.house, certificate, department="canlian")
    site.wait_for_views()
    return site


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def sign_in(page: Page, site: Site, back: str) -> None:
    page.goto(f"/ui/sign-in?back={back}")
    page.fill("[name=token]", site.token(HANDLER))
    page.locator("main").get_by_role("button").click()


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize(
    "path", ["/ui/leads?status=", "/ui/warnings", "/ui/signals/canlian/dp-1", "/ui/leads?kind=death"]
)
def test_a_page_is_clean_in_every_language_and_light(
    browser: Browser, told: Site, path: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, told, locale=locale, color_scheme=scheme) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 200
        clean(seen)


@pytest.mark.parametrize("path", ["/ui/leads", "/ui/warnings", "/ui/signals/gongan/hk-1"])
def test_a_page_fits_a_telephone_and_prints_without_controls(browser: Browser, told: Site, path: str) -> None:
    with watched(browser, told, viewport={"width": 390, "height": 800}) as seen:
        seen.page.goto(path)
        assert width_of(seen.page) <= 390
        seen.page.emulate_media(media="print")
        for control in seen.page.locator(".top nav, .filters, .pages").all():
            expect(control).to_be_hidden()


def test_the_lists_name_nobody_and_the_filters_narrow_them(browser: Browser, told: Site) -> None:
    with watched(browser, told) as seen:
        page = seen.page
        page.goto("/ui/warnings")
        expect(page.locator("tbody tr")).to_have_count(2)
        assert "样例" not in page.locator("main").inner_text()
        page.get_by_label("种类").select_option("death")
        page.get_by_role("button", name="查询").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("死亡")
        page.goto(f"/ui/leads?county={VILLAGE[:6]}")
        expect(page.locator("tbody tr")).to_contain_text("canji-huli")
        page.goto("/ui/leads?county=320981")
        expect(page.locator(".empty")).to_be_visible()
        clean(seen)


def test_a_stop_rests_on_what_somebody_has_judged(browser: Browser, told: Site) -> None:
    with watched(browser, told) as seen:
        page = seen.page
        sign_in(page, told, "/ui/warnings?kind=death")
        page.get_by_role("link", name="死亡").click()
        expect(page.locator("main")).to_contain_text("320971********")
        page.get_by_label("结论").select_option("confirmed")
        page.get_by_label("理由").fill("入户核实")
        page.get_by_role("button", name="认定").click()
        expect(page.get_by_role("alert")).to_contain_text("NOT_VERIFIED")
        page.get_by_label("核实方式").fill("与户籍窗口核对")
        page.get_by_role("button", name="核实").click()
        expect(page.locator("section", has_text="核实与认定")).to_contain_text("与户籍窗口核对")
        expect(page.get_by_role("button", name="核实")).to_have_count(0)
        page.get_by_label("结论").select_option("confirmed")
        page.get_by_label("理由").fill("入户核实")
        page.get_by_role("button", name="认定").focus()
        page.keyboard.press("Enter")
        expect(page.locator("section", has_text="核实与认定")).to_contain_text("属实")
        page.goto("/ui/warnings?status=confirmed")
        expect(page.locator("tbody tr")).to_have_count(1)
        faults = [fault for fault in seen.faults if "422" not in fault]  # the browser says so of every refusal
        assert faults == []
    stop_on(browser, told)


def stop_on(browser: Browser, told: Site) -> None:
    with watched(browser, told) as seen:
        page = seen.page
        page.goto("/ui/sign-in")
        page.fill("[name=token]", told.token(DECIDER))
        page.locator("main").get_by_role("button").click()
        page.goto(f"/ui/cases/{told.cases['granted']}/act/stop_grant")
        page.fill("[name=reason]", "死亡")
        page.fill("[name=signal]", "gongan:hk-2")
        page.locator("main").get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("VERDICT_MISSING")
        page.fill("[name=signal]", "gongan:hk-1")
        page.locator("main").get_by_role("button").click()
        expect(page).to_have_url(re.compile(rf"/ui/cases/{told.cases['granted']}"))
        assert told.stage("granted") == "stopped"
        page.goto("/ui/warnings?status=settled")
        expect(page.locator("tbody tr")).to_have_count(2)


def test_a_form_of_another_site_does_nothing(browser: Browser, told: Site) -> None:
    with watched(browser, told) as seen:
        sign_in(seen.page, told, "/ui/signals/canlian/dp-1")
        answer = seen.page.request.post(
            "/ui/signals/canlian/dp-1/judge",
            headers={"Origin": "https://elsewhere.invalid"},
            form={"verdict": "confirmed"},
        )
        assert answer.status == 403
        assert seen.page.request.get("/ui/signals/canlian/none").status == 404
        assert seen.page.request.get("/ui/leads?status=nonsense").status == 400
        assert seen.page.request.get("/ui/leads?after=nonsense").status == 400
