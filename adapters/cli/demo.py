"""``anjuan demo``: a bureau at work, with a quarter of invented cases of every matter, in one command."""

import time
from datetime import date, timedelta
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from adapters.cli.address import free_or_fault
from adapters.cli.plainly import told_plainly
from adapters.cli.progress import bars, say
from adapters.documents import DocumentStore
from adapters.feeds.files import shipped_contracts
from adapters.house import House, open_house
from adapters.projector.service import bring_up
from adapters.reference import load_bureau
from adapters.rulebook import shipped_rules
from adapters.settings import read_settings
from application.feeds import approve_missing
from application.ports import Conflict
from application.runs.demo.papers import PAPERS, PDF
from application.runs.demo.plans import MAIN, Planner
from application.runs.set_up_bureau import set_up_bureau
from application.runs.simulate import Demo, Simulated, simulate
from domain.authority.bureau import first_holder
from domain.authority.posts import Post, Role, covers
from domain.calendar import civil_day
from domain.cases.facts import Act
from domain.kernel import PostId, Value

SEED = 1
LINKS = (
    ("工作列表 worklist", "/ui/cases"),
    ("示例案卷 a case", "/ui/cases/{case_id}"),
    ("看板 dashboard", "/ui/dashboard"),
    ("运行 operations", "/ui/operations"),
    ("接口文档 API", "/docs"),
)

_LEADERS = PostId("320900-leader")
_EVENTS_PER_CASE = 13
"""About; only the length of a bar depends on it."""
_MATTERS = """
SELECT matter, count(*) AS cases,
       count(*) FILTER (WHERE stage IN ('opened', 'correcting', 'accepted', 'opinion', 'notice', 'noticed')) AS going,
       count(*) FILTER (WHERE stage IN ('confirmed', 'granted', 'suspended')) AS granted,
       coalesce(sum(amount) FILTER (WHERE stage = 'granted'), 0)::int8 AS fen
  FROM views.worklist WHERE matter = ANY(%s) GROUP BY matter ORDER BY cases DESC, matter
"""
_SAMPLE = """
SELECT case_id, number, division FROM views.worklist
 WHERE matter = %s AND stage = 'granted' ORDER BY version DESC, case_id LIMIT 1
"""
_COUNTS = ("cases", "going", "granted")
_TOKENS_FOR: tuple[Role, ...] = ("town_handler", "county_decider")


class Sample(Value):
    """A case worth looking at."""

    case_id: str
    number: str
    division: str


@click.command("demo")
@click.option("--cases", type=click.IntRange(1, 200_000), default=2_000, show_default=True, help="案卷数 / cases")
@click.option("--seed", type=int, default=SEED, show_default=True, help="随机种子 / the same seed, the same cases")
@click.option("--once", is_flag=True, help="只准备数据，不启动服务 / make the data and exit")
@click.option("--port", type=click.IntRange(1, 65_535), help="端口 / port")
def command(cases: int, seed: int, *, once: bool, port: int | None) -> None:
    """演示：盐城九县区一个季度的各类案卷 / a demonstration: a quarter of cases in Yancheng's nine counties."""
    with told_plainly():
        settings = read_settings()
        settings = replace(settings, port=port) if port else settings
        if not once:
            free_or_fault(settings.host, settings.port)
        with open_house(settings, say) as house:
            try:
                _make(house, cases, seed)
            except Conflict as conflict:
                fault = "CONFLICT: 另一进程正在设置机构，请重试 / another process sets the bureau up, try again"
                raise click.ClickException(fault) from conflict
            if once:
                return
            from adapters.http.server import serve

            serve(house, lambda: say(f"按 Ctrl+C 停止 / Ctrl+C stops  http://{settings.host}:{settings.port}/ui/cases"))


def _make(house: House, cases: int, seed: int) -> None:
    began = time.monotonic()
    _keep_papers(house.settings.home)
    posts = load_bureau(civil_day(house.now()))
    set_up_bureau(house.log, house.cases.bureau, posts, shipped_rules(), house.now())
    approve_missing(house.cases, shipped_contracts(), _by_the_leaders(house))
    bureau = house.cases.bureau.now()
    planner = Planner(seed, bureau, house.cases.calendar, _last_day(house))
    with bars() as shown:
        writing = shown.bar("模拟办件 events", cases * _EVENTS_PER_CASE)
        simulated = simulate(house.cases, Demo(planner, cases, house.now()), lambda so_far: writing.at(so_far.events))
        writing.complete()
        folding = shown.bar("更新视图 views", house.log.head().position)
        bring_up(house.locate, lambda step: folding.at(step.position))
        folding.complete()
    _summary(house, planner, simulated, time.monotonic() - began)


