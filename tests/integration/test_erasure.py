"""Erasing a person: nothing of them is left, nothing of others is lost, whatever happens on the way."""

import json
import logging
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from adapters.erasing.books import Books
from adapters.erasing.certificate import certificate
from adapters.erasing.run import By, Eraser, erase, hold
from adapters.explaining import explanation_of
from adapters.house import House
from adapters.main import main
from adapters.operating.acts import by_lane, pause, rebuild_views, verify_views
from adapters.postgres.embedded import EmbeddedServer
from adapters.postgres.supervisor import binaries
from adapters.projector.service import bring_up
from adapters.transparency.verifying.decisions import judge_all
from application.explain import DecisionErased
from domain.bureau_events import RULEBOOK, RuleVersionPublished
from domain.cases.events.closing import CaseArchived, NoteAdded
from domain.cases.events.intake import CaseOpened
from domain.erasure import HoldLifted, HoldPlaced, OnHold, RetentionRuns, UnknownSubject
from domain.errors import SubjectErased
from domain.kernel import CaseId, SubjectId
from domain.personal import erased_by
from projections.registry import VIEWS
from tests.support import database
from tests.support.builders import HANDLER, RULES
from tests.support.command_line import fault, read, said
from tests.support.erasable import (
    FINDING,
    KEPT,
    MASKED,
    MOTHER,
    NOTE,
    SON,
    TOLD,
    TRACES,
    databases,
    found_in_files,
    found_in_tables,
)
from tests.support.houses import house_on, set_up, tell
from tests.support.logs import query
from tests.support.past_cases import APPRAISED, lived
from tests.support.people import of_case, opened, write
from tests.support.processes import program

pytestmark = pytest.mark.postgres

WHY = ("本人申请", "《个人信息保护法》第四十七条")
BY = By("test", "", datetime(2026, 11, 26, tzinfo=UTC))


