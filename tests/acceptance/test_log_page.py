"""The page of the transparency log in a real browser: heads, keys, verifying now, a forged event, on a phone."""

import pytest
from playwright.sync_api import Browser, expect

from adapters.postgres.connections import connect
from adapters.transparency.notary import turn
from adapters.transparency.setting_up import ensure_keys
from tests.support.logs import query, tamper
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PAGE = "/ui/audit/log"


@pytest.fixture
def signed(site: Site) -> Site:
    """The site's log with a published head."""
    house = site.house
    ensure_keys(house)
    with connect(house.locate, "anjuan_notary") as notary:
        turn(notary, house, now=house.now(), last=True)
    return site


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_verified_by_keyboard(browser: Browser, signed: Site, language: str) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, signed, locale=locale) as seen:
        seen.page.goto("/ui/audit")
        seen.page.get_by_role("link", name={"zh": "日志与证明", "en": "The log and its proofs"}[language]).click()
        clean(seen)
        seen.page.get_by_role("button", name={"zh": "立即核验", "en": "Verify now"}[language]).press("Enter")
        expect(seen.page.locator("[role=status]")).to_contain_text({"zh": "核验通过", "en": "Verified."}[language])
        expect(seen.page.locator("#keys-h + div tbody tr")).to_have_count(2)
        clean(seen)


def test_a_forged_event_is_named_on_a_phone(browser: Browser, signed: Site) -> None:
    url, flip = signed.house.conninfo, "UPDATE log.events SET state = set_byte(state, 30, %s) WHERE position = 9"
    honest = query(url, "SELECT get_byte(state, 30) FROM log.events WHERE position = 9")[0][0]
    tamper(url, flip, honest ^ 1)
    try:
        with watched(browser, signed, viewport={"width": 390, "height": 800}) as seen:
            seen.page.goto(f"{PAGE}?verify=now&lang=zh")
            expect(seen.page.locator("[role=status]")).to_contain_text("核验未通过")
            expect(seen.page.locator("#verify-h ~ div tbody tr").first).to_contain_text("STATE_ALTERED")
            assert width_of(seen.page) <= 390
            clean(seen)
    finally:
        tamper(url, flip, honest)


def test_a_step_of_a_case_leads_to_its_proof(browser: Browser, signed: Site) -> None:
    with watched(browser, signed, locale="zh-CN") as seen:
        seen.page.goto("/ui/cases?sort=opened")
        seen.page.locator(".list th a").first.click()
        link = seen.page.locator("#course li").first.get_by_role("link", name="收录证明")
        answer = seen.page.request.get(str(link.get_attribute("href")))
        assert answer.text().startswith("c2sp.org/tlog-proof@v1\nindex ")
