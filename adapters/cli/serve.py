"""``anjuan serve``: pages and API, with the projector beside them."""

import click
from msgspec.structs import replace

from adapters.cli.plainly import told_plainly


@click.command("serve")
@click.option("--host", help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65_535), help="端口 / port")
def command(host: str | None, port: int | None) -> None:
    """启动网页与接口 / serve pages and API until Ctrl-C."""
    from adapters.cli.address import free_or_fault
    from adapters.house import open_house
    from adapters.http.server import serve
    from adapters.settings import read_settings

    with told_plainly():
        settings = read_settings()
        settings = replace(settings, host=host or settings.host, port=port or settings.port)
        free_or_fault(settings.host, settings.port)
        with open_house(settings, click.echo) as house:
            serve(house, lambda: _links(settings.host, settings.port))


def _links(host: str, port: int) -> None:
    shown = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(f"网页 pages  {shown}/")
    click.echo(f"接口 API    {shown}/docs")
    if host not in ("127.0.0.1", "localhost", "::1"):
        click.echo(
            "注意：读取无需登录，请勿对外网开放 / Reads need no sign-in yet: keep this off open networks", err=True
        )
