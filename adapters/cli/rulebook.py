"""``anjuan rulebook``: check rule data, publish them, and ask which rule is in force where and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import IsoDay, checked_region, print_json

if TYPE_CHECKING:
    from adapters.house import House
    from adapters.rulebook import RuleDataFault
    from domain.kernel import Event
    from domain.rulebook.rules import RuleVersion

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_DATA = click.Path(exists=True, path_type=Path)


@click.group("rulebook")
def command() -> None:
    """规则库：检查、发布、比较、查询 / the rulebook: check, publish, compare, ask."""


@command.command("check")
@click.argument("data", type=_DATA, required=False, metavar="[FILE|FOLDER]")
@_AS_JSON
def check(data: Path | None, *, as_json: bool) -> None:
    """检查规则数据，不用数据库 / check rule data without a database; every fault with file and line."""
    with told_plainly():
        versions, faults = _checked(data)
    if as_json:
        print_json({"versions": versions, "faults": [_fields(fault) for fault in faults]})
    else:
        for fault in faults:
            click.echo(str(fault))
        click.echo(f"{versions} 个版本 versions, {len(faults)} 处错误 faults")
    if faults or not versions:
        raise click.exceptions.Exit(1)


def _checked(data: Path | None) -> "tuple[int, list[RuleDataFault]]":
    """How many versions, or rules of coverage, and their faults; without a file, all that ships."""
    from adapters.reference import INFRA
    from adapters.rulebook import check_rulebook, read_rulebook
    from adapters.rulebook.coverage import SHIPPED, check_coverage, is_coverage

    if data is not None and is_coverage(data):
        book, faults = check_coverage(data)
        return len(book.rules), faults
    loaded = read_rulebook(data or INFRA / "rulebook")
    also = check_coverage(SHIPPED)[1] if data is None else []
    return len(loaded.data.versions), [*check_rulebook(loaded), *also]


@command.command("publish")
@click.argument("data", type=_DATA, metavar="FILE|FOLDER")
@click.option("--post", required=True, help="发布岗位 / who publishes, as in 320903-decider")
@click.option("--norm-in-force", is_flag=True, help="补录本系统之前已生效的规范 / a norm older than this log")
@_AS_JSON
def publish(data: Path, post: str, *, norm_in_force: bool, as_json: bool) -> None:
    """发布规则；已发布的内容不变 / publish what is not published yet; what is published never changes."""
    with _house() as house:
        written = _publish(house, data, post, norm_in_force=norm_in_force)
    events = [event.TYPE for found in written.values() for event in found]
    if as_json:
        print_json({"events": events})
    else:
        click.echo(f"已发布 published: {len(events)}")


@command.command("list")
@click.option("--matter", default="", help="事项 / matter")
@_AS_JSON
def list_(matter: str, *, as_json: bool) -> None:
    """全部规则版本 / all published versions."""
    from domain.rulebook.book import UnknownMatter

    with _house() as house:
        book = house.cases.bureau.refresh().rulebook
        if matter and matter not in book.matters and matter not in book.places:
            raise UnknownMatter
        _show(house, book.versions_of(matter) if matter else book.all_versions(), as_json=as_json)


@command.command("show")
@click.argument("id_", metavar="ID")
@_AS_JSON
def show(id_: str, *, as_json: bool) -> None:
    """一个版本的全文 / one version in full."""
    with _house() as house:
        found = house.cases.bureau.refresh().rulebook.version(id_)
    if as_json:
        print_json(found)
    else:
        import yaml

        click.echo(yaml.safe_dump(msgspec.to_builtins(found), allow_unicode=True, sort_keys=False))


@command.command("diff")
@click.argument("before")
@click.argument("after")
@_AS_JSON
def diff(before: str, after: str, *, as_json: bool) -> None:
    """逐项比较两个版本 / compare two versions field by field."""
    from adapters.cli.rulebook_tables import print_differences
    from domain.cases.vocabulary import ACTION_WORDS
    from domain.rulebook.diff import differences

    with _house() as house:
        book = house.cases.bureau.refresh().rulebook
        old, new = book.version(before), book.version(after)
    found = differences(old, new, ACTION_WORDS)
    if as_json:
        print_json(found)
    else:
        print_differences(old, new, found)


@command.command("in-force")
@click.option("--on", "day", type=IsoDay(), help="日期，默认今天 / day, today if left out")
@click.option("--region", required=True, help="行政区划代码 / division code")
@click.option("--matter", default="", help="事项 / matter")
@_AS_JSON
def in_force(day: date | None, region: str, matter: str, *, as_json: bool) -> None:
    """某日某地有效的规则 / the rules in force there on that day."""
    from domain.calendar import civil_day

    with _house() as house:
        book = house.cases.bureau.refresh().rulebook
        _show(house, book.all_in_force(checked_region(region), day or civil_day(house.now()), matter), as_json=as_json)


@contextmanager
def _house() -> "Iterator[House]":
    from adapters.house import open_house
    from adapters.settings import read_settings

    with told_plainly(), open_house(read_settings()) as house:
        yield house


def _publish(house: "House", data: Path, post: str, *, norm_in_force: bool) -> "dict[str, tuple[Event, ...]]":
    from msgspec.structs import replace

    from adapters.cli.case_do import known_post_or_fault
    from adapters.rulebook import load_rulebook
    from application.ports import Conflict
    from application.runs.publish_rules import may_publish, new_versions, no_policy_passed_by, publish_rules, signed_by

    who, rules = known_post_or_fault(house, post), load_rulebook(data)
    bureau = house.cases.bureau.refresh()
    versions = tuple(new_versions(bureau.rulebook, rules.versions))
    grants = tuple(grant for grant in rules.grants if grant.id not in bureau.register.grants)
    may_publish(who, replace(rules, versions=versions, grants=grants))
    no_policy_passed_by(versions, norm_in_force=norm_in_force)
    try:
        return publish_rules(house.log, house.cases.bureau, rules, signed_by(who, house.now()))
    except Conflict as conflict:
        raise click.ClickException("CONFLICT: 请重试 / somebody else published, try again") from conflict


def _show(house: "House", versions: "tuple[RuleVersion, ...]", *, as_json: bool) -> None:
    from adapters.cli.rulebook_tables import print_versions

    if as_json:
        print_json(versions)
    else:
        print_versions(house.cases.bureau.now().rulebook, versions)


def _fields(fault: "RuleDataFault") -> dict[str, Any]:
    return {"file": fault.path.name, "line": fault.line, "where": fault.where, "fault": fault.fault}
