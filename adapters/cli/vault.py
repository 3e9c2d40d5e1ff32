"""``anjuan vault``: erasing a person, legal holds, certificates, and the keys that keep personal data."""

import sys
from typing import TYPE_CHECKING

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json
from adapters.cli.vault_keys import rewrap, status

if TYPE_CHECKING:
    from adapters.erasing.run import By
    from adapters.house import House

_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_POST = click.option("--post", required=True, help="以该岗位办理 / in the name of this post")
_REASON = click.option("--reason", required=True, help="事由 / reason")
_BASIS = click.option("--basis", required=True, help="法律依据 / legal basis")
_SUBJECT = click.argument("subject")


@click.group("vault")
def command() -> None:
    """密钥库：个人信息的密钥与抹除 / the vault: keys of personal data, erasure."""


for _part in (rewrap, status):
    command.add_command(_part)


@command.command("erase")
@_SUBJECT
@_REASON
@_BASIS
@_POST
@_JSON
@click.option("--yes", is_flag=True, help="不再询问 / do not ask again")
def erase(subject: str, post: str, *, as_json: bool, yes: bool, **why: str) -> None:
    """抹除当事人的个人信息，不可恢复 / erase a person's data for ever."""
    from adapters.erasing.run import Eraser
    from adapters.erasing.run import erase as run
    from domain.kernel import SubjectId

    with open_plainly() as house:
        if not yes:
            click.confirm("抹除后无法恢复，是否继续？/ It cannot be undone. Go on?", abort=True, err=True)
        run(Eraser(house.locate, house.log), SubjectId(subject), (why["reason"], why["basis"]), _by(house, post))
        _tell(house, subject, as_json=as_json)


@command.command("certificate")
@_SUBJECT
@_JSON
def certificate_of(subject: str, *, as_json: bool) -> None:
    """抹除证明 / the certificate of an erasure."""
    with open_plainly() as house:
        _tell(house, subject, as_json=as_json)


@command.command("hold")
@_SUBJECT
@_REASON
@_BASIS
@_POST
def hold(subject: str, reason: str, basis: str, post: str) -> None:
    """留存保全，期间不得抹除 / place a legal hold."""
    from adapters.erasing.run import hold as place
    from domain.erasure import HoldPlaced
    from domain.kernel import SubjectId

    with open_plainly() as house:
        event = HoldPlaced(subject=SubjectId(subject), reason=reason, basis=basis)
        done = place(house.log, event, _by(house, post))
        click.echo("已保全 held" if done else "已在保全中 held already")


@command.command("release")
@_SUBJECT
@_REASON
@_POST
def release(subject: str, reason: str, post: str) -> None:
    """解除保全 / lift a legal hold."""
    from adapters.erasing.run import hold as lift
    from domain.erasure import HoldLifted
    from domain.kernel import SubjectId

    with open_plainly() as house:
        done = lift(house.log, HoldLifted(subject=SubjectId(subject), reason=reason), _by(house, post))
        click.echo("已解除 lifted" if done else "未在保全中 not held")


@command.command("find")
@_JSON
def find(*, as_json: bool) -> None:
    """以身份证号查找当事人，号码从标准输入读取 / the subject of an ID number, read from standard input."""
    from domain.erasure import UnknownSubject

    number = sys.stdin.readline().strip()
    with open_plainly() as house:
        subject = house.vault.subjects.known(number)
        if subject is None:
            raise UnknownSubject
        if as_json:
            print_json({"subject": subject})
        else:
            click.echo(subject)


def _by(house: "House", post: str) -> "By":
    from adapters.cli.case_do import known_post_or_fault
    from adapters.erasing.run import By
    from domain.authority.bureau import first_holder

    known = known_post_or_fault(house, post)
    return By(first_holder(known.id), known.id, house.now())


def _tell(house: "House", subject: str, *, as_json: bool) -> None:
    from adapters.erasing.books import Books
    from adapters.erasing.certificate import as_text, certificate

    told = certificate(house.log, Books(house.locate), subject)
    if as_json:
        print_json(told)
    else:
        click.echo(as_text(told, house.vault.log_name()))
