"""Rules, authority, duties, explanations and policies in a real browser; a new matter from its file to its decision."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.rulebook import load_rulebook
from application.runs.publish_rules import publish_rules, signed_by
from domain.authority.posts import Post
from domain.cases.actions.confirm_case import ConfirmCase
from domain.errors import NoAuthority
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Fen
from tests.support.builders import DECIDER, DIRECTOR, HANDLER, LEAD, by
from tests.support.houses import request
from tests.support.journeys import step
from tests.support.one_file import MATTER, VERSION, heating_file
from tests.support.site import REGISTRAR, STATION, TOWN_HANDLER, VILLAGE, Site, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OVERVIEWS = {
    "职责": "职责与时限",
    "规则": "规则库",
    "权力": "权力与授权",
    "政策": "政策",
    "均等": "城乡与区域均等",
    "审计": "审计问题",
}


def sign_in(page: Page, site: Site, post: Post) -> None:
    page.goto("/ui/sign-in")
    page.locator("input[name=token]").fill(site.token(post))
    page.locator("main button").click()
    expect(page.locator(".who")).to_contain_text(post.title_zh)


def clean(seen: Watched) -> None:
    assert (seen.faults, seen.serious()) == ([], [])


@pytest.mark.parametrize(("name", "heading"), OVERVIEWS.items(), ids=OVERVIEWS)
def test_the_menu_is_reached_by_keyboard(browser: Browser, site: Site, name: str, heading: str) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/cases")
        wanted = seen.page.locator(".top nav a", has_text=re.compile(f"^{name}$"))
        for _ in range(14):
            seen.page.keyboard.press("Tab")
            if wanted.evaluate("link => link === document.activeElement"):
                break
        expect(wanted).to_be_focused()
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("h1")).to_have_text(heading)
        expect(seen.page.locator(".top nav [aria-current=page]")).to_have_text(name)


@pytest.mark.parametrize(
    "path",
    [
        "/ui/duties",
        "/ui/rulebook?matter=dibao",
        "/ui/rulebook/{rule}",
        "/ui/authority",
        "/ui/policy/{policy}",
        "/ui/parity",
    ],
)
def test_a_page_prints_without_controls(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(path.format(**site.cases))
        seen.page.emulate_media(media="print")
        expect(seen.page.locator(".top nav")).to_be_hidden()
        expect(seen.page.locator("h1")).to_be_visible()
        for control in seen.page.locator(".filters, .pages").all():
            expect(control).to_be_hidden()
        assert seen.page.pdf(format="A4").startswith(b"%PDF-")


def test_which_rule_is_in_force_depends_on_the_day(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        for day, version in (("2019-05-01", site.cases["older"]), ("2026-03-02", site.cases["rule"])):
            seen.page.goto("/ui/rulebook?matter=dibao")
            seen.page.locator("select[name=county]").select_option("320903")
            seen.page.locator("input[name=on]").fill(day)
            seen.page.get_by_role("button", name="查询").click()
            expect(seen.page.locator("h2").first).to_have_text(f"{day} 在盐都区有效的规则")
            expect(seen.page.locator("tbody").first).to_contain_text(version)
        seen.page.goto("/ui/rulebook?matter=dibao&on=2001-01-01")
        expect(seen.page.locator("tbody").first).to_contain_text("没有有效的规则")


def test_two_versions_are_chosen_and_compared(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto("/ui/rulebook?matter=dibao")
        expect(page.locator("svg.chart rect")).to_have_count(2)
        page.get_by_label(f"版本甲 {site.cases['older']}").check()
        page.get_by_label(f"版本乙 {site.cases['rule']}").check()
        page.get_by_role("button", name="比较").click()
        row = page.locator("tr", has=page.get_by_role("rowheader", name="时限 · 决定", exact=True))
        expect(row.locator("del")).to_have_text("15 工作日")
        expect(row.locator("ins")).to_have_text("10 工作日")
        clean(seen)


def test_what_was_not_checked_against_the_text_says_so(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/rulebook/{site.cases['rule']}")
        expect(seen.page.locator(".note")).to_contain_text("尚未与文件原文核对")
        limits = seen.page.locator("section", has=seen.page.locator("#limits-h"))
        assumed = limits.locator("tr", has_text="张榜公示")
        expect(assumed.locator(".badge")).to_have_text("未核对原文")
        expect(limits.locator("tr", has_text="公示期").locator(".badge")).to_have_count(0)
        criteria = seen.page.locator("section", has=seen.page.locator("#criteria-h"))
        expect(criteria).to_contain_text("人均月收入 < 标准 780.00 元")


@pytest.mark.parametrize("path", ["/ui/rulebook/nothing", "/ui/rulebook/diff?a=no&b=no", "/ui/policy/nothing"])
def test_what_the_rulebook_does_not_have_is_not_found(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site) as seen:
        answer = seen.page.goto(path)
        assert answer
        assert answer.status == 404


def test_who_may_decide_is_told_for_the_day_and_the_place(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page, rows = seen.page, seen.page.locator("tbody").first
        page.goto("/ui/authority?matter=dibao&power=decide&county=320903&on=2023-12-06")
        expect(rows.locator("tr")).to_have_count(1)
        expect(rows).to_contain_text("法定")
        page.goto("/ui/authority?matter=dibao&power=decide&county=320903&on=2023-12-07")
        expect(rows.locator("tr")).to_have_count(2)
        expect(rows.locator("tr", has_text="下放")).to_contain_text("镇人民政府（街道办事处）")
        page.goto("/ui/authority?matter=dibao&power=decide&county=320903&on=2001-01-01")
        expect(page.locator("main")).to_contain_text("没有岗位可办。")


def test_a_denied_act_is_listed(browser: Browser, site: Site) -> None:
    case_id = CaseId(site.cases["correcting"])
    denied = step("confirm_case", ConfirmCase(amount=Fen(106_000)), by(DIRECTOR, "2026-03-09"))
    with pytest.raises(NoAuthority):
        site.house.handle(request(denied, case_id))
    site.wait_for_views()
    with watched(browser, site) as seen:
        seen.page.goto("/ui/authority")
        listed = seen.page.locator("section", has=seen.page.locator("#denied-h")).locator("tbody tr").first
        for text in ("确认", "1,060.00", "该岗位无权办理", "NO_AUTHORITY"):
            expect(listed).to_contain_text(text)
        listed.get_by_role("link").click()
        expect(seen.page).to_have_url(re.compile(f"/ui/cases/{case_id}$"))


def test_an_overdue_duty_leads_to_its_case(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        page.goto("/ui/duties")
        page.locator(".tallies a", has_text="已逾期").click()
        expect(page.locator(".tallies .chosen dd")).not_to_have_text("0")
        row = page.locator(".list tbody tr").first
        expect(row.locator(".badge")).to_contain_text("逾期")
        number = row.get_by_role("link").inner_text()
        page.locator("#organ-h").locator("xpath=..").get_by_role("link").first.click()
        assert "organ=" in page.url
        expect(page.locator(".list tbody tr").first).to_be_visible()
        page.goto("/ui/duties?state=overdue")
        page.locator(".list tbody tr").first.get_by_role("link").click()
        expect(page.locator("h1")).to_have_text(number)
        duties = page.get_by_role("region", name="法定职责与时限").first
        expect(duties.locator(".badge.late").first).to_be_visible()


def test_a_decision_explains_itself_and_comes_out_the_same(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"/ui/cases/{site.cases['granted']}")
        panel = seen.page.locator("#explain")
        expect(panel.locator("h2")).to_contain_text("复算一致")
        for text in ("人均月收入 250.00 元", "< 780.00 元", "符合", "法定", "令第649号"):
            expect(panel).to_contain_text(text)
        terms = panel.get_by_role("region", name="金额计算").locator("tr")
        assert [line.replace("\t", " ") for line in terms.all_inner_texts()[1:]] == [
            "标准 780.00 元",
            "认定人口 2",
            "家庭月收入 500.00 元",
            "结果 1,060.00 元",
        ]
        panel.get_by_role("link").first.click()
        expect(seen.page).to_have_url(re.compile(f"/ui/rulebook/{site.cases['rule']}$"))
        seen.page.goto(f"/ui/cases/{site.cases['opened']}")
        expect(seen.page.locator("#explain")).to_have_count(0)


def test_a_policy_shows_its_comments_with_their_answers(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/policy")
        seen.page.get_by_role("link", name="关于缩短低保审核时限的通知").click()
        expect(seen.page.locator(".life [aria-current]")).to_have_text("已决定")
        comments = seen.page.get_by_role("region", name="意见").locator("tbody tr")
        expect(comments.first).to_contain_text("人手不足，建议先试点")
        expect(comments.first).to_contain_text("采纳")
        expect(seen.page.locator("#rules-h").locator("xpath=..")).to_contain_text("10 工作日")
        expect(seen.page.locator(".course li").first).to_contain_text("起草")


def test_parity_sets_town_and_country_side_by_side(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto("/ui/parity?matter=dibao")
        row = seen.page.locator("tbody tr", has_text="盐都区").first
        for text in ("农村", "780.00", "1,060.00"):
            expect(row).to_contain_text(text)


def test_the_act_panel_offers_no_objection_before_there_is_a_notice(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        sign_in(seen.page, site, LEAD)
        seen.page.goto(f"/ui/cases/{site.cases['opened']}")
        offered = seen.page.locator(".acts li").all_inner_texts()
        assert "受理" in offered
        assert "公示异议" not in offered
        assert "下一层救助筛查" not in offered


def test_a_stopped_case_is_screened_for_the_layers_of_its_rule(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, LEAD)
        page.goto(f"/ui/cases/{site.cases['stopped']}/act/screen_next_layer")
        clean(seen)
        boxes = page.get_by_role("group", name="不符合条件")
        for box in boxes.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("alert")).to_contain_text("REASON_MISSING")
        page.locator("textarea[name=reason]").fill("家庭收入已超过各项标准")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("[role=status].ok")).to_have_text("已办理：下一层救助筛查")
        screened = page.locator("#state .part tr", has_text="转下一层救助筛查")
        expect(screened.locator(".badge")).to_have_text(re.compile("已履行|逾期后履行"))


def test_a_matter_of_one_file_is_worked_on_through_its_forms(browser: Browser, site: Site, tmp_path: Path) -> None:
    rules = load_rulebook(heating_file(tmp_path / "rules"))
    publish_rules(site.house.log, site.house.cases.bureau, rules, signed_by(DECIDER, datetime.now(UTC)))
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, TOWN_HANDLER)
        page.get_by_role("link", name="申请登记").click()
        page.locator("select[name=matter]").select_option(MATTER)
        page.get_by_role("button", name="选用").click()
        expect(page.locator("h2")).to_have_text("测试取暖补助")
        expect(page.locator("input[name=monthly_income]")).to_have_count(0)
        clean(seen)
        page.locator("select[name=division]").select_option(VILLAGE)
        page.locator('input[name="m0.name"]').fill("页面样例")
        page.locator('input[name="m0.id_number"]').fill(demo_citizen_id(datetime(1981, 2, 3, tzinfo=UTC).date(), 81))
        page.get_by_role("button", name="提交").click()
        expect(page.locator("[role=status].ok")).to_have_text("已办理：申请登记")
        case = page.url.partition("?")[0]
        page.locator(".acts").get_by_role("link", name="受理", exact=True).click()
        page.get_by_role("button", name="提交").click()
        _establish(page, case, {"停暖天数": "41"})
        _confirm(seen, site, case)
        expect(page.get_by_role("alert")).to_contain_text("尚有情况未认定")
        sign_in(page, site, TOWN_HANDLER)
        _establish(page, case, {"停暖天数": "41", "需要救助的金额": "450", "停暖之日": "2026-01-05"})
        expect(page.locator("#state")).to_contain_text("450.00 元")
        _confirm(seen, site, case)
        expect(page.locator("[role=status].ok")).to_have_text("已办理：确认")
        expect(page.locator("#explain")).to_contain_text("停暖天数 41")
        expect(page.locator("#explain h2")).to_contain_text("复算一致")
        expect(page.locator("#explain").get_by_role("link").first).to_contain_text(VERSION)


def _establish(page: Page, case: str, texts: dict[str, str]) -> None:
    page.goto(f"{case}/act/establish_facts")
    for label, text in texts.items():
        page.get_by_label(label).fill(text)
    if "需要救助的金额" in texts:
        page.get_by_label("困难原因").select_option("other")
        page.get_by_label("本年度内因同一事由已获临时救助").select_option(label="否")
    page.get_by_label("认定依据（来源）").fill("入户查看")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[role=status].ok")).to_have_text("已办理：情况认定")


def _confirm(seen: Watched, site: Site, case: str) -> None:
    """The amount stands in the form already, as the rule gives it."""
    sign_in(seen.page, site, DECIDER)
    seen.page.goto(f"{case}/act/confirm_case")
    assert seen.serious() == []
    seen.page.get_by_role("button", name="提交").click()


def test_the_form_of_facts_tells_what_is_known_and_sends_only_what_is_new(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, HANDLER)
        act = f"/ui/cases/{site.cases['granted']}/act/establish_facts"
        page.goto(act)
        page.get_by_label("家庭财产状况符合规定").select_option(label="是")
        page.get_by_label("认定依据（来源）").fill("核对报告")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("#course > li").last).to_contain_text("家庭财产状况符合规定 是")
        page.goto(act)
        expect(page.locator("form.paper")).to_contain_text("现认定为：是")
        page.get_by_label("认定依据（来源）").fill("核对报告")
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("alert")).to_contain_text("INVALID_VALUE")
        expect(page.get_by_role("alert")).to_contain_text("认定情况")


def test_an_organisation_applies_through_its_form(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, REGISTRAR)
        page.get_by_role("link", name="申请登记").click()
        page.locator("select[name=division]").select_option(VILLAGE)
        page.get_by_label("组织名称").fill("样例志愿者协会")
        page.get_by_label("统一社会信用代码").fill("51320900000000000X")
        page.locator('input[name="m0.name"]').fill("页面样例")
        page.locator('input[name="m0.id_number"]').fill(demo_citizen_id(datetime(1975, 2, 3, tzinfo=UTC).date(), 75))
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("alert")).to_contain_text("统一社会信用代码")
        page.get_by_label("统一社会信用代码").fill("")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("#state")).to_contain_text("样例志愿者协会")


def test_somebody_without_a_name_is_helped_and_identified_later(browser: Browser, site: Site) -> None:
    number = demo_citizen_id(datetime(1969, 2, 3, tzinfo=UTC).date(), 69)
    with watched(browser, site) as seen:
        page = seen.page
        sign_in(page, site, STATION)
        page.get_by_role("link", name="申请登记").click()
        page.locator("select[name=division]").select_option(VILLAGE)
        page.get_by_label("身份不明").check()
        page.get_by_role("button", name="提交").click()
        expect(page.locator("[role=status].ok")).to_have_text("已办理：申请登记")
        case = page.url.partition("?")[0]
        page.locator(".acts").get_by_role("link", name="受理", exact=True).click()
        page.get_by_role("button", name="提交").click()
        page.locator(".acts").get_by_role("link", name="身份查明").click()
        clean(seen)
        page.get_by_label("姓名").fill("页面样例")
        page.get_by_label("公民身份号码").fill(number)
        page.get_by_label("查明途径").fill("公安比对")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("#state tbody").first).to_contain_text("页面样例")
        assert number not in page.content()
        page.goto(case)
        expect(page.locator(".acts").get_by_role("link", name="身份查明")).to_have_count(0)
