"""``anjuan feed reconcile``: what a department was sent against what it holds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines
from adapters.cli.progress import bars
from domain.signals.kinds import DEPARTMENTS

if TYPE_CHECKING:
    from adapters.cli.progress import Bar
    from domain.feeds.reconciling import Line, Report, Sum

_SHOWN = 12
"""So many digits of a digest tell two apart."""


@click.command("reconcile")
@click.argument("department", type=click.Choice(sorted(DEPARTMENTS)))
@click.argument("theirs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", type=click.IntRange(0), help="我方只计至该位置 / count ours up to this position only")
@click.option("--all", "all_", is_flag=True, help="也列出一致的 / print what is equal too")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def reconcile(department: str, theirs: Path, until: int | None, *, all_: bool, as_json: bool) -> None:
    """按日、按县区对账：已提供与对方持有 / reconcile by day and county; exit code 1 if anything differs.

    THEIRS: 含表头 day,division,count,digest 的 CSV，或 JSON / CSV with that header, or JSON.
    """
    from adapters.feeds.held import read_holdings
    from adapters.feeds.reconciling import reconcile as reconciled

    with told_plainly():
        with file_faults("FILE_FAULT", "文件不能读取", "The file cannot be read"):
            given = theirs.read_bytes()
        held = read_holdings(given)
    with open_plainly() as house, bars() as all_bars:
        bar = all_bars.bar("重算已提供 what was sent")
        report = reconciled(house, department, held, until, lambda done, total: _moved(bar, done, total))
    if as_json:
        print_json(report if all_ else _without_equal(report))
    else:
        _print(report, all_=all_)
    if report.differing:
        raise SystemExit(1)


def _moved(bar: "Bar", done: int, total: int) -> None:
    if not done:
        bar.told("重算已提供 what was sent", total)
    bar.at(done)


def _without_equal(report: "Report") -> "Report":
    from msgspec.structs import replace

    return replace(report, lines=tuple(line for line in report.lines if line.verdict != "equal"))


def _print(report: "Report", *, all_: bool) -> None:
    lines = report.lines if all_ else _without_equal(report).lines
    if lines:
        heads = ("日期 day", "区划 division", "我方 ours", "对方 theirs", "结论 verdict", "重读自 read again after")
        print_lines(heads, map(_row, lines))
    click.echo(
        f"{len(report.lines)} 行 rows, {report.differing} 行不一致 differ; "
        f"我方 ours {report.ours}, 对方 theirs {report.theirs}; 我方计至 ours up to @{report.upto}"
    )


def _row(line: "Line") -> tuple[object, ...]:
    from domain.feeds.reconciling import VERDICTS

    after = None if line.first is None else f"@{line.first - 1}"
    return line.day, line.division, _said(line.ours), _said(line.theirs), " ".join(VERDICTS[line.verdict]), after


def _said(side: "Sum | None") -> str | None:
    return f"{side.count} ({side.digest[:_SHOWN]}…)" if side else None
