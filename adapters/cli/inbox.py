"""``anjuan inbox``: signals of other departments: taken in from files, listed, verified, judged."""

from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from adapters.cli.authority_acts import acting, open_plainly
from adapters.cli.files import file_faults
from adapters.cli.inbox_kafka import drop, follow, parked, replay
from adapters.cli.inbox_tables import print_leads, print_warnings
from adapters.cli.printing import IsoDay, print_json, print_lines
from domain.signals.events import Verdict
from domain.signals.kinds import DEPARTMENTS, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.house import House
    from application.signals import Taken
    from projections.views.leads.queries import LeadFilter, LeadPage
    from projections.views.warnings.queries import WarningFilter, WarningPage

_BATCH = 500
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KINDS = click.Choice(sorted(KINDS))


@click.group("inbox")
def command() -> None:
    """部门数据：接收、线索、预警、核实、认定 / signals of other departments."""


for _part in (follow, parked, replay, drop):
    command.add_command(_part)


def listing(statuses: tuple[str, ...]) -> "Callable[[Any], Any]":
    """Add the options of a list."""

    def add(function: Any) -> Any:  # noqa: ANN401  (click's decorators)
        for option in (
            click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON"),
            click.option("--after", default="", help="游标 / cursor of the next page"),
            click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="条数 / rows"),
            click.option("--status", type=click.Choice(statuses), default=None, help="状态 / how it stands"),
            click.option("--kind", type=_KINDS, default=None, help="种类 / kind of signal"),
            click.option("--matter", default="", help="事项 / matter"),
            click.option("--division", default="", help="区划 / division"),
        ):
            function = option(function)
        return function

    return add


@command.command("take")
@click.argument("file", type=_FILE)
@click.option("--department", type=click.Choice(sorted(DEPARTMENTS)), required=True, help="来源部门 / who sends it")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def take(file: Path, department: str, *, as_json: bool) -> None:
    """接收文件：JSON 数组，或每行一条 / take in a file: a JSON array, or one signal a line. Again: nothing twice."""
    with file_faults("FILE_FAULT", "文件不能读取", "The file cannot be read"):
        content = file.read_bytes()
    with open_plainly() as house:
        taken = [each for batch in _batches(content) for each in _take(house, department, batch)]
    if as_json:
        print_json({"signals": taken})
    else:
        _print_taken(taken)
    if any(each.outcome == "refused" for each in taken):
        raise SystemExit(1)


@command.command("leads")
@listing(("open", "confirmed", "served", "dismissed"))
def leads(*, as_json: bool, limit: int, after: str, **where: Any) -> None:  # noqa: ANN401  (the options above)
    """线索：可能符合条件而未享受 / eligible by a signal, and not served."""
    from adapters.signals import leads as leads_of
    from projections.views.leads.queries import LeadFilter

    asked = LeadFilter(**{name: value or "" for name, value in where.items()})
    page: LeadPage = _listed(lambda house: leads_of(house, asked, limit, after), asked)
    print_json({"rows": page.rows, "next": page.next or None}) if as_json else print_leads(page)


@command.command("warnings")
@listing(("open", "confirmed", "dismissed", "settled"))
def warnings(*, as_json: bool, limit: int, after: str, **where: Any) -> None:  # noqa: ANN401  (the options above)
    """预警：数据与在享待遇不符 / signals against what is being received."""
    from adapters.signals import warnings as warnings_of
    from projections.views.warnings.queries import WarningFilter

    asked = WarningFilter(**{name: value or "" for name, value in where.items()})
    page: WarningPage = _listed(lambda house: warnings_of(house, asked, limit, after), asked)
    print_json({"rows": page.rows, "next": page.next or None}) if as_json else print_warnings(page)


@command.command("verify")
@click.argument("source", type=click.Choice(sorted(DEPARTMENTS)))
@click.argument("id_", metavar="ID")
@click.option("--verified-on", type=IsoDay(), required=True, help="核实日期 / when it was verified")
@click.option("--by-source", required=True, help="核实方式 / how, and with whom")
@acting
def verify(source: str, id_: str, *, verified_on: date, by_source: str, **who: Any) -> None:  # noqa: ANN401  (the options of acting)
    """核实一条数据 / note that a signal was verified."""
    _carry_out("verify", (source, id_), {"verified_on": verified_on, "by_source": by_source}, who)


@command.command("judge")
@click.argument("source", type=click.Choice(sorted(DEPARTMENTS)))
@click.argument("id_", metavar="ID")
@click.option("--verdict", type=click.Choice(get_args(Verdict)), required=True, help="属实 confirmed 不属实 dismissed")
@click.option("--reason", required=True, help="书面理由 / the written reason")
@click.option("--matter", default="", help="只就该事项 / for this matter only")
@click.option("--basis", default="", help="依据 / legal basis")
@acting
def judge(source: str, id_: str, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """认定一条数据 / say whether a signal holds: without it, nothing adverse may rest on it."""
    who = {name: given.pop(name) for name in ("post", "key", "occurred_at", "as_json")}
    _carry_out("judge", (source, id_), given, who)


def _batches(content: bytes) -> "Iterator[list[bytes]]":
    from adapters.inbox.decoding import split_signals

    whole = content.lstrip().startswith(b"[")
    messages = iter(split_signals(content, most=None) if whole else filter(bytes.strip, content.splitlines()))
    while batch := list(islice(messages, _BATCH)):
        yield batch


def _take(house: "House", department: str, batch: list[bytes]) -> "list[Taken]":
    from adapters.inbox.taking import take_messages

    return take_messages(house, department, batch)


def _print_taken(taken: "list[Taken]") -> None:
    counts = {name: sum(each.outcome == name for each in taken) for name in ("taken", "repeated", "refused")}
    click.echo("接收 taken {taken}, 重复 repeated {repeated}, 拒收 refused {refused}".format(**counts))
    refused = [(n, each.id, each.code, each.detail) for n, each in enumerate(taken, 1) if each.outcome == "refused"]
    if refused:
        print_lines(("序号 number", "编号 id", "代码 code", "位置 where"), refused)


def _listed(find: "Callable[[House], Any]", asked: "LeadFilter | WarningFilter") -> Any:  # noqa: ANN401  (a page of either list)
    from adapters.cli.reader import on_command_line
    from adapters.projector.service import bring_up
    from adapters.reads.recording import asked_of, on_record
    from projections.query import BadCursor

    with open_plainly() as house:
        bring_up(house.locate)
        try:
            with on_record(house, on_command_line(), "list", asked_of(asked)) as record:
                page = find(house)
                record.subject(*(row.subject for row in page.rows))
        except BadCursor as error:
            raise click.ClickException("BAD_CURSOR: 游标不正确 / not a cursor of this list") from error
    return page


def _carry_out(act: str, name: tuple[str, str], values: dict[str, Any], who: dict[str, Any]) -> None:
    from adapters.cli.case_do import known_post_or_fault
    from adapters.signals import SignalWish, act_on_signal, body_of
    from application.signal_acts import SignalName
    from domain.authority.bureau import first_holder

    with open_plainly() as house:
        post = known_post_or_fault(house, who["post"])
        body = body_of({**values, "occurred_at": who["occurred_at"]})
        wish = SignalWish(act, SignalName(*name), body, post, first_holder(post.id), who["key"])
        answer = act_on_signal(house, wish)
    if who["as_json"]:
        print_json(answer)
    else:
        click.echo(f"@{answer.position}" if answer.position else "已是如此，无变动 / so already, nothing changed")
