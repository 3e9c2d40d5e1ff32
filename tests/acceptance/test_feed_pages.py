"""Feeds in a real browser: what each department is given, how far it is, and whether it adds up."""

import json
from datetime import date, timedelta
from typing import Literal

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Locator, expect

from adapters.feeds.delivering import contract_in_force, hand_out
from adapters.feeds.held import read_holdings
from adapters.feeds.reconciling import reconcile
from adapters.house import House
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Delivered, feed_stream
from domain.feeds.reconciling import Key, Sum
from tests.support.houses import tell
from tests.support.reconciling import as_csv, held
from tests.support.samples import CONTRACT
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

TYPES = ("case.opened", "case.confirmed", "case.grant_started", "case.grant_stopped")
WHOLE = replace(
    CONTRACT, events=tuple(Delivered(name, ("from_month",) if "grant" in name else (), persons=True) for name in TYPES)
)


def contracts(today: date) -> list[Contract]:
    """Up to date, behind, with nothing in its scope, expired, and soon over."""
    last = today - timedelta(days=1)
    return [
        WHOLE,
        replace(WHOLE, department="canlian", title_zh="残疾人待遇", title_en="Disability"),
        replace(WHOLE, department="zhujian", matters=("tekun",), title_zh="住房", title_en="Housing"),
        replace(WHOLE, department="shenji", valid_until=last, title_zh="审计", title_en="Audit"),
        replace(WHOLE, department="renshe", valid_until=today + timedelta(days=30), title_zh="人社", title_en="Work"),
    ]


def theirs(house: House, lost: int = 0) -> dict[Key, Sum]:
    """What yibao was given, without the first so many; handed out like any other."""
    page = hand_out(house, contract_in_force(house, "yibao", "http"), 0)
    return read_holdings(as_csv(held([json.loads(message) for message in page.messages][lost:])).encode())


@pytest.fixture(scope="module")
def fed(site: Site) -> Site:
    """The site with contracts; yibao has all and has reconciled twice, canlian has a beginning."""
    house = site.house
    for contract in contracts(date.today()):  # noqa: DTZ011 a day more or less is far from any limit here
        tell(house.log, feed_stream(contract.department), ContractApproved(contract=contract))
    tell(house.log, feed_stream("gongan"), ContractApproved(contract=replace(WHOLE, department="gongan")))
    tell(house.log, feed_stream("gongan"), ContractEnded(department="gongan", version=1, reason="共享目的已实现"))
    reconcile(house, "yibao", theirs(house))
    hand_out(house, contract_in_force(house, "canlian", "http"), 0, _middle(house))
    return site


def _middle(house: House) -> int:
    """The position of the first message: whoever read no further has more before it."""
    (row, *_) = house.read("SELECT min(position) AS first FROM log.events WHERE type = 'case.opened'")
    first: int = row["first"]
    return first


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def row_of(seen: Watched, department: str) -> Locator:
    return seen.page.locator("tbody tr", has=seen.page.locator(f"a[href='/ui/feeds/{department}']"))


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("path", ["/ui/feeds", "/ui/feeds/yibao", "/ui/feeds/gongan"])
def test_a_page_is_clean_in_every_language_and_light(
    browser: Browser, fed: Site, path: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, fed, locale=locale, color_scheme=scheme) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 200
        clean(seen)


@pytest.mark.parametrize("path", ["/ui/feeds", "/ui/feeds/yibao"])
def test_a_page_fits_a_telephone_and_prints_whole(browser: Browser, fed: Site, path: str) -> None:
    with watched(browser, fed, viewport={"width": 390, "height": 800}) as seen:
        seen.page.goto(path)
        assert width_of(seen.page) <= 390
        seen.page.emulate_media(media="print")
        expect(seen.page.locator(".top nav")).to_be_hidden()
        for cell in seen.page.locator("tbody tr > :last-child").all():
            expect(cell).to_be_visible()


def test_what_stands_is_told_and_nobody_is_late_for_what_happened_elsewhere(browser: Browser, fed: Site) -> None:
    with watched(browser, fed) as seen:
        page = seen.page
        page.goto("/ui/cases")
        page.get_by_role("link", name="共享").click()
        expect(page.locator("tbody tr")).to_have_count(6)
        expect(row_of(seen, "yibao")).to_contain_text("有效")
        expect(row_of(seen, "yibao").locator("td").nth(4)).to_contain_text("无")
        expect(row_of(seen, "zhujian").locator("td").nth(3)).to_contain_text("尚未提供")
        expect(row_of(seen, "zhujian").locator("td").nth(4)).to_contain_text("无")
        expect(row_of(seen, "canlian").locator("td").nth(4)).to_contain_text("条")
        expect(row_of(seen, "shenji")).to_contain_text("已到期")
        expect(row_of(seen, "renshe")).to_contain_text("60 日内到期")
        expect(row_of(seen, "gongan")).to_contain_text("已终止")
        expect(row_of(seen, "gongan").locator("td").nth(4)).to_contain_text("—")
        assert "样例" not in page.locator("main").inner_text()
        clean(seen)


def test_a_reconcile_that_differs_is_seen_at_once(browser: Browser, fed: Site) -> None:
    with watched(browser, fed) as seen:
        page = seen.page
        page.goto("/ui/feeds")
        expect(row_of(seen, "yibao")).to_contain_text("全部一致")
        expect(row_of(seen, "canlian")).to_contain_text("从未对账")
        reconcile(fed.house, "yibao", theirs(fed.house, lost=1))
        page.reload()
        expect(row_of(seen, "yibao")).to_contain_text("行不一致")
        page.get_by_role("link", name="医保").focus()
        page.keyboard.press("Enter")
        expect(page.locator("section", has_text="对账记录").locator("tbody tr")).to_have_count(2)
        expect(page.locator("section", has_text="逐日提供").locator("tbody tr")).to_have_count(1)
        expect(page.locator("section", has_text="提供的事件与字段")).to_contain_text("起始月份")
        assert "样例" not in page.locator("main").inner_text()
        clean(seen)


def test_there_is_no_page_of_a_department_without_a_contract(browser: Browser, fed: Site) -> None:
    with watched(browser, fed) as seen:
        assert seen.page.request.get("/ui/feeds/sifa").status == 404
        assert seen.page.request.get("/ui/feeds/nobody").status == 404
