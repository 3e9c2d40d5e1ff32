"""Verifying what is not the bureau's own database: a dump and an export, honest and spoilt, by the command line."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.postgres.supervisor import binaries
from adapters.projector.service import bring_up
from adapters.transparency.exporting import export_log
from adapters.transparency.proving import newest_head
from adapters.transparency.tiles import bundle, unbundle
from tests.support import database
from tests.support.attested import alter_state, attested
from tests.support.command_line import anjuan
from tests.support.logs import query, tamper

pytestmark = pytest.mark.postgres


class Kept(NamedTuple):
    """A dump and an export of one log, a dump of it when it was spoilt, and the log's key."""

    dump: Path
    spoilt: Path
    export: Path
    key: str
    home: Path


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, attested(url, home) as (_, honest):
        with connect(url, "anjuan_reader") as reader:
            export_log(reader, newest_head(reader), home / "tiles")
        _dump(url, home / "log.dump", "custom")
        alter_state(url, 30)
        _dump(url, home / "spoilt.sql", "plain")
        yield Kept(home / "log.dump", home / "spoilt.sql", home / "tiles", honest.trust.keys[0].text, home)


def _dump(url: str, file: Path, kind: str) -> None:
    subprocess.run([str(binaries.find(None) / "pg_dump"), f"--format={kind}", f"--file={file}", url], check=True)


def told(kept: Kept, *words: str) -> tuple[int, list[tuple[str, int]], int]:
    """The exit code, what was found, and how many events were looked at."""
    done = anjuan(kept.home, "", "audit", "verify", "--json", "--key", kept.key, *words)
    if done.returncode and not done.stdout:
        return done.returncode, [(done.stderr.split(":")[1].strip(), 0)], 0
    verdict = msgspec.json.decode(done.stdout)
    return done.returncode, [(each["code"], each["position"]) for each in verdict["findings"]], verdict["events"]


def test_a_dump_is_verified_in_a_server_of_its_own(kept: Kept) -> None:
    code, found, events = told(kept, "--dump", str(kept.dump))
    assert (code, found) == (0, [])
    assert events > 100
    code, found, _ = told(kept, "--dump", str(kept.spoilt))
    assert (code, found[0]) == (1, ("STATE_ALTERED", 30))


def test_what_is_no_dump_of_a_log_is_never_well(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "other.sql"
    other.write_text("CREATE TABLE nothing ();")
    assert told(kept, "--dump", str(other)) == (1, [("LOG_UNREADABLE", 0)], 0)
    assert told(kept, "--export", str(tmp_path)) == (1, [("LOG_UNREADABLE", 0)], 0)


def test_an_export_is_verified_from_its_files(kept: Kept) -> None:
    code, found, events = told(kept, "--export", str(kept.export))
    assert (code, found) == (0, [])
    assert events > 100


@pytest.mark.parametrize("number", [4, 90])
def test_a_record_altered_in_an_export_is_named(kept: Kept, number: int) -> None:
    file = next((kept.export / "tile/entries").rglob("*[0-9]"))
    file = file if file.is_file() else next(file.iterdir())
    honest = file.read_bytes()
    records = unbundle(honest)
    records[number - 1] = records[number - 1].replace(b'"v":1', b'"v":2')
    file.write_bytes(bundle(records))
    try:
        code, found, _ = told(kept, "--export", str(kept.export))
        assert code == 1
        assert {"TILE_DIFFERS", "CHECKPOINT_DIFFERS"} <= {each for each, _ in found}
        file.write_bytes(bundle([*records[: number - 1], *records[number:]]))
        code, found, _ = told(kept, "--export", str(kept.export))
        assert (code, ("POSITION_MISSING", number) in found) == (1, True)
    finally:
        file.write_bytes(honest)


def test_a_login_that_may_only_read_verifies_the_database(database_url: str, tmp_path: Path) -> None:
    with attested(database_url, tmp_path):
        pass
    query(database_url, "CREATE ROLE outside_auditor LOGIN IN ROLE anjuan_reader")
    try:
        login = make_conninfo(database_url, user="outside_auditor")
        with psycopg.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE tree.sizes SET size = 0")
        words = ("audit", "verify", "--json", "--database", login)
        assert anjuan(tmp_path / "nowhere", "", *words).returncode == 0
        alter_state(database_url, 30)
        done = anjuan(tmp_path / "nowhere", "", *words)
        assert (done.returncode, msgspec.json.decode(done.stdout)["findings"][0]["code"]) == (1, "STATE_ALTERED")
    finally:
        query(database_url, "DROP ROLE outside_auditor")


def test_acts_out_of_order_are_told_apart_from_a_log_that_was_changed(database_url: str, tmp_path: Path) -> None:
    """The random cases of these tests are of posts that no rule knows."""
    with attested(database_url, tmp_path):
        pass
    words = ("audit", "verify", "--json")
    assert anjuan(tmp_path, database_url, *words, "--no-decisions").returncode == 0
    done = anjuan(tmp_path, database_url, *words)
    assert done.returncode == 3
    assert {each["code"] for each in msgspec.json.decode(done.stdout)["findings"]} == {"DECISION_FAULTY"}
    alter_state(database_url, 30)
    assert anjuan(tmp_path, database_url, *words).returncode == 1


def test_a_view_that_was_edited_is_named_and_only_when_asked_for(database_url: str, tmp_path: Path) -> None:
    with attested(database_url, tmp_path) as (house, _):
        bring_up(house.locate)
    words = ("audit", "verify", "--json", "--no-decisions")
    assert anjuan(tmp_path, database_url, *words, "--views").returncode == 0
    case = query(database_url, "SELECT case_id FROM views.worklist ORDER BY 1 LIMIT 1")[0][0]
    tamper(database_url, "UPDATE views.worklist SET amount = amount + 1 WHERE case_id = %s", case)
    assert anjuan(tmp_path, database_url, *words).returncode == 0, "the log itself is well"
    done = anjuan(tmp_path, database_url, *words, "--views")
    found = msgspec.json.decode(done.stdout)["findings"]
    assert (done.returncode, len(found)) == (1, 1)
    assert (found[0]["code"], found[0]["detail"]) == ("VIEW_DIFFERS", f"worklist worklist {case}: changed")
