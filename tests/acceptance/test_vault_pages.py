"""Erasures and reads on record in a real browser, and what is left of an erased person on the pages of their case."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from adapters.erasing.run import By, Eraser, erase
from adapters.postgres.embedded import EmbeddedServer
from domain.kernel import SubjectId
from tests.support import database
from tests.support.erasable import MOTHER, SON, TOLD, TRACES
from tests.support.houses import house_on, set_up
from tests.support.people import write
from tests.support.serving import projected
from tests.support.site import Site, Watched, serving, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

CASE = "/ui/cases/canary"


@pytest.fixture(scope="module")
def forgetful(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A bureau that has erased somebody."""
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, house_on(url, home) as house:
        set_up(house.log)
        write(house.log, *TOLD)
        with projected(house), serving(house) as address:
            here = Site(address, house, {})
            here.wait_for_views()
            by = By("test", "", datetime.now(UTC))
            erase(
                Eraser(house.locate, house.log),
                SubjectId(MOTHER.subject),
                ("本人申请", "《个人信息保护法》第四十七条"),
                by,
            )
            here.wait_for_views()
            yield here


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious(), seen.foreign) == ([], [], [])


def nothing_is_left(seen: Watched) -> None:
    text = seen.page.content()
    assert [trace for trace in TRACES if trace in text] == []


@pytest.mark.parametrize(("language", "erased"), [("zh", "〔已抹除〕"), ("en", "[erased]")])
def test_the_case_of_an_erased_person_says_so_and_shows_the_others(
    browser: Browser, forgetful: Site, language: str, erased: str
) -> None:
    with watched(browser, forgetful) as seen:
        seen.page.goto(f"{CASE}?lang={language}")
        expect(seen.page.get_by_text(erased).first).to_be_visible()
        expect(seen.page.get_by_text(SON.name).first).to_be_visible()
        nothing_is_left(seen)
        clean(seen)
        seen.page.goto(f"{CASE}?by=happened&lang={language}")
        nothing_is_left(seen)
        clean(seen)


@pytest.mark.parametrize("address", ["/ui/cases", f"/ui/persons/{MOTHER.subject}", "/ui/coverage?matter=ALL", CASE])
def test_no_page_shows_anything_of_an_erased_person(browser: Browser, forgetful: Site, address: str) -> None:
    with watched(browser, forgetful) as seen:
        assert seen.page.goto(address).status == 200  # type: ignore[union-attr]  # it is an answer
        nothing_is_left(seen)
        clean(seen)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_erasure_is_listed_with_what_proves_it(browser: Browser, forgetful: Site, language: str) -> None:
    with watched(browser, forgetful, viewport={"width": 390, "height": 800}) as seen:
        seen.page.goto(f"/ui/audit?lang={language}")
        seen.page.get_by_role("link", name={"zh": "个人信息抹除", "en": "Erasures"}[language]).press("Enter")
        row = seen.page.locator("tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(MOTHER.subject)
        expect(row).to_contain_text({"zh": "已抹除", "en": "Erased"}[language])
        assert width_of(seen.page) <= 390
        clean(seen)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_has_read_a_case_is_a_link_away(browser: Browser, forgetful: Site, language: str) -> None:
    with watched(browser, forgetful, viewport={"width": 390, "height": 800}) as seen:
        seen.page.goto(f"/ui/cases/other?lang={language}")
        seen.page.get_by_role("link", name={"zh": "谁看过", "en": "Who has read this"}[language]).press("Enter")
        expect(seen.page.locator("tbody tr").first).to_contain_text({"zh": "未登录", "en": "Not signed in"}[language])
        expect(seen.page.locator("tbody tr").first).to_contain_text({"zh": "案卷", "en": "Case file"}[language])
        assert width_of(seen.page) <= 390
        nothing_is_left(seen)
        clean(seen)


def test_the_reads_of_a_person_are_those_of_their_page(browser: Browser, forgetful: Site) -> None:
    with watched(browser, forgetful) as seen:
        seen.page.goto(f"/ui/persons/{SON.subject}?lang=zh")
        seen.page.get_by_role("link", name="谁看过").click()
        expect(seen.page.locator("tbody tr").first).to_contain_text("一户一档")
        clean(seen)
