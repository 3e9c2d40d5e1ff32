"""``anjuan audit reads``: who has read what of whom."""

from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from adapters.house import House
    from adapters.reads.listing import ReadLine, ReadsPage


@click.command("reads")
@click.option("--case", default="", help="某案卷：编号或案号 / of a case: id or number")
@click.option("--subject", default="", help="某当事人 / of a person (s-…)")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--after", default="", help="下一页游标 / cursor of the next page")
@click.option("--expire", is_flag=True, help="清除超过保存期限的记录 / let go what need not be kept any longer")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def reads(
    case: str,
    subject: str,
    *,
    expire: bool,
    as_json: bool,
    **page_of: Any,  # noqa: ANN401  limit and cursor
) -> None:
    """查阅留痕：谁在何时、以何目的查阅了什么 / who has read what, when and to what purpose."""
    from adapters.cli.cases import found_case
    from adapters.reads.listing import About, reads_page
    from projections.query import BadCursor

    if case and subject:
        raise click.UsageError("--case 与 --subject 二选一 / either --case or --subject")
    with open_plainly() as house:
        if expire:
            click.echo(f"已清除 expired {_expired(house):,}")
            return
        about = About("case", found_case(house, case)) if case else About("subject", subject)
        try:
            page = reads_page(house, about, page_of["limit"], page_of["after"])
        except BadCursor as error:
            raise click.ClickException("BAD_CURSOR: 游标不正确 / not a cursor of this list") from error
    print_json(page) if as_json else _print(page)


def _print(page: "ReadsPage") -> None:
    heads = ("位置 position", "时间 at", "门 door", "谁 who", "查阅 what", "目的 purpose", "依据 basis", "案卷 cases")
    print_lines(heads, map(_line, page.rows))
    if page.next:
        click.echo(f"还有更多 / there are more: --after {page.next}")


def _expired(house: "House") -> int:
    from adapters.cli.reader import on_command_line
    from adapters.reads.expiry import expire

    return expire(house, on_command_line())


def _line(row: "ReadLine") -> tuple[object, ...]:
    if row.expired:
        return row.position, row.at, "", "", "已清除 expired", "", "", ""
    who = row.post or row.actor or "未登录 unknown"
    return row.position, row.at, row.door, who, row.kind, row.purpose, row.basis, len(row.cases) + len(row.subjects)
