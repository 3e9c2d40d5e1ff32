"""``anjuan audit verify``: everything computed again from the bytes of the log."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json

if TYPE_CHECKING:
    from adapters.transparency.checkpoints import Checkpoint
    from adapters.transparency.verifying.findings import Verdict
    from adapters.transparency.verifying.trust import Trust
    from adapters.transparency.verifying.verify import Progress

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SOURCE = click.Path(exists=True, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_TOLD_EVENTS = 100_000
_ACTS = 3
"""The exit code where only acts are at fault."""


@click.command("verify")
@click.option("--key", "keys", multiple=True, help="自己保存的日志公钥 / a public key of the log that you keep")
@click.option("--checkpoint", "last", type=_FILE, help="自己上次保存的检查点 / the checkpoint that you kept last time")
@click.option("--witness", "witnesses", multiple=True, help="见证人公钥 / public key of a witness that you trust")
@click.option("--quorum", type=click.IntRange(0), default=0, help="至少几个见证签名 / how many witnesses must sign")
@click.option("--keep", type=_NEW_FILE, help="通过后保存检查点 / where to keep the newest checkpoint, if all is well")
@click.option("--decisions/--no-decisions", default=True, help="逐项复核决定 / judge and compute every decision again")
@click.option("--views", is_flag=True, help="并比对全部视图 / compare every view with the log as well")
@click.option("--bundle", type=_FILE, help="只核验该证据包 / verify this bundle alone, without any database")
@click.option(
    "--database", help="以该登录核验数据库 / verify this database with its login's own rights: reading is enough"
)
@click.option("--dump", type=_SOURCE, help="核验数据库备份 / verify the log in this dump (decisions are not judged)")
@click.option("--export", type=_SOURCE, help="核验导出目录 / verify this exported log (it has no states)")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def verify(
    *,
    keep: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  (the options above)
) -> None:
    """核验日志：从字节重新计算 / verify the log from its bytes.

    退出码 exit code: 1 日志或视图有误 something is wrong with the log or a view; 3 日志无误，但有行为与当日规则不符
    the log is well, but an act in it is not in order by the rule of its day.
    """
    from adapters.transparency.verifying.whole import Also, verify_house

    also = Also(given.pop("decisions"), given.pop("views"))
    sources = {name: given.pop(name) for name in ("bundle", "database", "dump", "export")}
    named = [(name, path) for name, path in sources.items() if path]
    if len(named) > 1:
        raise click.UsageError("来源只能选一 / one of --bundle, --database, --dump, --export")
    progress = _silent if as_json else _Told()
    with told_plainly():
        trust = _trust(**given)
        if named:
            verdict, newest = _apart(*named[0], trust, progress), None
        else:
            verdict, newest = verify_house(trust, also, progress)
    print_json(verdict) if as_json else _print(verdict)
    if not verdict.well:
        raise click.exceptions.Exit(_ACTS if verdict.only_acts else 1)
    if keep and newest:
        keep.write_text(newest.note.whole, encoding="utf-8")


def _apart(kind: str, source: Any, trust: "Trust", progress: "Progress") -> "Verdict":  # noqa: ANN401  (path or address)
    """Verify what is not the bureau's own database, or that one with no more rights than a login has."""
    import psycopg

    from adapters.transparency.verifying.bundle import verify_bundle
    from adapters.transparency.verifying.dump import verify_dump
    from adapters.transparency.verifying.export import verify_export
    from adapters.transparency.verifying.verify import verify_database

    if kind == "database":
        with psycopg.connect(source, autocommit=True) as connection:
            return verify_database(connection, trust, progress)
    if kind == "dump":
        return verify_dump(source, trust, progress)
    return verify_bundle(source, trust) if kind == "bundle" else verify_export(source, trust)


def _trust(keys: tuple[str, ...], last: Path | None, witnesses: tuple[str, ...], quorum: int) -> "Trust":
    from adapters.transparency.keys import BadKey, verifier_of
    from adapters.transparency.verifying.trust import Trust

    kept = checkpoint_in(last)
    try:
        return Trust(tuple(map(verifier_of, keys)), tuple(map(verifier_of, witnesses)), quorum, kept)
    except BadKey as error:
        raise click.BadParameter(f"BAD_KEY: {error}") from error


def checkpoint_in(file: Path | None) -> "Checkpoint | None":
    """Return the checkpoint that a file holds. Raises click.BadParameter."""
    from adapters.transparency.checkpoints import parse_checkpoint
    from adapters.transparency.notes import BadNote

    try:
        return parse_checkpoint(file.read_text(encoding="utf-8")) if file else None
    except (BadNote, UnicodeDecodeError) as error:
        raise click.BadParameter(f"BAD_CHECKPOINT: {error}") from error


class _Told:
    """Tells of each hundred thousand events."""

    def __init__(self) -> None:
        self._shown = 0

    def __call__(self, done: int, of: int) -> None:
        if done - self._shown >= _TOLD_EVENTS:
            self._shown = done
            click.echo(f"{done:,} / {of:,}", err=True)


def _silent(_done: int, _of: int) -> None:
    """JSON is for programs."""


def _print(verdict: "Verdict") -> None:
    from adapters.transparency.verifying.findings import WORDS

    click.echo(f"日志 log {verdict.log}")
    click.echo(f"事件 events {verdict.events:,}，流 streams {verdict.streams:,}，{verdict.seconds:,.1f} s")
    click.echo(f"根 root {verdict.root}")
    click.echo(
        f"检查点 checkpoints {verdict.checkpoints:,}，有效签名 signatures {verdict.signatures:,}，"
        f"签名至 signed up to {verdict.signed:,}，"
        f"见证至 witnessed up to {verdict.witnessed:,}，末端封存 sealed heads {verdict.sealed:,}"
    )
    click.echo(f"密文 sealed fields {verdict.fields:,}")
    click.echo(f"复核决定 decisions judged {verdict.decisions:,}")
    for each in verdict.findings:
        zh, en = WORDS[each.code]
        at = f" {each.position:,}" if each.position else ""
        click.echo(f"{each.code}{at}: {zh} / {en}{f' ({each.detail})' if each.detail else ''}")
    click.echo(_outcome(verdict))


def _outcome(verdict: "Verdict") -> str:
    if verdict.only_acts:
        return "日志核验通过，但有行为与当日规则不符 the log is verified; acts in it are not in order"
    return "核验通过 verified" if verdict.well else "核验未通过 NOT verified"
