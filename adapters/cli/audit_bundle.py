"""``anjuan audit bundle``: the evidence of one case, to be verified offline."""

from pathlib import Path

import click

from adapters.cli.authority_acts import open_plainly
from adapters.cli.plainly import told_plainly


@click.command("bundle")
@click.option("--checkpoint", "last", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="输出文件 / the file to write")
@click.option("--disclose", "whose", default="all", show_default=True, help="all | none | 当事人 a subject")
@click.argument("case")
def bundle(case: str, last: Path | None, out: Path | None, whose: str) -> None:
    """案卷证据包：可离线核验 / evidence of a case as a zip (CASE: id or number).

    --disclose：展示谁的个人信息 / whose personal fields it shows.

    --checkpoint：自己上次保存的检查点 / the one that you kept: the zip then proves that the log goes on from it.
    """
    from adapters.cli.audit_verify import checkpoint_in
    from adapters.cli.cases import found_case
    from adapters.cli.reader import on_command_line
    from adapters.postgres.connections import connect
    from adapters.reads.recording import on_record
    from adapters.transparency.bundling import bundle_of

    with told_plainly(), open_plainly() as house, connect(house.locate, "anjuan_notary") as notary:
        case_id = found_case(house, case)
        with on_record(house, on_command_line(), "bundle", {"disclose": whose}) as record:
            record.case(case_id)
        file = out or Path(f"{case_id}.zip")
        file.write_bytes(bundle_of(house, notary, case_id, checkpoint_in(last), whose))
    click.echo(f"已写 wrote {file}（{file.stat().st_size:,} bytes）")
