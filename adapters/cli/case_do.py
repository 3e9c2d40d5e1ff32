"""``anjuan case do``: every action of the registry as a subcommand, its options made from the command's fields."""

from typing import Any

import click
import msgspec

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import IsoTime, print_json
from domain.cases.action import Action
from domain.cases.registry import ACTIONS

_OPENING = "open_case"
_FEN = ("amount", "monthly_income")


class NamedFact(click.ParamType[tuple[str, bool | int | str]]):
    """A fact with its value: ``NAME=VALUE``; whole numbers (money in fen), yes or no as true or false, else text."""

    name = "name=value"
    HELP = "认定的情况，可重复 / a fact, repeatable: need_amount=50000, able=false, cause=fire, since=2026-03-02"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, bool | int | str]:
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not name or not equals:
            self.fail("须为 名称=值 / it must be NAME=VALUE", param, ctx)
        if text in ("true", "false"):
            return name, text == "true"
        return name, int(text) if text.isascii() and text.isdigit() else text


class _Actions(click.Group):
    """The actions, made when asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [name.replace("_", "-") for name in ACTIONS]

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        action = ACTIONS.get(name.replace("-", "_"))
        return _command_of(action) if action else None


@click.command("do", cls=_Actions)
def do() -> None:
    """办理 / act on a case: anjuan case do accept-case CASE --post POST."""


def _command_of(action: Action) -> click.Command:
    fields = [field for field in msgspec.structs.fields(action.command) if _is_plain(field.type)]
    params: list[click.Parameter] = [] if action.name == _OPENING else [click.Argument(["case"])]
    params += [
        click.Option(["--post"], required=True, help="以该岗位办理 / in the name of this post"),
        click.Option(["--body"], default="{}", help=_body_help(action)),
        click.Option(["--key"], default="", help="幂等键 / idempotency key"),
        click.Option(["--occurred-at"], type=IsoTime(), help="发生时间 / when it happened"),
        click.Option(["--json", "as_json"], is_flag=True, help="输出 JSON / print JSON"),
        *(_option(field) for field in fields),
    ]

    def run(**given: Any) -> None:  # noqa: ANN401  (what click parsed)
        with told_plainly():
            _do(action, given)

    name = action.name.replace("_", "-")
    return click.Command(name, params=params, callback=run, help=f"{action.zh} / {action.en}")


def _body_help(action: Action) -> str:
    """Name the fields that have no option of their own: parts, and lists of parts."""
    parts = [field.name for field in msgspec.structs.fields(action.command) if not _is_plain(field.type)]
    only = f"；只能在此填写 only here: {', '.join(parts)}" if parts else ""
    return f"全部字段的 JSON / all fields as JSON{only}"


def _do(action: Action, given: dict[str, Any]) -> None:
    from adapters.cli.cases import found_case
    from adapters.commands import Wish, read_wish
    from adapters.house import open_house
    from adapters.http.actions import answer_fields
    from adapters.settings import read_settings
    from domain.authority.bureau import first_holder

    as_json, case, key = given.pop("as_json"), given.pop("case", None), given.pop("key")
    name = given.pop("post")
    body = _body(given.pop("body"), given)
    with open_house(read_settings()) as house:
        post = known_post_or_fault(house, name)
        case_id = found_case(house, case) if case else None
        wish = Wish(action=action, body=body, post=post, actor=first_holder(post.id), case_id=case_id, key=key)
        answer = answer_fields(house.handle(read_wish(house, wish)))
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{action.zh} {action.en}: {answer['case_id']} v{answer['version']} @{answer['position']}")


def known_post_or_fault(house: Any, name: str) -> Any:  # noqa: ANN401  (loaded only when used)
    """Return the post. Raises click.ClickException."""
    from adapters.commands import known_post

    post = known_post(house, name)
    if post is None:
        raise click.ClickException("UNKNOWN_POST: 没有此岗位 / no such post")
    return post


def _body(text: str, given: dict[str, Any]) -> bytes:
    """Lay the options over the JSON body."""
    from adapters.commands import MalformedBody, decoded

    body = decoded(msgspec.json.decode, text)
    if not isinstance(body, dict):
        raise MalformedBody("$: Expected `object`")
    told = {name: value for name, value in given.items() if value is not None and value != ()}
    told |= {name: dict(value) for name, value in told.items() if isinstance(value, tuple) and _are_facts(value)}
    return msgspec.json.encode({**body, **told})


def _are_facts(value: tuple[Any, ...]) -> bool:
    return all(isinstance(each, tuple) for each in value)


def _is_plain(kind: Any) -> bool:  # noqa: ANN401  (a type of a field)
    """Parts and lists of parts are given by --body alone."""
    return _shape(kind)[0] is not None


def _option(field: msgspec.structs.FieldInfo) -> click.Option:
    kind, many = _shape(field.type)
    if isinstance(kind, NamedFact):
        return click.Option(["--fact", field.name], type=kind, multiple=True, help=NamedFact.HELP)
    flag = f"--{field.name.replace('_', '-')}"
    if kind is bool:
        return click.Option([f"{flag}/--no-{field.name.replace('_', '-')}"], default=None)
    unit = "金额，单位为分 / in fen" if field.name in _FEN else None
    return click.Option([flag, field.name], type=kind, multiple=many, help=unit)


def _shape(kind: Any) -> tuple[Any, bool]:  # noqa: ANN401  (types of fields)
    """Return what click takes for a field, and whether more than once; None for what has no plain text."""
    info = msgspec.inspect.type_info(kind)
    match info:
        case msgspec.inspect.Metadata():
            return _shape_of(info.type)
        case _:
            return _shape_of(info)


def _shape_of(info: msgspec.inspect.Type) -> tuple[Any, bool]:
    match info:
        case msgspec.inspect.BoolType():
            return bool, False
        case msgspec.inspect.IntType():
            return int, False
        case msgspec.inspect.StrType() | msgspec.inspect.DateType() | msgspec.inspect.DateTimeType():
            return str, False
        case msgspec.inspect.LiteralType(values=values):
            return click.Choice([str(value) for value in values]), False
        case msgspec.inspect.VarTupleType(item_type=item):
            return _shape_of(item)[0], True
        case msgspec.inspect.DictType():
            return NamedFact(), True
        case msgspec.inspect.UnionType(types=types):
            plain = [each for each in types if not isinstance(each, msgspec.inspect.NoneType)]
            return _shape_of(plain[0]) if len(plain) == 1 else (None, False)
        case _:
            return None, False