def _by_the_leaders(house: House) -> Act:
    """The bureau's leaders approve what is shared with other departments."""
    post = house.cases.bureau.now().posts[_LEADERS]
    now = house.now()
    return Act("demo:feeds", first_holder(post.id), post, now, now)


def _last_day(house: House) -> date:
    """The day before the log began: whoever runs the demonstration again, on whatever day, gets the same quarter."""
    (first,) = house.log.read(0, 1)
    last_known = date(max(house.cases.calendar.years), 9, 30)  # limits that start later would need a calendar we lack
    return min(civil_day(first.recorded_at) - timedelta(days=1), last_known)


def _keep_papers(home: Path) -> None:
    """The file store has what the cases name."""
    store = DocumentStore(home)
    for paper in PAPERS:
        if store.find(paper.attached().sha256) is not None:
            continue
        with store.upload() as upload:
            upload.write(paper.content)
            with store.kept(upload, upload.finish(PDF)):
                """Nothing else has to succeed for it to stay."""


def _summary(house: House, planner: Planner, simulated: Simulated, seconds: float) -> None:
    console = Console()
    console.print(_by_matter(house))
    head = house.log.head()
    rate = f" ({simulated.events / seconds:,.0f}/s)" if simulated.events else ""
    for what, text in (
        ("季度 quarter", f"{planner.start} – {planner.end}"),
        ("新案卷 new cases", f"{simulated.cases:,}  (已有 there before: {simulated.there:,})"),
        ("新事件 new events", f"{simulated.events:,}{rate}"),
        ("日志 log", f"{head.log}  位置 position {head.position:,}"),
        ("用时 time", f"{seconds:.1f} s"),
    ):
        console.print(f"{what}: {text}", highlight=False)
    sample = _sample(house)
    if sample is not None:
        _links(house, sample, console)
        _tokens(house, sample, console)


def _by_matter(house: House) -> Table:
    """What is paid once is left out of what is paid each month."""
    book = house.cases.bureau.now().rulebook
    once = {rule.matter for rule in book.all_versions() if rule.months.first == "once"}
    table = Table(title="各事项案卷 cases by matter")
    table.add_column("事项 matter", overflow="fold")
    for heading in ("案卷 cases", "在办 open", "确认 granted", "元/月 a month"):
        table.add_column(heading, justify="right")
    rows = house.read(_MATTERS, (sorted(book.matters),))
    for row in rows:
        name, paid = book.matters[row["matter"]].zh, 0 if row["matter"] in once else row["fen"]
        table.add_row(name, *(f"{row[count]:,}" for count in _COUNTS), _yuan(paid) if paid else "")
    table.add_section()
    total = sum(row["fen"] for row in rows if row["matter"] not in once)
    table.add_row("合计 total", *(f"{sum(row[count] for row in rows):,}" for count in _COUNTS), _yuan(total))
    return table


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _sample(house: House) -> Sample | None:
    rows = house.read(_SAMPLE, (MAIN,))
    return Sample(**rows[0]) if rows else None


def _links(house: House, sample: Sample, console: Console) -> None:
    settings = house.settings
    for name, path in LINKS:
        address = f"http://{settings.host}:{settings.port}{path.format(case_id=sample.case_id)}"
        console.print(f"{name}: {address}", highlight=False, soft_wrap=True)


def _tokens(house: House, sample: Sample, console: Console) -> None:
    """Tokens of two posts that act on the sample case, to sign in with and for the API."""
    for role in _TOKENS_FOR:
        post = _acting(house, role, sample.division)
        token = house.tokens.make(post.id, first_holder(post.id))
        console.print(f"令牌 token {post.title_zh} {post.id}: {token}", highlight=False, soft_wrap=True)


def _acting(house: House, role: Role, division: str) -> Post:
    posts = house.cases.bureau.now().posts.values()
    return min((post for post in posts if post.role == role and covers(post, division)), key=lambda post: post.id)
