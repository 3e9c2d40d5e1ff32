"""``anjuan import``: histories of other systems, from XES and CSV files."""

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.progress import Bar, bars, say
from adapters.history.csv_log import PLAIN, CsvColumns, read_csv
from adapters.history.xes import read_xes
from adapters.history.xes_parser import Rules
from adapters.house import House, open_house
from adapters.projector.service import bring_up
from adapters.settings import read_settings
from application.history import HistoryDamaged, Trace
from application.runs.import_history import SOURCE, Imported, import_history, source_named
from domain.calendar import CIVIL_ZONE

_MOST_NAMED = 10

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_source = click.option(
    "--source", default="", help="来源名称，默认取文件名 / name of the source, by default the file's"
)


@click.group("import")
def command() -> None:
    """导入其他系统的办件历史 / import case histories of other systems."""


@command.command("xes")
@_file
@_source
def xes(file: Path, source: str) -> None:
    """导入 XES（IEEE 1849，可为 .gz）/ import XES (IEEE 1849, plain or gzip)."""
    with told_plainly():
        # Defaults that a file declares for all its events are no facts of any case.
        _import(file, source, read_xes(file, Rules(assume_globals=False)))


@command.command("csv")
@_file
@_source
@click.option("--zone", default="", help="无时区时间的时区 / zone of times without one, such as Asia/Shanghai")
@click.option("--case-column", default=PLAIN.case, show_default=True)
@click.option("--activity-column", default=PLAIN.activity, show_default=True)
@click.option("--time-column", default=PLAIN.timestamp, show_default=True)
@click.option("--lifecycle-column", default=PLAIN.lifecycle, show_default=True)
@click.option("--resource-column", default=PLAIN.resource, show_default=True)
def csv(file: Path, source: str, zone: str, **columns: str) -> None:
    """导入 CSV（UTF-8，首行为列名）/ import CSV (UTF-8, with a header row)."""
    named = CsvColumns(
        case=columns["case_column"],
        activity=columns["activity_column"],
        timestamp=columns["time_column"],
        lifecycle=columns["lifecycle_column"],
        resource=columns["resource_column"],
    )
    with told_plainly():
        _import(file, source, read_csv(file, named, zone=_zone(zone)))


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if name == str(CIVIL_ZONE):  # a machine without a zone database still knows its own time
            return CIVIL_ZONE
        raise click.BadParameter("没有此时区 / there is no such zone", param_hint="--zone") from None


def _import(file: Path, source: str, traces: Iterable[Trace]) -> None:
    source = source or source_named(Path(file.name.removesuffix(".gz")).stem)
    if not SOURCE.fullmatch(source):
        raise click.BadParameter("限小写字母、数字、. 与 _ / only a-z, 0-9, . and _", param_hint="--source")
    with open_house(read_settings(), say) as house, bars() as shown:
        with file_faults("FILE_UNREADABLE", "文件无法读取", "the file cannot be read"):
            imported, damage = _write(house, source, traces, shown.bar("导入案例 traces"))
        folding = shown.bar("更新视图 views", house.log.head().position)
        bring_up(house.locate, lambda step: folding.at(step.position))
        folding.complete()
    _summary(source, imported)
    if damage is not None:
        where, fault = damage.where, damage.fault
        raise click.ClickException(f"{damage.code}: {where.zh}：{fault.zh} / {where.en}: {fault.en}")
    if imported.conflicts:
        raise click.ClickException(_conflicts(imported.conflicts))


def _write(house: House, source: str, traces: Iterable[Trace], bar: Bar) -> tuple[Imported, HistoryDamaged | None]:
    imported = Imported()
    try:
        for imported in import_history(house.log, source, traces, house.now()):
            bar.at(imported.traces)
    except HistoryDamaged as damage:
        return imported, damage
    bar.complete()
    return imported, None


def _summary(source: str, imported: Imported) -> None:
    click.echo(f"来源 source: {source}")
    click.echo(f"案例 traces: {imported.traces:,}")
    click.echo(f"新事件 new events: {imported.events:,}")
    click.echo(f"已导入过 there before: {imported.repeated:,}")
    click.echo(f"时间倒退 backward steps: {imported.backward:,}")


def _conflicts(numbers: tuple[int, ...]) -> str:
    named = ", ".join(map(str, numbers[:_MOST_NAMED])) + (", …" if len(numbers) > _MOST_NAMED else "")
    return (
        f"IMPORT_CONFLICT: {len(numbers)} 个案例已存在且内容不同，未导入"
        f" / {len(numbers)} traces are there with another content and were left out: {named}"
    )
