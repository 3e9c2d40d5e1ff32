"""``anjuan token``: a bearer token for a post or for another department, until real sign-in comes."""

import re

import click

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json
from domain.signals.kinds import DEPARTMENTS

_ACTOR = re.compile(r"[0-9A-Za-z:._-]{1,64}")
"""A number: what the token says ends in the log for good, where no name may be."""


@click.command("token")
@click.argument("post", required=False)
@click.option("--department", type=click.Choice(sorted(DEPARTMENTS)), help="为部门签发 / for another department")
@click.option("--actor", default="", help="任职人编号 / number of the holder; default: the first")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def command(post: str | None, department: str | None, actor: str, *, as_json: bool) -> None:
    """为岗位或部门签发令牌，只显示一次 / make a token for a post or a department; it is shown once."""
    if (post is None) == (department is None) or (department and actor):
        raise click.UsageError("岗位与 --department 二者择一 / either a post or --department")
    if department:
        _of_department(department, as_json=as_json)
    else:
        _of_post(post or "", actor, as_json=as_json)


def _of_department(department: str, *, as_json: bool) -> None:
    from adapters.cli.authority_acts import open_plainly
    from adapters.departments import LIFETIME

    with open_plainly() as house:
        token = house.departments.make(department)
    if as_json:
        print_json({"department": department, "token": token, "days": LIFETIME.days})
    else:
        zh, en = DEPARTMENTS[department]
        click.echo(token)
        click.echo(f"{zh} / {en}: {LIFETIME.days} 天内有效 days valid", err=True)


def _of_post(post: str, actor: str, *, as_json: bool) -> None:
    from adapters.cli.case_do import known_post_or_fault
    from adapters.house import open_house
    from adapters.settings import read_settings
    from adapters.tokens import LIFETIME
    from domain.authority.bureau import first_holder

    if actor and not _ACTOR.fullmatch(actor):
        raise click.ClickException(
            "BAD_ACTOR: 任职人编号限 64 个字母、数字、: . _ - / the holder's number: up to 64 of 0-9 A-Z a-z : . _ -"
        )
    with told_plainly(), open_house(read_settings()) as house:
        known = known_post_or_fault(house, post)
        token = house.tokens.make(known.id, actor or first_holder(known.id))
    if as_json:
        print_json({"post": known.id, "token": token, "days": LIFETIME.days})
    else:
        click.echo(token)
        click.echo(f"{known.title_zh} / {known.title_en}: {LIFETIME.days} 天内有效 days valid", err=True)
