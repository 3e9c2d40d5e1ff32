"""``anjuan duties``: what is due, soon and overdue, by post, organ and article."""

from typing import TYPE_CHECKING, Any

import click

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines
from adapters.cli.words import worded
from adapters.web.figures import last_moment

if TYPE_CHECKING:
    from adapters.duties import Board, Named, NamedDuty

_BY = click.Choice(["post", "organ", "article"])


@click.command("duties")
@click.option("--due", "state", flag_value="due", default=True, help="全部在办 / every clock that runs")
@click.option("--soon", "state", flag_value="soon", help="即将到期 / due soon")
@click.option("--overdue", "state", flag_value="overdue", help="已超时 / overdue")
@click.option("--division", default="", help="案件所在区划 / where the case lies")
@click.option("--organ", default="", help="责任单位区划 / division of the organ that owes it")
@click.option("--holder", default="", help="责任角色 / the role that owes it")
@click.option("--post", default="", help="经办岗位 / the post that has the case")
@click.option("--article", default="", help="依据 / the basis, exactly")
@click.option("--matter", default="", help="事项 / matter")
@click.option("--by", type=_BY, help="按岗位、单位或依据汇总 / tally")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="条数 / rows")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(*, by: Any, limit: int, as_json: bool, **where: Any) -> None:  # noqa: ANN401  (the options above)
    """法定职责时限台账 / the clocks of statutory duties: who owes what, by which article, until when."""
    from adapters.duties import Asked, board, tallied
    from adapters.house import open_house
    from adapters.projector.service import bring_up
    from adapters.settings import read_settings
    from projections.views.duties.queries import DutyFilter

    found: Board | list[Named]
    with told_plainly(), open_house(read_settings()) as house:
        bring_up(house.locate)
        asked = DutyFilter(**where)
        found = tallied(house, by, asked) if by else board(house, Asked(asked, limit))
    if isinstance(found, list):
        print_json(found) if as_json else _print_tallies(found, by)
    else:
        print_json({"rows": found.rows, "next": found.next or None}) if as_json else _print_board(found)


def _print_board(found: "Board") -> None:
    heads = ("截止 due", "职责 duty", "案号 number", "责任单位 office", "岗位 post", "依据 article", "超时 breach")
    print_lines(heads, map(_cells, found.rows))
    if found.next:
        click.echo("还有更多 / there are more: --limit")


def _cells(row: "NamedDuty") -> tuple[object, ...]:
    duty = row.duty
    who = row.posts or (worded("role", duty.holder),)
    return last_moment(duty.due_at), f"{row.zh} {row.en}", duty.number, row.office, who, duty.basis, duty.breached_at


def _print_tallies(found: "list[Named]", by: str) -> None:
    heads = ("名称 name", "区划 division", "单位 office", "在办 due", "即将到期 soon", "超时 overdue")
    print_lines(heads, ((_name(row, by), *_counts(row)) for row in found))


def _name(row: "Named", by: str) -> str:
    if by == "post" and not row.tally.name:
        return "未分派 unassigned"
    return worded("role", row.tally.name) if by == "organ" else row.tally.name


def _counts(row: "Named") -> tuple[object, ...]:
    tally = row.tally
    return tally.division, row.office, tally.due, tally.soon, tally.overdue
