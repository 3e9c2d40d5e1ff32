"""``anjuan feed asyncapi|compat|release``: contracts for machines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines
from domain.signals.kinds import DEPARTMENTS

if TYPE_CHECKING:
    from adapters.feeds.compatibility import Change
    from domain.feeds.contract import Contract

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DEPARTMENTS = click.Choice(sorted(DEPARTMENTS))
_FAULT = ("FILE_FAULT", "文件不能读写", "A file cannot be read or written")
_released_in = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="已发布格式的文件夹 / the folder of what was released; infra/feeds/released by default",
)


@click.command("asyncapi")
@click.argument("department", type=_DEPARTMENTS)
@click.option("--file", "path", type=_FILE, help="尚未批准的约定文件 / a contract that is not approved yet")
def asyncapi(department: str, path: Path | None) -> None:
    """一个部门的 AsyncAPI 3 文档 / the AsyncAPI 3 document of a department, as JSON."""
    from adapters.feeds.describing import document_today
    from adapters.web.texts import load_texts

    if path is not None:
        print_json(_document_of(path, department))
        return
    with open_plainly() as house:
        print_json(document_today(house, department, load_texts()))


@click.command("compat")
@click.argument("files", type=_FILE, nargs=-1)
@_released_in
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def compat(files: tuple[Path, ...], folder: Path | None, *, as_json: bool) -> None:
    """约定文件与已发布格式的差异 / how contract files differ from what was released; exit code 1 on a breaking change.

    不指定文件时检查全部随附约定 / without files: all contracts that ship.
    """
    from adapters.feeds.files import read_contract, shipped_contracts
    from adapters.feeds.released import RELEASED, differences, read_released

    with told_plainly(), file_faults(*_FAULT):
        contracts = [*map(read_contract, files)] if files else shipped_contracts()
        released = read_released(folder or RELEASED)
    if files:
        named = {contract.department for contract in contracts}
        released = {name: feed for name, feed in released.items() if name in named}
    found = differences(contracts, released)
    broken = sum(change.breaks for change in found)
    if as_json:
        print_json([_told(change) for change in found])
    else:
        _print_changes(found)
        click.echo(f"{len(contracts)} 份约定 contracts, {len(found)} 处改动 changes, {broken} 处不兼容 breaking")
    if broken:
        raise SystemExit(1)


@click.command("release")
@click.argument("department", type=_DEPARTMENTS, required=False)
@click.option("--breaking", is_flag=True, help="发布不兼容的改动 / release what breaks readers; they have agreed")
@_released_in
def release(department: str | None, folder: Path | None, *, breaking: bool) -> None:
    """将随附约定的格式记为已发布 / write down what the contracts that ship promise; one department, or all."""
    from adapters.feeds.files import shipped_contracts
    from adapters.feeds.released import RELEASED, read_released, withdraw
    from adapters.feeds.released import release as write

    into = folder or RELEASED
    with told_plainly(), file_faults(*_FAULT):
        contracts = {contract.department: contract for contract in shipped_contracts()}
        named = [department] if department else sorted(contracts.keys() | read_released(into).keys())
        for name in named:
            if name in contracts:
                click.echo(f"{name} {write(contracts[name], into, breaking=breaking).release}")
            elif name in read_released(into):
                withdraw(name, into, breaking=breaking)
                click.echo(f"{name} 不再提供 withdrawn")
            else:
                raise click.ClickException(f"UNKNOWN_FEED: 没有约定文件 / There is no contract file: {name}")


def _document_of(path: Path, department: str) -> dict[str, Any]:
    from adapters.feeds.asyncapi import Around, document
    from adapters.feeds.files import BadContract, read_contract
    from adapters.settings import read_settings
    from adapters.web.texts import load_texts

    with told_plainly(), file_faults(*_FAULT):
        contract: Contract = read_contract(path)
        if contract.department != department:
            raise BadContract(f"{path.name}: department")
        _checked(contract)
        return document(department, contract, Around(read_settings().kafka, load_texts()))


def _checked(contract: "Contract") -> None:
    """Raise ContractFaulty for one that could not be approved either."""
    from adapters.rulebook import shipped_rules
    from domain.feeds.approving import ContractFaulty
    from domain.feeds.scope import faults

    found = faults(contract, DEPARTMENTS, {matter.id for matter in shipped_rules().matters})
    if found:
        raise ContractFaulty("; ".join(found))


def _told(change: "Change") -> dict[str, Any]:
    from adapters.feeds.compatibility import WORDS

    zh, en = WORDS[change.kind]
    said = {"breaking": change.breaks, "zh": zh, "en": en}
    kept = {name: getattr(change, name) for name in ("department", "type", "path", "kind", "before", "now")}
    return kept | said


def _print_changes(found: "list[Change]") -> None:
    if not found:
        return
    heads = ("", "部门 department", "类型 type", "字段 path", "改动 change", "原为 before", "现为 now")
    rows = (
        (
            "不兼容 BREAKING" if change.breaks else "兼容 ok",
            *(change.department, change.type, change.path, change.words, change.before, change.now),
        )
        for change in found
    )
    print_lines(heads, rows)
