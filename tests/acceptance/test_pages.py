"""The pages in a real browser: both languages, by keyboard, without scripts, on paper."""

import re
import urllib.error
import urllib.parse
import urllib.request
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.postgres.embedded import EmbeddedServer
from domain.authority.posts import Post
from domain.identity import demo_citizen_id
from tests.support import database
from tests.support.builders import DECIDER, HANDLER
from tests.support.houses import house_on
from tests.support.site import TOWN_HANDLER, VILLAGE, Site, Watched, serving, watched, width_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PATHS = {
    "worklist": "/ui/cases",
    "all cases": "/ui/cases?sort=opened",
    "case": "/ui/cases/{granted}",
    "case in the past": "/ui/cases/{granted}?version=5",
    "case of an older system": "/ui/cases/{legacy}",
    "dashboard": "/ui/dashboard",
    "dashboard of imported cases": "/ui/dashboard?matter=legacy",
    "operations": "/ui/operations",
    "duties": "/ui/duties",
    "overdue duties of a county": "/ui/duties?state=overdue&county=320903",
    "rulebook": "/ui/rulebook",
    "versions of a matter": "/ui/rulebook?matter=dibao&county=320903&on=2026-03-02",
    "rule version": "/ui/rulebook/{rule}",
    "two versions compared": "/ui/rulebook/diff?a={rule}&b={older}",
    "authority": "/ui/authority",
    "authority of a town": "/ui/authority?matter=all&county=320903&town=320903100&on=2026-03-02",
    "policies": "/ui/policy",
    "policy": "/ui/policy/{policy}",
    "parity": "/ui/parity?matter=all",
    "sign-in": "/ui/sign-in",
}


def sign_in(page: Page, site: Site, post: Post) -> None:
    page.goto("/ui/sign-in")
    page.locator("input[name=token]").fill(site.token(post))
    page.locator("main button").click()
    expect(page.locator(".who")).to_contain_text(post.title_zh)


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