@pytest.fixture(scope="module")
def source(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A database with persons to erase, all views caught up; and its home."""
    home = tmp_path_factory.mktemp("source")
    with database.database(postgres) as url:
        with house_on(url, home) as house:
            set_up(house.log)
            write(house.log, *TOLD)
            house.vault.subjects.subjects_for([MOTHER.id_number])
            bring_up(house.locate)
        yield url, home


@pytest.fixture
def told(postgres: EmbeddedServer, source: tuple[str, Path], tmp_path: Path) -> Iterator[str]:
    """A copy of it, to be changed."""
    url, home = source
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    with database.copy_of(postgres, url) as copy:
        yield copy


def erased(house: House, subject: str = MOTHER.subject) -> None:
    erase(Eraser(house.locate, house.log), SubjectId(subject), WHY, BY)
    bring_up(house.locate)


def gone(house: House, home: Path) -> None:
    """Nothing is left of the mother, and the books are closed."""
    assert found_in_tables(house, (*TRACES, MASKED)) == []
    assert found_in_files(home, TRACES) == []
    told = certificate(house.log, Books(house.locate), MOTHER.subject)
    assert (told.alive, told.completed_at is None, told.cases) == (0, False, ("canary",))
    assert Books(house.locate).unfinished() == []


def test_the_log_never_holds_a_personal_value(told: str) -> None:
    rows = query(told, "SELECT state FROM log.events UNION ALL SELECT record FROM log.events")
    stored = b"".join(bytes(state) for (state,) in rows)
    assert len(stored) > 1_000
    assert [trace for trace in TRACES if trace.encode() in stored] == []


def test_what_views_hold_before_is_found_by_the_search(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        found = found_in_tables(house, TRACES)
    assert {trace for trace in TRACES if any(each.endswith(trace) for each in found)} == set(TRACES)


def test_an_erased_person_is_nowhere_and_others_are_untouched(
    told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with house_on(told, tmp_path) as house:
        for lane in by_lane(VIEWS.values()):
            rebuild_views(house.locate, lane)  # leaves tables to go back to
        others = house.log.stream("case-other")
        erased(house)
        gone(house, tmp_path)
        assert house.log.stream("case-other") == others
        assert SON.name in str(house.read("SELECT name FROM person_members"))
    assert [trace for trace in TRACES if trace in caplog.text] == []


def test_live_views_are_those_that_a_rebuild_makes(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        erased(house)
        compared = [each for lane in by_lane(VIEWS.values()) for each in verify_views(house.locate, lane)]
    assert len(compared) >= len(VIEWS)
    assert [each for each in compared if not each.same] == []


def test_an_erased_value_says_by_which_event(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        erased(house)
        opening, note, visit, facts, *_ = (recorded.event for recorded in house.log.stream("case-canary"))
        erasure = certificate(house.log, Books(house.locate), MOTHER.subject).erasure
    mother, son = opening.household.members  # type: ignore[attr-defined]  # events and JSON have many shapes
    assert [erased_by(value) for value in (mother.name, mother.id_number, mother.phone)] == [erasure] * 3
    assert (son.name, opening.mandate.agent_name) == (SON.name, KEPT.name)  # type: ignore[attr-defined]  # events and JSON have many shapes
    assert {erased_by(note.text), erased_by(visit.findings), erased_by(facts.facts)} == {erasure}  # type: ignore[attr-defined]  # events and JSON have many shapes


def test_doing_it_twice_destroys_nothing_more(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        erased(house)
        before = house.log.head().position
        erased(house)
        assert house.log.head().position == before


@pytest.mark.parametrize(
    "step",
    [
        *("before:note", "before:destroy", "after:destroy", "after:destroy#2", "before:delete_fields"),
        *("after:delete_fields", "before:_append#3", "after:_append#3", "before:forget_copies", "after:forget_copies"),
        *("before:_append#4", "after:_append#4"),
    ],
)
def test_a_killed_erasure_is_finished_by_the_next_start(told: str, tmp_path: Path, step: str) -> None:
    with program("erase", told, tmp_path, MOTHER.subject, step) as process:
        said, _ = process.communicate(timeout=60)
        assert (process.returncode, said) == (-9, "")
    with house_on(told, tmp_path) as house:
        bring_up(house.locate)
        gone(house, tmp_path)
        erased_events = [each.type for each in house.log.stream("case-canary")].count("case.personal_erased")
    assert erased_events == 1


def test_two_who_erase_one_person_at_once_erase_them_once(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as one, house_on(told, tmp_path) as other, ThreadPoolExecutor(4) as callers:
        erasers = [Eraser(house.locate, house.log) for house in (one, other, one, other)]
        done = list(callers.map(lambda each: erase(each, SubjectId(MOTHER.subject), WHY, BY), erasers))
        bring_up(one.locate)
        gone(one, tmp_path)
        types = [each.type for each in one.log.stream(f"erasure-{MOTHER.subject}")]
        assert len(done) == 4
        assert (types[:2], types.count("erasure.begun")) == (["erasure.requested", "erasure.begun"], 1)
        assert [each.type for each in one.log.stream("case-canary")].count("case.personal_erased") == 1
        assert sum(each.event.keys for each in one.log.stream(f"erasure-{MOTHER.subject}")[2:]) == 2  # type: ignore[attr-defined]  # completed events


def test_a_case_that_must_be_kept_keeps_its_person(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        before = found_in_tables(house, (SON.name,))
        with pytest.raises(RetentionRuns, match="open not archived"):
            erased(house, SON.subject)
        assert found_in_tables(house, (SON.name,)) == before != []


def test_a_legal_hold_forbids_it_until_it_is_lifted(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        placed = HoldPlaced(subject=MOTHER.subject, reason="诉讼", basis="法律依据")
        assert hold(house.log, placed, BY)
        assert not hold(house.log, placed, BY)
        with pytest.raises(OnHold):
            erased(house)
        assert hold(house.log, HoldLifted(subject=MOTHER.subject, reason="结案"), BY)
        erased(house)
        gone(house, tmp_path)


def test_a_view_that_rests_is_told_until_it_has_taken_it_in(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        pause(house.locate, "person", paused=True)
        erased(house)
        assert certificate(house.log, Books(house.locate), MOTHER.subject).views == ("person",)
        assert {each.partition(":")[0] for each in found_in_tables(house, TRACES)} == {"views.person_members"}
        pause(house.locate, "person", paused=False)
        bring_up(house.locate)
        assert certificate(house.log, Books(house.locate), MOTHER.subject).views == ()
        gone(house, tmp_path)


def test_nobody_is_erased_who_is_not_there(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house, pytest.raises(UnknownSubject):
        erased(house, "s-nobody")


def test_nothing_is_written_for_an_erased_person_again(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house, house_on(told, tmp_path) as remembering:
        remembering.log.stream("case-canary")
        write(remembering.log, *of_case("canary", NoteAdded(text="记得密钥")))  # it holds the key from now on
        erased(house)
        for writer in (remembering, house):
            before = writer.log.head().position
            with pytest.raises(SubjectErased):
                write(writer.log, *of_case("again", opened("again", "dibao", (MOTHER,))))
            with pytest.raises(SubjectErased):
                write(writer.log, *of_case("canary", NoteAdded(text="再次")))
            assert writer.log.head().position == before


def test_a_destroyed_key_does_not_come_back(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        erased(house)
        _, vault = databases(house)
    with pytest.raises(psycopg.Error) as refused:
        query(vault, "UPDATE vault.data_key SET wrapped = 'x', destroyed_at = NULL WHERE subject = %s", MOTHER.subject)
    assert refused.value.sqlstate == "AJ001"


def test_the_same_number_is_somebody_new_afterwards(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        with psycopg.connect(databases(house)[1], autocommit=True) as vault:
            vault.execute("UPDATE vault.person SET subject = %s", (MOTHER.subject,))
        assert house.vault.subjects.known(MOTHER.id_number) == MOTHER.subject
        erased(house)
        assert house.vault.subjects.known(MOTHER.id_number) is None
        assert house.vault.subjects.subjects_for([MOTHER.id_number])[MOTHER.id_number] != MOTHER.subject


KEY_TABLES = ("vault.data_key", "vault.erased", "vault.person")
LOG_TABLES = ("log.sealed_field", "log.erased", "log.events", "log.streams", "log.commands", "log.head")


def kept(url: str, tables: tuple[str, ...]) -> dict[str, bytes]:
    with psycopg.connect(url) as connection:
        return {name: b"".join(map(bytes, _copied(connection, name))) for name in tables}


def _copied(connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> list[bytes]:
    with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return list(map(bytes, copy))


def restored(url: str, backup: dict[str, bytes]) -> None:
    """As a backup would: no trigger of ours is asked."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, rows in backup.items():
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608  names of ours
            with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                copy.write(rows)


@pytest.mark.parametrize("which", ["vault", "log", "both"])
def test_what_a_backup_brings_back_is_erased_again_before_serving(told: str, tmp_path: Path, which: str) -> None:
    with house_on(told, tmp_path) as house:
        log, vault = databases(house)
        backups = {log: kept(log, LOG_TABLES), vault: kept(vault, KEY_TABLES)}
        erased(house)
    for url in {"vault": [vault], "log": [log], "both": [log, vault]}[which]:
        restored(url, backups[url])
    with house_on(told, tmp_path) as house:
        assert Books(house.locate).unfinished() == []
        assert Books(house.locate).alive(MOTHER.subject) == 0
        assert NOTE not in str(house.log.stream("case-canary"))
        assert FINDING not in str(house.log.stream("case-canary"))
        (last,) = [e for e in house.log.stream("case-canary") if e.type == "case.personal_erased"]
        assert last.meta.occurred_at.date() >= date(2026, 11, 1)


def test_a_decision_whose_values_are_gone_is_told_so_and_is_no_fault(told: str, tmp_path: Path) -> None:
    events = [each.event for each in lived(APPRAISED, date(2021, 3, 1), "decided")]
    opening = events[0]
    assert isinstance(opening, CaseOpened)
    mine = replace(opening, household=replace(opening.household, members=(MOTHER,)))
    over = CaseArchived(archived_on=date(2022, 1, 1), kept_until=date(2025, 1, 1))
    with house_on(told, tmp_path) as house:
        for rule in RULES.values():
            tell(house.log, RULEBOOK, RuleVersionPublished(version=rule))
        write(house.log, *of_case("decided", mine, *events[1:], over))
        assert explanation_of(house, CaseId("decided")).values
        before = judge_all(house)
        erased(house)
        with pytest.raises(DecisionErased):
            explanation_of(house, CaseId("decided"))
        after = judge_all(house)
    assert after.acts == before.acts > 0
    assert [each for each in after.findings if each not in before.findings] == []


def test_the_command_line_erases_and_tells(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", told)
    number = CliRunner().invoke(main, ["vault", "find", "--json"], input=f"{MOTHER.id_number}\n")
    assert (number.exit_code, "subject" in json.loads(number.stdout)) == (0, True), number.output
    why = ("--reason", "本人申请", "--basis", "《个人信息保护法》第四十七条", "--post", HANDLER.id)
    said("vault", "hold", MOTHER.subject, *why)
    assert "ON_HOLD" in fault("vault", "erase", MOTHER.subject, *why, "--yes")
    said("vault", "release", MOTHER.subject, "--reason", "结案", "--post", HANDLER.id)
    assert "RETENTION_RUNS" in fault("vault", "erase", SON.subject, *why, "--yes")
    text = said("vault", "erase", MOTHER.subject, *why, "--yes")
    assert "抹除证明" in text
    told_of = read("vault", "certificate", MOTHER.subject)
    assert (told_of["alive"], told_of["cases"], told_of["fields"]) == (0, ["canary"], 7)
    assert [trace for trace in TRACES if trace in text + json.dumps(told_of, ensure_ascii=False)] == []
    status = read("vault", "status")
    assert (status["erased"], status["unfinished_erasures"], status["destroyed"]) == (2, 0, 2)
    assert "UNKNOWN_SUBJECT" in fault("vault", "certificate", "s-nobody")


@pytest.mark.parametrize("which", ["vault", "both"])
def test_a_dump_that_is_restored_does_not_bring_a_person_back(
    postgres: EmbeddedServer, told: str, tmp_path: Path, which: str
) -> None:
    """With PostgreSQL's own programs, into databases made anew."""
    with house_on(told, tmp_path) as house:
        log, vault = databases(house)
        names = {"vault": [vault], "both": [log, vault]}[which]
        dumps = {url: tmp_path / f"{number}.dump" for number, url in enumerate(names)}
        for url, file in dumps.items():
            postgres_program("pg_dump", "--format=custom", f"--file={file}", url)
        erased(house)
    for url, file in dumps.items():
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        query(postgres.url("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')
        query(postgres.url("postgres"), f'CREATE DATABASE "{name}"')
        postgres_program("pg_restore", f"--dbname={url}", file)
        file.unlink()
    with house_on(told, tmp_path) as house:
        bring_up(house.locate)
        assert Books(house.locate).alive(MOTHER.subject) == 0
        assert found_in_tables(house, TRACES) == []
        assert SON.name in str(house.log.stream("case-canary"))


def postgres_program(name: str, *words: object) -> None:
    subprocess.run([str(binaries.find(None) / name), *map(str, words)], check=True, timeout=120)
