"""``anjuan vault status|rewrap``: the keys themselves."""

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.printing import print_json


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def status(*, as_json: bool) -> None:
    """密钥与抹除的数目 / how many keys, how many erasures."""
    from adapters.erasing.books import Books
    from adapters.vault.rewrapping import left

    with open_plainly() as house:
        told = {
            **house.vault.counts(),
            "kek": house.vault.ring.current,
            "to_rewrap": left(house.vault, house.vault.ring),
            "unfinished_erasures": len(Books(house.locate).unfinished()),
        }
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        click.echo(f"{name}: {value}")


@click.command("rewrap")
@click.option("--drop-old", is_flag=True, help="随后删除旧的密钥加密密钥 / then remove the older key files")
@click.option("--resume", is_flag=True, help="接着上次，不建新钥 / go on with the last change, make no new key")
def rewrap(*, drop_old: bool, resume: bool) -> None:
    """换密钥加密密钥，数据密钥逐一重新包裹 / change the key-encryption key."""
    from adapters.vault.keyring import add_kek, drop_keks, next_kek, read_ring
    from adapters.vault.rewrapping import left, make_current
    from adapters.vault.rewrapping import rewrap as wrap_anew

    with open_plainly() as house:
        settings = house.settings
        if not settings.keks and not resume:
            add_kek(settings.home, next_kek(house.vault.ring.current))
        ring = read_ring(settings.home, settings.keks)
        make_current(house.vault, ring)
        done = wrap_anew(house.vault, ring, lambda count: click.echo(f"… {count:,}", err=True))
        click.echo(f"{ring.current}: 已重新包裹 rewrapped {done:,}")
        if drop_old and not settings.keks and not left(house.vault, ring):
            click.echo(f"已删除 removed {', '.join(drop_keks(settings.home, ring.current)) or '-'}")
