"""``anjuan export``: imported histories out again, as XES or CSV."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import click

from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.progress import bars, say
from adapters.cli.reader import on_command_line
from adapters.history.csv_writer import save_csv
from adapters.history.xes import save_xes
from adapters.house import open_house
from adapters.reads.recording import on_record
from adapters.settings import read_settings
from application.history import Trace
from application.runs.export_history import ManySources, export_history

_file = click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
_source = click.option(
    "--source", default="", help="来源名称，只有一个时可省 / name of the source, if there are several"
)


@click.group("export")
def command() -> None:
    """导出已导入的办件历史 / export case histories that were imported."""


@command.command("xes")
@_file
@_source
def xes(file: Path, source: str) -> None:
    """导出 XES，文件名以 .gz 结尾则压缩 / export XES, gzip when named .gz."""
    with told_plainly():
        _export(source, lambda traces: save_xes(file, traces), "案例 traces")


@command.command("csv")
@_file
@_source
def csv(file: Path, source: str) -> None:
    """导出 CSV，每个活动一行 / export CSV, a row per activity."""
    with told_plainly():
        _export(source, lambda traces: save_csv(file, traces), "行 rows")


def _export(source: str, save: Callable[[Iterator[Trace]], int], unit: str) -> None:
    with open_house(read_settings(), say) as house, bars() as shown:
        with on_record(house, on_command_line(), "export", {"source": source}):
            pass  # on record before the first line is written: an export may be cut off
        bar = shown.bar("读取日志 log", house.log.head().position)
        traces = export_history(house.log, source, bar.at)
        try:
            first = next(traces, None)
            if first is None:
                raise click.ClickException("NOTHING_TO_EXPORT: 没有此来源的案例 / no cases of this source")
            with file_faults("FILE_UNWRITABLE", "文件无法写入", "the file cannot be written"):
                count = save(chain((first,), traces))
        except ManySources as many:
            names = ", ".join(many.sources)
            raise click.ClickException(
                f"MANY_SOURCES: 请以 --source 指定来源 / choose a source with --source: {names}"
            ) from many
        except ValueError as error:  # what the format cannot hold
            raise click.ClickException(f"CANNOT_EXPORT: 该格式无法表示 / the format cannot hold it: {error}") from error
        bar.complete()
    click.echo(f"{unit}: {count:,}")
