"""``anjuan feed``: what other departments are given: contracts, what they would see, what was delivered."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.authority_acts import act_of, acting, open_plainly
from adapters.cli.feed_kafka import relay, topics
from adapters.cli.feed_machines import asyncapi, compat, release
from adapters.cli.feed_reconcile import reconcile
from adapters.cli.files import file_faults
from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json, print_lines
from domain.signals.kinds import DEPARTMENTS

if TYPE_CHECKING:
    from adapters.feeds.messages import Message
    from application.ports import Appended
    from domain.feeds.contract import Contract, Feed

_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_DEPARTMENT = click.argument("department", type=click.Choice(sorted(DEPARTMENTS)))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("feed")
def command() -> None:
    """数据共享：各部门的约定与消息 / feeds of other departments."""


for _part in (topics, relay, asyncapi, compat, release, reconcile):
    command.add_command(_part)


@command.command("list")
@_JSON
def list_(*, as_json: bool) -> None:
    """各部门约定与提供量 / the contracts, and what was delivered."""
    from adapters.feeds.deliveries import deliveries
    from application.feeds import feeds
    from domain.calendar import civil_day

    with open_plainly() as house:
        found, today, delivered = feeds(house.log), civil_day(house.now()), deliveries(house)
    counts = {
        name: sum(
            each.messages for each in delivered if each.department == name and each.contract == len(feed.versions)
        )
        for name, feed in found.items()
    }
    if as_json:
        print_json([{"department": name, "delivered": counts[name], **_told(feed)} for name, feed in found.items()])
        return
    heads = ("部门 department", "版本 version", "约定 contract", "有效期 valid", "状态 now", "已提供 delivered")
    print_lines(heads, (_line(name, feed, today, counts[name]) for name, feed in found.items()))


@command.command("show")
@_DEPARTMENT
@_JSON
def show(department: str, *, as_json: bool) -> None:
    """一份约定的全部版本 / all versions of a contract."""
    from application.feeds import read_feed

    with open_plainly() as house:
        feed = read_feed(house.log, department)
    if as_json:
        print_json(_told(feed))
        return
    for contract in feed.versions:
        _print_contract(contract)
    if feed.ended:
        click.echo(f"已终止 ended: {feed.ended}")


@command.command("check")
@click.argument("files", type=_FILE, nargs=-1)
def check(files: tuple[Path, ...]) -> None:
    """检查约定文件，不写入 / check files of contracts; without any, those that ship. Exit code 1 on a fault."""
    from adapters.feeds.files import read_contract, shipped_contracts
    from adapters.rulebook import shipped_rules
    from domain.feeds.scope import faults

    with told_plainly(), file_faults("FILE_FAULT", "文件不能读取", "The file cannot be read"):
        contracts = [*map(read_contract, files)] if files else shipped_contracts()
    matters = {matter.id for matter in shipped_rules().matters}
    found = [(contract.department, fault) for contract in contracts for fault in faults(contract, DEPARTMENTS, matters)]
    for department, fault in found:
        click.echo(f"{department}: {fault}", err=True)
    click.echo(f"{len(contracts)} 份约定 contracts, {len(found)} 处错误 faults")
    if found:
        raise SystemExit(1)


@command.command("preview")
@_DEPARTMENT
@click.option("--file", "path", type=_FILE, help="尚未批准的约定文件 / a contract that is not approved yet")
@click.option(
    "--after", type=click.IntRange(0), default=0, show_default=True, help="自该位置之后 / after this position"
)
@click.option("--limit", type=click.IntRange(1, 1_000), default=10, show_default=True, help="条数 / messages")
def preview(department: str, path: Path | None, after: int, limit: int) -> None:
    """该部门将看到的消息，一行一条；留痕 / what the department would be given; it goes on record as a read."""
    from adapters.cli.reader import on_command_line
    from adapters.feeds.delivering import messages_after, source_of
    from adapters.feeds.files import read_contract
    from adapters.feeds.messages import structured
    from adapters.reads.recording import on_record
    from application.feeds import read_feed

    with open_plainly() as house:
        contract = read_contract(path) if path else read_feed(house.log, department).versions[-1]
        source, head = source_of(house), house.log.head().position
        messages: list[Message] = []
        with on_record(house, on_command_line(), "export", {"feed": department}) as seen:
            while after < head and len(messages) < limit:
                after, more = messages_after(house, contract, after, 1_000)
                messages += more
            seen.case(*(message.case_id for message in messages[:limit]))
    for message in messages[:limit]:
        click.echo(structured(message, source).decode())


@command.command("approve")
@click.argument("path", metavar="FILE", type=_FILE)
@acting
def approve(path: Path, *, as_json: bool, **who: Any) -> None:  # noqa: ANN401 (the options of acting)
    """批准约定，或其新版本 / approve a contract, or a new version of it."""
    from adapters.feeds.files import read_contract
    from application.feeds import approve_contract

    with open_plainly() as house:
        done = approve_contract(house.cases, act_of(house, who), read_contract(path))
    _tell(done, "已批准 approved", as_json=as_json)


@command.command("end")
@_DEPARTMENT
@click.option("--reason", required=True, help="书面理由 / the written reason")
@acting
def end(department: str, reason: str, *, as_json: bool, **who: Any) -> None:  # noqa: ANN401 (the options of acting)
    """提前终止约定 / end a contract before its time."""
    from application.feeds import end_contract

    with open_plainly() as house:
        done = end_contract(house.cases, act_of(house, who), department, reason)
    _tell(done, "已终止 ended", as_json=as_json)


def _tell(done: "Appended | None", what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"position": done.last if done else 0, "repeated": bool(done and done.repeated)})
    else:
        click.echo(f"{what} @{done.last}" if done else "无变化 nothing new")


def _told(feed: "Feed") -> dict[str, Any]:
    return {"versions": feed.versions, "ended": feed.ended}


def _line(department: str, feed: "Feed", today: date, delivered: int) -> tuple[object, ...]:
    contract = feed.versions[-1]
    now = "已终止 ended" if feed.ended else "有效 in force" if feed.on(today) else "不在有效期 not in force"
    span = f"{contract.valid_from} – {contract.valid_until}"
    name = f"{DEPARTMENTS[department][0]} {department}"
    return name, contract.version, f"{contract.title_zh} / {contract.title_en}", span, now, delivered


def _print_contract(contract: "Contract") -> None:
    click.echo(f"第 {contract.version} 版 version  {contract.title_zh} / {contract.title_en}")
    for what, text in (
        ("使用依据 basis", contract.basis),
        ("使用场景 scene", contract.scene),
        ("事项 matters", ", ".join(contract.matters)),
        ("区划 divisions", ", ".join(contract.divisions)),
        ("共享方式 manner", ", ".join(contract.manner)),
        ("使用时限 valid", f"{contract.valid_from} – {contract.valid_until}"),
        ("批准 approver", contract.approver),
        ("人员信息 persons", ", ".join(contract.persons)),
    ):
        click.echo(f"  {what}: {text}")
    for delivered in contract.events:
        with_persons = " + persons" if delivered.persons else ""
        click.echo(f"  {delivered.type}: {', '.join(delivered.fields)}{with_persons}")
