"""The page of operations in a real browser: what an operator sees, the buttons, and what everybody else is told."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Literal

import psycopg
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from domain.authority.posts import Post
from domain.kernel import Recorded
from projections.registry import VIEWS
from projections.shape import View, Working
from tests.support.builders import HANDLER, OPERATOR
from tests.support.logs import query, tamper
from tests.support.site import Site, Watched, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PLACE = "projections/views/history/view.py:20"


def sign_in(page: Page, site: Site, post: Post) -> None:
    page.goto("/ui/sign-in")
    page.locator("input[name=token]").fill(site.token(post))
    page.locator("main button").click()
    expect(page.locator(".who")).to_contain_text(post.title_zh)


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


def paused(site: Site) -> list[str]:
    return [view for (view,) in query(site.house.conninfo, "SELECT view FROM views.projections WHERE paused")]


@pytest.fixture
def parked(site: Site) -> Iterator[int]:
    """The last event of a case, parked for the history: as a poisoned one would be. Gives its position."""
    url, stream = site.house.conninfo, f"case-{site.cases['stopped']}"
    site.wait_for_views()
    ((position, seq, kind),) = query(
        url, "SELECT position, seq, type FROM log.events WHERE stream = %s ORDER BY seq DESC LIMIT 1", stream
    )
    tamper(url, "DELETE FROM views.history WHERE position = %s", position)
    tamper(
        url,
        "INSERT INTO views.parked (view, position, stream, seq, type, slice, error, place, attempts) "
        "VALUES ('history', %s, %s, %s, %s, log.slice_of(%s), 'ZeroDivisionError', %s, 4)",
        *(position, stream, seq, kind, stream, PLACE),
    )
    yield position
    tamper(url, "DELETE FROM views.parked")


def failing(view: View) -> View:
    def fold(rows: Working, recorded: Recorded) -> None:
        del rows
        raise ZeroDivisionError(recorded.stream)

    return replace(view, fold=fold)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_operator_pauses_a_view_and_lets_it_go_on(browser: Browser, site: Site, *, scripts: bool) -> None:
    with watched(browser, site, java_script_enabled=scripts) as seen:
        page = seen.page
        sign_in(page, site, OPERATOR)
        page.goto("/ui/operations")
        page.get_by_role("button", name="暂停 worklist").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".note.ok")).to_have_text("已暂停视图 worklist。")
        expect(page.locator("tr", has=page.locator("th", has_text="worklist")).first).to_contain_text("已暂停")
        assert paused(site) == ["worklist"]
        page.goto("/ui/cases")
        expect(page.locator("main > .note")).to_have_text("本页所用视图已暂停更新，内容可能不是最新：worklist")
        page.goto("/ui/duties")
        expect(page.locator("main > .note")).to_have_count(0)
        page.goto("/ui/operations")
        page.get_by_role("button", name="恢复 worklist").click()
        expect(page.locator(".note.ok")).to_have_text("已恢复视图 worklist。")
        assert paused(site) == []
        page.goto("/ui/cases")
        expect(page.locator("main > .note")).to_have_count(0)


def test_a_rebuild_shows_its_progress_until_it_is_swapped_in(browser: Browser, site: Site) -> None:
    url = site.house.conninfo
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, OPERATOR)
        page.goto("/ui/operations")
        with psycopg.connect(url) as reader:
            reader.execute(
                f"SELECT FROM views.{VIEWS['parity'].tables[0].name}".encode()
            )  # the swap waits for a reader
            page.get_by_role("button", name="重建 parity").click()
            expect(page.locator(".note.ok")).to_contain_text("已开始重建视图 parity")
            bar = page.get_by_role("progressbar", name="parity 的构建进度")
            expect(bar).to_be_visible(timeout=15_000)
            expect(page.get_by_role("button", name="重建 parity")).to_have_count(0, timeout=15_000)
            expect(bar).to_have_attribute("value", "1.0", timeout=15_000)
            clean(seen)
            reader.rollback()
        expect(page.locator("#now")).to_contain_text("没有进行中的重建", timeout=15_000)
    assert query(url, "SELECT count(*) FROM views.projections WHERE view = 'parity' AND swapped_at IS NOT NULL") == [
        (1,)
    ]


def test_a_parked_event_is_shown_and_replayed(
    browser: Browser, site: Site, parked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, OPERATOR)
        page.goto("/ui/operations")
        row = page.locator("#parked tbody tr")
        for text in ("history", f"{parked:,}", "ZeroDivisionError", PLACE, "case."):
            expect(row).to_contain_text(text)
        expect(row.locator("td.num").nth(1)).to_have_text("4")
        expect(page.locator("main > .note")).to_have_text("本页所用视图有挂起事件，个别案卷的内容可能不是最新：history")
        clean(seen)
        good = VIEWS["history"]
        monkeypatch.setitem(VIEWS, "history", failing(good))
        row.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("STILL_FAILS")
        expect(page.get_by_role("alert")).to_contain_text("ZeroDivisionError tests/acceptance/")
        expect(row.locator("td.num").nth(1)).to_have_text("5")
        monkeypatch.setitem(VIEWS, "history", good)
        row.get_by_role("button").click()
        expect(page.locator(".note.ok")).to_have_text("挂起事件已全部写入视图 history。")
        expect(page.locator("#parked")).to_contain_text("没有挂起的事件")
        assert query(site.house.conninfo, "SELECT count(*) FROM views.history WHERE position = %s", parked) == [(1,)]


def test_a_parked_event_leads_to_its_case(browser: Browser, site: Site, parked: int) -> None:
    assert parked
    with watched(browser, site) as seen:
        seen.page.goto("/ui/operations")
        seen.page.locator("#parked tbody a").click()
        expect(seen.page.locator("h1")).to_be_visible()
        assert seen.page.url.endswith(f"/ui/cases/{site.cases['stopped']}")


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "dark"), ("en-GB", "light")])
def test_the_page_in_trouble_is_clean_on_every_screen(
    browser: Browser, site: Site, parked: int, language: str, scheme: Literal["light", "dark"]
) -> None:
    assert parked
    tamper(site.house.conninfo, "UPDATE views.projections SET paused = true WHERE view = 'duties'")
    size = {"width": 390, "height": 844}
    try:
        with watched(browser, site, locale=language, color_scheme=scheme, viewport=size) as seen:
            page = seen.page
            page.goto("/ui/sign-in")
            page.locator("input[name=token]").fill(site.token(OPERATOR))
            page.locator("main button").click()
            expect(page.locator(".who form")).to_be_visible()
            page.goto("/ui/operations")
            expect(page.locator("#now .badge.late").first).to_be_visible()
            assert width_of(page) <= 390
            clean(seen)
            page.emulate_media(media="print")
            for control in page.locator(".acting").all():
                expect(control).to_be_hidden()
    finally:
        tamper(site.house.conninfo, "UPDATE views.projections SET paused = false")


def test_others_see_everything_and_have_no_buttons(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        for post in (None, HANDLER):
            if post:
                sign_in(seen.page, site, post)
            seen.page.goto("/ui/operations")
            expect(seen.page.locator("#now")).to_contain_text("按流 0–1024")
            expect(seen.page.locator("#now")).to_contain_text("须以系统运行岗登录")
            expect(seen.page.locator("#now button")).to_have_count(0)
            clean(seen)


@pytest.mark.parametrize("path", ["views/worklist/pause", "views/worklist/rebuild", "parked/replay"])
@pytest.mark.parametrize(("who", "origin"), [(HANDLER, "own"), (OPERATOR, "http://elsewhere.example"), (OPERATOR, "")])
def test_a_form_of_another_post_or_site_does_nothing(site: Site, path: str, who: Post, origin: str) -> None:
    headers = {"Cookie": f"anjuan_token={site.token(who)}"}
    if origin:
        headers["Origin"] = site.address if origin == "own" else origin
    body = urllib.parse.urlencode({"view": "worklist", "stream": "x"}).encode()
    swapped = query(site.house.conninfo, "SELECT swapped_at FROM views.projections WHERE view = 'worklist'")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{site.address}/ui/operations/{path}", body, headers))  # noqa: S310  our own server
    with caught.value as answer:
        assert answer.code == 403
        assert ("NOT_OPERATOR" if who is HANDLER else "FOREIGN_ORIGIN") in answer.read().decode()
    assert paused(site) == []
    assert query(site.house.conninfo, "SELECT count(*) FROM views.asides") == [(0,)]
    assert query(site.house.conninfo, "SELECT swapped_at FROM views.projections WHERE view = 'worklist'") == swapped


@pytest.mark.parametrize("path", ["views/nope/pause", "views/worklist/erase"])
def test_a_form_that_leads_nowhere_is_a_page_too(site: Site, path: str) -> None:
    headers = {"Cookie": f"anjuan_token={site.token(OPERATOR)}", "Origin": site.address}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{site.address}/ui/operations/{path}", b"", headers))  # noqa: S310  our own server
    with caught.value as answer:
        assert answer.code == 404
        assert "没有找到这个页面" in answer.read().decode()


def test_nobody_signed_in_is_led_to_signing_in(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/operations")
        answer = seen.page.request.post(
            "/ui/operations/views/worklist/pause", headers={"Origin": site.address}, max_redirects=0
        )
        assert (answer.status, answer.headers["location"]) == (303, "/ui/sign-in?back=/ui/operations")
        assert paused(site) == []
