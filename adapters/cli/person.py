"""``anjuan person``: one household, one file: its cases over all matters, what it receives, its events in order."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json, print_lines
from adapters.cli.words import worded
from adapters.web.figures import yuan

if TYPE_CHECKING:
    from adapters.persons import HouseholdFile
    from projections.views.person.queries import CaseOf, Happened, Person, Received


@click.group("person")
def command() -> None:
    """一户一档 / one household, one file."""


@command.command("show")
@click.argument("subject", required=False)
@click.option("--case", "case", help="按案卷查：编号或案号 / the household of a case: id or number")
@click.option("--limit", type=click.IntRange(1, 200), default=200, show_default=True, help="事件条数 / events")
@click.option("--after", default="", help="下一页游标 / cursor of the next page")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def show(subject: str | None, case: str | None, limit: int, after: str, *, as_json: bool) -> None:
    """家庭成员、各事项案件、现享待遇与全部经过 / members, cases, what they receive, events (SUBJECT: s-…)."""
    from adapters.cli.cases import found_case
    from adapters.cli.reader import on_command_line
    from adapters.persons import Asked, household_file
    from adapters.projector.service import bring_up
    from adapters.reads.recording import on_record
    from projections.query import BadCursor

    if (subject is None) == (case is None):
        raise click.UsageError("SUBJECT 或 --case 二选一 / either SUBJECT or --case")
    with open_plainly() as house:
        bring_up(house.locate)
        named = Asked(subject=subject) if subject else Asked(case_id=found_case(house, case or ""))
        with on_record(house, on_command_line(), "person") as record:
            try:
                found = household_file(house, Asked(named.subject, named.case_id, limit, after))
            except BadCursor as error:
                raise click.ClickException("BAD_CURSOR: 游标不正确 / not a cursor of this list") from error
            record.subject(*found.household.subjects)
            record.case(*(case.case_id for case in found.household.cases))
        matters = {each.id: f"{each.zh} {each.id}" for each in house.cases.bureau.now().rulebook.matters.values()}
    if as_json:
        print_json(found)
    else:
        _print(found, matters)


def _print(found: "HouseholdFile", matters: dict[str, str]) -> None:
    names = {person.subject: person.name for person in found.household.persons}
    names |= {before: person.name for person in found.household.persons for before in person.before}
    print_lines(
        ("成员 member", "姓名 name", "证件号 ID", "出生 born", "曾用临时身份 before"),
        map(_person, found.household.persons),
    )
    click.echo("")
    print_lines(
        ("案号 number", "事项 matter", "登记 received", "环节 stage", "属地 place", "在案人员 who"),
        (_case(case, matters) for case in found.household.cases),
    )
    click.echo(f"\n{found.day} 在享待遇 / received")
    heads = ("姓名 name", "事项 matter", "全案金额（元）of the case", "起 since", "止 until")
    print_lines(heads, _received(found.receives, names, matters))
    click.echo("")
    print_lines(
        ("位置 position", "发生 occurred", "登记 recorded", "事项 matter", "案号 number", "经过 event", "说明 meaning"),
        (_event(row, matters) for row in found.timeline.rows),
    )
    if found.timeline.next:
        click.echo(f"还有更多 / there are more: --after {found.timeline.next}")


def _person(person: "Person") -> tuple[object, ...]:
    return person.subject, person.name, person.number, person.born, person.before


def _case(case: "CaseOf", matters: dict[str, str]) -> tuple[object, ...]:
    who = tuple(f"{link.name or '—'}（{_role(link.role)}{link.relation}）" for link in case.links)
    matter, stage = matters.get(case.matter, case.matter), worded("stage", case.stage)
    return case.number, matter, case.received_on, stage, case.division, who


def _role(role: str) -> str:
    return "" if role == "member" else f"{worded('seat', role)} "


def _received(
    rows: "Iterable[Received]", names: dict[str, str], matters: dict[str, str]
) -> "Iterable[tuple[object, ...]]":
    for row in rows:
        matter = matters.get(row.matter, row.matter)
        yield names.get(row.subject, row.subject), matter, yuan(row.amount), row.since, row.until


def _event(row: "Happened", matters: dict[str, str]) -> tuple[object, ...]:
    from adapters.persons import OUTCOMES

    outcome = worded(OUTCOMES.get(row.type, ""), row.outcome) if row.outcome else ""
    amount = "" if row.amount is None else f"¥{yuan(row.amount)}"
    meaning = " ".join(filter(None, (amount, _since(row), outcome)))
    event = worded("event", row.type)
    matter = matters.get(row.matter, row.matter)
    return row.position, row.occurred_at, row.recorded_at, matter, row.number, event, meaning


def _since(row: "Happened") -> str:
    return f"自 from {row.since:%Y-%m}" if row.since else ""
