"""``anjuan policy``: policies from draft to norm, and what a draft would have meant."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from adapters.cli.authority_acts import acting, open_plainly
from adapters.cli.printing import print_json
from domain.policy.registry import POLICY_ACTIONS

if TYPE_CHECKING:
    from adapters.house import House
    from application.policy import PolicyAnswer
    from domain.policy.action import PolicyAction
    from domain.policy.parts import PolicyId
    from domain.rulebook.rules import RuleVersion

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_ACTIONS = click.Choice([name.replace("_", "-") for name in POLICY_ACTIONS])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FIELDS = "\n".join(
    f"{name.replace('_', '-')} {action.zh} [{action.role or '任何岗位 any post'}]: "
    + ", ".join(f"{field.name}{'*' if field.required else ''}" for field in msgspec.structs.fields(action.command))
    for name, action in POLICY_ACTIONS.items()
)
_EPILOG = f"\b\n各步骤的办理岗位与 --body 字段（* 必填） / who takes a step, and its fields (* required):\n{_FIELDS}"
_NOT_THERE = "还没有的规则版本 / rule versions that are not published yet"


@click.group("policy")
def command() -> None:
    """政策：起草、征求意见、审核、决定、试点、公布 / policies, from draft to norm."""


@command.command("list")
@click.option("--stage", default="", help="只看该阶段 / only this stage")
@_AS_JSON
def list_(stage: str, *, as_json: bool) -> None:
    """各项政策及其进展 / the policies and where they stand."""
    from adapters.cli.policy_tables import print_policies
    from adapters.projector.service import bring_up
    from projections.views.policies.queries import policies, policy_rows

    with open_plainly() as house:
        bring_up(house.locate)
        rows = policies(house.read(*policy_rows(stage)))
    if as_json:
        print_json(rows)
    else:
        print_policies(rows)


@command.command("show")
@click.argument("policy")
@_AS_JSON
def show(policy: str, *, as_json: bool) -> None:
    """一项政策的全貌 / one policy in full."""
    from adapters.cli.policy_tables import print_policy
    from adapters.policy import needed_policy_id
    from application.policy import read_policy

    with open_plainly() as house:
        loaded = read_policy(house.log, needed_policy_id(policy))
    if as_json:
        print_json({"version": loaded.version, "state": loaded.state})
    else:
        print_policy(loaded.state)


@command.command("do", epilog=_EPILOG)
@click.argument("action", type=_ACTIONS)
@click.argument("policy", required=False)
@click.option("--body", default="{}", help="全部字段的 JSON / all fields as JSON")
@click.option("--rules", type=_FILE, help=f"事项文件：其中{_NOT_THERE}")
@acting
def do(*, action: str, policy: str | None, as_json: bool, **given: Any) -> None:  # noqa: ANN401  (the options above)
    """办理一步；起草不带编号 / take a step; a draft has no id yet: do draft-policy --rules FILE --post POST."""
    chosen = POLICY_ACTIONS[action.replace("-", "_")]
    with open_plainly() as house:
        answer = _carry_out(house, chosen, _id_for(chosen, policy), given)
    if as_json:
        from adapters.http.policy import answer_fields

        print_json(answer_fields(answer))
    else:
        click.echo(f"{chosen.zh} {chosen.en}: {answer.policy_id} v{answer.version} @{answer.position}")


@command.command("impact")
@click.argument("draft", metavar="POLICY|FILE")
@click.option("--months", type=click.IntRange(1, 240), default=12, show_default=True, help="回溯月数 / months back")
@_AS_JSON
def impact(draft: str, months: int, *, as_json: bool) -> None:
    """草案影响：按草案重算近 N 个月的决定，不写入事件 / the last months decided again; writes nothing."""
    from adapters.cli.policy_tables import print_impacts
    from adapters.cli.progress import bars
    from application.impact import impact as impact_of
    from application.impact import last_months
    from domain.calendar import civil_day

    with open_plainly() as house, bars() as place:
        versions, window = _draft(house, draft), last_months(civil_day(house.now()), months)
        bar = place.bar("重算 replaying", house.log.head().position)
        book = house.cases.bureau.refresh().rulebook
        found = impact_of(house.log, book, versions, window, lambda done, _: bar.at(done))
        bar.complete()
    if as_json:
        print_json(found)
    else:
        print_impacts(found)


def _id_for(action: "PolicyAction", policy: str | None) -> "PolicyId | None":
    from adapters.policy import DRAFTING, needed_policy_id

    if action.name == DRAFTING:
        if policy is not None:
            raise click.UsageError("起草不带编号 / a draft has no id yet")
        return None
    if policy is None:
        raise click.UsageError("缺政策编号 / the id of the policy is missing")
    return needed_policy_id(policy)


def _carry_out(
    house: "House", action: "PolicyAction", policy_id: "PolicyId | None", given: dict[str, Any]
) -> "PolicyAnswer":
    from adapters.cli.case_do import known_post_or_fault
    from adapters.policy import PolicyWish, read_policy_wish
    from application.policy import handle_policy
    from domain.authority.bureau import first_holder

    post = known_post_or_fault(house, given["post"])
    body = _body(house, given)
    wish = PolicyWish(action, body, post, first_holder(post.id), policy_id, given["key"])
    return handle_policy(house.cases, read_policy_wish(house, wish))


def _body(house: "House", given: dict[str, Any]) -> bytes:
    """Lay the rules of the file, and the time told, over the JSON body."""
    from adapters.commands import MalformedBody, decoded
    from adapters.policy import new_versions

    body = decoded(msgspec.json.decode, given["body"])
    if not isinstance(body, dict):
        raise MalformedBody("$: Expected `object`")
    if given["rules"] is not None:
        body["versions"] = msgspec.to_builtins(new_versions(house, given["rules"]))
    if given["occurred_at"] is not None:
        body["occurred_at"] = given["occurred_at"]
    return msgspec.json.encode(body)


def _draft(house: "House", draft: str) -> "tuple[RuleVersion, ...]":
    from adapters.policy import needed_policy_id, new_versions
    from application.policy import read_policy

    path = Path(draft)
    if not path.is_file():
        return read_policy(house.log, needed_policy_id(draft)).state.versions
    versions = new_versions(house, path)
    if not versions:
        raise click.ClickException(f"NOTHING_NEW: 文件中没有{_NOT_THERE}")
    return versions
