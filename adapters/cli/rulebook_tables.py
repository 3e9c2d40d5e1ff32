"""Rule versions as tables for people."""

from rich.console import Console
from rich.table import Table

from adapters.cli.printing import print_lines, text_of
from domain.rulebook.book import Rulebook
from domain.rulebook.diff import Difference
from domain.rulebook.rules import RuleVersion


def print_versions(book: Rulebook, versions: tuple[RuleVersion, ...]) -> None:
    """Print one line for each version."""
    print_lines(
        ("编号 id", "地区 region", "有效 valid", "事项 matter"), (_cells(book, version) for version in versions)
    )


def _cells(book: Rulebook, version: RuleVersion) -> tuple[object, ...]:
    dates = f"{version.valid_from} – {text_of(version.valid_to)}"
    return version.id, version.region or "全国 national", dates, _matter(book, version)


def _matter(book: Rulebook, version: RuleVersion) -> str:
    matter = book.matters.get(version.matter)
    marks = [f"试点 pilot {version.pilot}"] if version.pilot else []
    marks += [] if version.verified else ["待核 unverified"]
    return " · ".join([matter.zh if matter else version.matter, *marks])


def print_differences(before: RuleVersion, after: RuleVersion, found: tuple[Difference, ...]) -> None:
    """Print field, before and after."""
    table = Table(show_lines=True)
    for name in ("字段 field", before.id, after.id):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(f"{one.zh} / {one.en}", one.before or "—", one.after or "—")
    Console().print(table)
