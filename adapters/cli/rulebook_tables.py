"""Rule versions as tables for people."""

from rich.console import Console
from rich.table import Table

from adapters.cli.printing import text_of
from domain.rulebook.book import Rulebook
from domain.rulebook.diff import Difference
from domain.rulebook.rules import RuleVersion

_COLUMNS = ("编号 id", "事项 matter", "地区 region", "生效 from", "失效 to", "制定 issuer", "已核对 verified")


def print_versions(book: Rulebook, versions: tuple[RuleVersion, ...]) -> None:
    """Print one line for each version."""
    table = Table(*_COLUMNS)
    for version in versions:
        matter = book.matters.get(version.matter)
        name = f"{version.matter} {matter.zh}" if matter else version.matter
        pilot = f" · 试点 pilot {version.pilot}" if version.pilot else ""
        dates = (text_of(version.valid_from), text_of(version.valid_to))
        table.add_row(
            version.id, name, version.region or "全国 all", *dates, version.issuer + pilot, text_of(version.verified)
        )
    Console().print(table)


def print_differences(before: RuleVersion, after: RuleVersion, found: tuple[Difference, ...]) -> None:
    """Print field, before and after."""
    table = Table("字段 field", before.id, after.id)
    for one in found:
        table.add_row(f"{one.zh} / {one.en}", one.before or "—", one.after or "—")
    Console().print(table)