# Each language once, the dark colours with one of them: colours do not depend on words.
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_page_is_clean_in_every_language_and_light(
    browser: Browser, site: Site, path: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    with watched(browser, site, locale=locale, color_scheme=scheme) as seen:
        answer = seen.page.goto(path.format(**site.cases))
        assert answer
        assert answer.status == 200
        expect(seen.page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN", "en": "en"}[language])
        expect(seen.page.locator(".top nav a").first).to_have_text({"zh": "案件列表", "en": "Cases"}[language])
        clean(seen)


def test_the_forms_are_clean(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, HANDLER)
        for path in ("/ui/open", "/ui/cases/{correcting}/act/request_correction", "/ui/cases/{opened}/act/assign_case"):
            seen.page.goto(path.format(**site.cases))
            clean(seen)


@pytest.mark.parametrize("path", ["/ui/nowhere", "/ui/cases/no-such-case", "/ui/cases/%00"])
def test_an_address_that_leads_nowhere_is_a_page_too(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 404
        expect(seen.page.locator("h1")).to_have_text("没有找到这个页面")
        assert seen.serious() == []


@pytest.mark.parametrize("query", ["after=rubbish", "sort=sideways", "due=never", "number=%00"])
def test_a_condition_that_is_none_is_refused_with_a_page(browser: Browser, site: Site, query: str) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(f"/ui/cases?{query}")
        assert answer
        assert answer.status == 400
        expect(seen.page.locator("h1")).to_have_text("请求不正确")


def test_the_other_language_is_one_click_away_and_remembered(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/cases?sort=opened")
        seen.page.get_by_role("link", name="English").click()
        expect(seen.page.locator("h1")).to_have_text("Cases")
        assert "sort=opened" in seen.page.url
        seen.page.goto("/ui/dashboard")
        expect(seen.page.locator("h1")).to_have_text("Dashboard")


def test_the_slider_moves_the_case_through_time_by_keyboard(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{site.cases['granted']}")
        stage, where = page.locator(".glance strong").first, page.locator("#where")
        expect(stage).to_have_text("发放中")
        page.locator("#version").focus()
        page.keyboard.press("Home")
        expect(stage).to_have_text("已登记")
        expect(where).to_contain_text("第 1 步")
        expect(page.locator("#not-now")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(stage).to_have_text("已受理")
        expect(page.locator("#state .mark").first).to_have_text("本步变动")
        expect(page.locator("#state .changed").first).to_contain_text("已受理")
        expect(page.locator("#course [aria-current=step]")).to_contain_text("受理")
        assert page.locator("#version").get_attribute("aria-valuetext") == "第 2 步，共 11 步 受理"
        page.wait_for_url(re.compile(r"\?version=2$"))
        page.get_by_role("link", name="下一步").click()
        expect(where).to_contain_text("第 3 步")
        page.locator("#version").focus()
        page.keyboard.press("End")
        expect(stage).to_have_text("发放中")
        expect(page.locator("#not-now")).to_be_hidden()
        clean(seen)


def test_every_step_shows_what_that_step_changed(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/cases/{site.cases['granted']}?version=9")
        marked = seen.page.locator("#state .changed")
        expect(seen.page.locator("#where")).to_contain_text("确认")
        expect(marked.filter(has_text="确认金额（元）")).to_contain_text("1,060.00")
        expect(seen.page.locator("#course > li").nth(8)).to_contain_text("公示期满 → 已确认")


def test_a_note_is_read_in_the_course_as_it_was_written(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, HANDLER)
        seen.page.goto(f"/ui/cases/{site.cases['stopped']}/act/add_note")
        seen.page.locator("[name=text]").fill("已电话告知 <b>&amp;</b>")
        seen.page.locator("form.paper button").click()
        expect(seen.page.locator("#course > li").last.locator(".said")).to_have_text("备注内容 已电话告知 <b>&amp;</b>")
        clean(seen)


def test_everything_works_without_scripts(browser: Browser, site: Site) -> None:
    with watched(browser, site, java_script_enabled=False) as seen:
        page = seen.page
        page.goto(f"/ui/cases/{site.cases['granted']}?version=3")
        page.get_by_role("link", name="上一步").click()
        assert page.url.endswith("?version=2")
        assert page.locator(".glance strong").first.inner_text() == "已受理"
        assert page.locator("#state .mark").count() > 0
        page.locator("#course > li").nth(4).get_by_role("link").first.click()
        assert page.url.endswith("?version=5")
        page.goto("/ui/cases?sort=opened")
        page.locator("select[name=stage]").select_option("stopped")
        page.get_by_role("button", name="查询").click()
        assert page.locator(".list tbody tr").count() == 1
        page.goto("/ui/dashboard")
        page.locator("summary").first.click()
        assert page.locator("details[open] table").count() == 1


def test_what_was_recorded_by_a_time_can_be_asked(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        case = f"/ui/cases/{site.cases['granted']}"
        for text, answer in (
            ("2020-01-01T08:00", "该时间之前没有任何记录。"),
            ("2999-01-01T08:00", "截至 2999-01-01 08:00 已记录至第 11 步"),
        ):
            seen.page.goto(case)
            seen.page.get_by_label("按记录时间查看").fill(text)
            seen.page.get_by_role("button", name="查看", exact=True).click()
            expect(seen.page.locator(".note")).to_have_text(answer)


def test_filters_narrow_the_list(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page, rows = seen.page, seen.page.locator(".list tbody tr")
        page.goto("/ui/cases?sort=opened")
        everything = rows.count()
        assert everything >= 7
        page.locator("select[name=matter]").select_option("legacy")
        page.get_by_role("button", name="查询").click()
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("T10 Determine")
        page.goto("/ui/cases?sort=opened")
        page.locator("select[name=county]").select_option("320903")
        page.get_by_role("button", name="查询").click()
        page.locator("select[name=town]").select_option("320903100")
        page.locator("select[name=stage]").select_option("correcting")
        page.get_by_role("button", name="查询").click()
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("待补正")
        page.goto("/ui/cases?sort=opened&county=320981")
        expect(page.locator(".empty")).to_contain_text("没有符合条件的案件")


def test_late_cases_say_so_in_words(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/cases?due=overdue&number=320903-20260302")
        expect(seen.page.locator(".badge").first).to_contain_text(re.compile(r"逾期 \d+ 天"))
        seen.page.locator(".list th a").first.click()
        expect(seen.page.locator(".glance .badge")).to_contain_text(re.compile(r"逾期 \d+ 天"))


def test_a_handler_accepts_a_case_through_its_form(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        case = f"/ui/cases/{site.cases['opened']}"
        page.goto(f"{case}/act/accept_case")
        expect(page).to_have_url(re.compile(r"/ui/sign-in\?back="))
        page.locator("input[name=token]").fill(site.token(HANDLER))
        page.locator("main button").click()
        expect(page.locator("h1")).to_have_text("办理：受理")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("[role=status].ok")).to_have_text("已办理：受理")
        expect(page.locator(".glance strong").first).to_have_text("已受理")
        assert site.stage("opened") == "accepted"
        page.goto("/ui/cases?stage=accepted")
        expect(page.locator(f'.list a[href="{case}"]')).to_be_visible()
        assert seen.faults == []


def test_only_what_the_rule_opens_for_the_post_is_offered(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, DECIDER)
        seen.page.goto(f"/ui/cases/{site.cases['confirmed']}")
        offered = seen.page.locator(".acts li").all_inner_texts()
        assert offered == ["终止", "备注", "更正"]  # no grant: its decision is not served yet


def test_a_refusal_is_told_in_words_with_code_and_basis(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, HANDLER)
        seen.page.goto(f"/ui/cases/{site.cases['correcting']}/act/close_notice")
        seen.page.get_by_role("button", name="提交").click()
        alert = seen.page.get_by_role("alert")
        expect(alert).to_contain_text("当前环节不能办理此步骤")
        expect(alert).to_contain_text("公示期满：待补正")
        expect(alert).to_contain_text("WRONG_ORDER")
        expect(alert).to_contain_text("民发〔2021〕57号")
        assert site.stage("correcting") == "correcting"


def test_what_was_typed_survives_a_refusal(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, HANDLER)
        seen.page.goto(f"/ui/cases/{site.cases['correcting']}/act/add_note")
        seen.page.locator("textarea").fill(" 待家属来电 ")
        seen.page.locator("input[name=occurred_at]").fill("2999-01-01T08:00")
        seen.page.get_by_role("button", name="提交").click()
        expect(seen.page.get_by_role("alert")).to_contain_text("OCCURRED_IN_FUTURE")
        expect(seen.page.get_by_role("alert")).to_contain_text("办理时间")
        assert seen.page.locator("textarea").input_value().strip() == "待家属来电"


def test_an_application_is_registered_through_its_form(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, TOWN_HANDLER)
        page.get_by_role("link", name="申请登记").click()
        page.locator("select[name=division]").select_option(VILLAGE)
        page.locator("input[name=monthly_income]").fill("500.00")
        for row, relation in ((0, "本人"), (1, "配偶")):
            page.locator(f'input[name="m{row}.name"]').fill(f"页面样例{row}")
            page.locator(f'input[name="m{row}.id_number"]').fill(demo_citizen_id_of(row))
            page.locator(f'input[name="m{row}.relation"]').fill(relation)
        page.get_by_role("button", name="提交").click()
        expect(page.locator("[role=status].ok")).to_have_text("已办理：申请登记")
        members = page.locator("#state tbody").first
        expect(members.locator("tr")).to_have_count(2)
        expect(members).to_contain_text("320971********")
        expect(page.locator("#state")).to_contain_text("500.00")


def demo_citizen_id_of(row: int) -> str:
    return demo_citizen_id(date(1970, 5, 1 + row), 70 + row)


def test_a_bad_number_is_refused_and_not_repeated(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, TOWN_HANDLER)
        seen.page.goto("/ui/open")
        seen.page.locator("input[name=monthly_income]").fill("1")
        seen.page.locator('input[name="m0.name"]').fill("页面样例")
        seen.page.locator('input[name="m0.id_number"]').fill("320971197005010000")
        seen.page.get_by_role("button", name="提交").click()
        expect(seen.page.get_by_role("alert")).to_contain_text("BAD_ID_NUMBER")
        expect(seen.page.get_by_role("alert")).to_contain_text("成员 1 公民身份号码：校验位不符")
        expect(seen.page.get_by_role("alert")).not_to_contain_text("320971197005010000")


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", ""])
def test_a_form_of_another_site_does_nothing(site: Site, origin: str) -> None:
    events = site.house.log.head().position
    body = urllib.parse.urlencode({"command_id": site.house.cases.new_id(), "text": "x"}).encode()
    headers = {"Cookie": f"anjuan_token={site.token(HANDLER)}", **({"Origin": origin} if origin else {})}
    path = f"{site.address}/ui/cases/{site.cases['correcting']}/act/add_note"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(path, body, headers))  # noqa: S310  our own server
    assert caught.value.code == 403
    caught.value.close()
    assert site.house.log.head().position == events


def test_a_token_that_is_none_is_refused(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/sign-in")
        seen.page.locator("input[name=token]").fill("anj_none")
        seen.page.locator("main button").click()
        expect(seen.page.get_by_role("alert")).to_have_text("令牌无效或已过期。")


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, HANDLER)
        cookie = next(each for each in seen.page.context.cookies() if each["name"] == "anjuan_token")
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/ui")
        assert "anjuan_token" not in seen.page.evaluate("document.cookie")
        seen.page.get_by_role("button", name="退出").click()
        expect(seen.page.get_by_role("link", name="登录")).to_be_visible()


def test_a_case_prints_without_controls(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/cases/{site.cases['granted']}")
        seen.page.emulate_media(media="print")
        for control in (".top nav", "#slide", ".acts"):
            expect(seen.page.locator(control)).to_be_hidden()
        expect(seen.page.locator("#course > li").last).to_be_visible()
        picture, paper = seen.page.screenshot(full_page=True), seen.page.pdf(format="A4")
        assert len(picture) > 20_000
        assert paper.startswith(b"%PDF-")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_phone_shows_every_page_without_sideways_scrolling(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site, viewport={"width": 360, "height": 740}) as seen:
        seen.page.goto(path.format(**site.cases))
        wide = width_of(seen.page)
        assert wide <= 360


def test_a_phone_shows_stage_and_due_date_of_every_case(browser: Browser, site: Site) -> None:
    with watched(browser, site, viewport={"width": 390, "height": 844}) as seen:
        seen.page.goto("/ui/cases?number=320903-20260302")
        row = seen.page.locator(".list tbody tr").first
        for cell in (row.locator("td").nth(2), row.locator(".badge").first):
            expect(cell).to_be_visible()
            box = cell.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 390


def test_the_first_tab_leads_past_the_navigation(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/cases")
        seen.page.keyboard.press("Tab")
        expect(seen.page.locator(".skip")).to_be_focused()
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#main")).to_be_focused()


def test_operations_keeps_itself_fresh(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/operations")
        with seen.page.expect_response("**/ui/operations/now", timeout=8000) as caught:
            pass
        assert caught.value.status == 200
        expect(seen.page.locator("#now table").first).to_contain_text("worklist")


@pytest.mark.parametrize(("accepted", "words"), [("zh-CN", "服务暂不可用"), ("en", "The service is not available")])
def test_an_unreachable_database_is_a_page_too(
    postgres: EmbeddedServer, tmp_path: Path, accepted: str, words: str
) -> None:
    with database.database(postgres) as url, house_on(url, tmp_path) as house, serving(house) as address:
        house.readers.close()
        request = urllib.request.Request(f"{address}/ui/cases", headers={"Accept-Language": accepted})  # noqa: S310  our own server
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)  # noqa: S310  our own server
        with caught.value as answer:
            assert (answer.code, answer.headers["Retry-After"]) == (503, "5")
            assert f"<h1>{words}</h1>" in answer.read().decode()
