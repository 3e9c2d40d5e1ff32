"""``anjuan log keys``: the keys that sign the log's heads."""

import click

from adapters.cli.authority_acts import open_plainly


@click.group("keys", invoke_without_command=True)
@click.pass_context
def keys(ctx: click.Context) -> None:
    """签名密钥的公钥 / the public parts of the keys that sign, for whoever checks the log."""
    from adapters.transparency.setting_up import ensure_keys

    if ctx.invoked_subcommand is None:
        with open_plainly() as house:
            for key in ensure_keys(house):
                click.echo(key.verifier.text)


@keys.command("new")
@click.option("--kind", type=click.Choice(["ed25519", "sm2"]), default="ed25519", show_default=True)
def new(kind: str) -> None:
    """新增签名密钥 / make a key that signs from now on, and tell the log of it."""
    from adapters.transparency.setting_up import new_log_key

    with open_plainly() as house:
        click.echo(new_log_key(house, "sm2" if kind == "sm2" else "ed25519").verifier.text)


@keys.command("retire")
@click.argument("key_id")
@click.option("--reason", required=True, help="停用原因 / why")
def retire(key_id: str, reason: str) -> None:
    """停用密钥 / let a key sign no more (KEY_ID: the eight hex digits of its line)."""
    from adapters.transparency.setting_up import retire_log_key

    with open_plainly() as house:
        retire_log_key(house, key_id, reason)
    click.echo(f"已停用 retired {key_id}")
