"""``anjuan log witnesses`` of the log's side, and ``anjuan witness`` of the witness's own."""

from pathlib import Path

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.plainly import told_plainly

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("witnesses")
def witnesses() -> None:
    """本日志的见证人 / who countersigns this log."""


@witnesses.command("add")
@click.argument("url")
@click.argument("key")
def add(url: str, key: str) -> None:
    """登记见证人 / have a witness asked from now on (KEY: its public key as one line)."""
    from adapters.transparency.standing import add_witness

    with open_plainly() as house:
        click.echo(f"已登记 added {add_witness(house, url, key)}")


@witnesses.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """注销见证人 / ask a witness no more; what it has signed stays."""
    from adapters.transparency.standing import remove_witness

    with open_plainly() as house:
        remove_witness(house, name)
        click.echo(f"已注销 removed {name}")


@click.group("witness")
def command() -> None:
    """见证服务（由局外单位运行）/ a witness, run by an office outside the bureau."""


@command.command("key")
@click.argument("name")
@click.argument("file", type=_FILE)
def key(name: str, file: Path) -> None:
    """生成见证密钥 / make the witness's key; prints the public part."""
    from adapters.transparency.keys import new_key

    with told_plainly():
        made = new_key(name, "cosignature")
        with file.open("x", encoding="utf-8") as opened:
            file.chmod(0o600)
            opened.write(f"{made.text}\n")
        click.echo(made.verifier.text)


@command.command("serve")
@click.option("--key", "key_file", type=_FILE, required=True, help="密钥文件 / file of the key")
@click.option("--memory", type=_FILE, required=True, help="已签检查点的存储文件 / file that remembers what was signed")
@click.option("--log", "logs", multiple=True, required=True, help="所见证日志的公钥 / public key of a log it watches")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8100, show_default=True)
def serve(key_file: Path, memory: Path, logs: tuple[str, ...], host: str, port: int) -> None:
    """运行见证服务 / countersign heads that continue each other, until Ctrl-C."""
    from adapters.transparency.keys import signing_key_of, verifier_of
    from adapters.transparency.witness_server import serve_witness

    own = signing_key_of(key_file.read_text(encoding="utf-8"))
    watched = [(found.name, found) for found in map(verifier_of, logs)]
    serve_witness(memory, own, watched, (host, port), lambda: click.echo(f"见证 witness http://{host}:{port}/"))
