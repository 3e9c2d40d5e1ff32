"""Sealing against a real vault: what is stored opens again, under either suite, also under a new key of the keys."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.eventstore.codec import decode_parts, encode_parts
from adapters.eventstore.event_types import EVENT_TYPES
from adapters.eventstore.fields import Place, StoredField, mappings, withheld
from adapters.house import House, open_house
from adapters.main import main
from adapters.postgres.embedded import EmbeddedServer
from adapters.settings import Settings
from adapters.vault.keyring import KeyLost, read_ring
from adapters.vault.keys import derive, read_or_make_key
from adapters.vault.rewrapping import left
from adapters.vault.subjects import SubjectIndex
from adapters.vault.suites import SUITES
from domain.cases.events.closing import NoteAdded
from domain.kernel import Event
from domain.personal import WITHHELD, personal_fields, plan_of
from tests.support import database
from tests.support.commitments import commitments
from tests.support.erasable import KEPT, MOTHER, TOLD, databases
from tests.support.houses import house_on, set_up
from tests.support.logs import query
from tests.support.people import of_case, opened, write
from tests.support.samples import META, SAMPLES

pytestmark = pytest.mark.postgres

PERSONAL = sorted(type_ for type_, cls in EVENT_TYPES.items() if plan_of(cls))


@pytest.fixture(scope="module")
def place(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    with database.database(postgres) as url:
        yield url, tmp_path_factory.mktemp("home")


def opened_house(place: tuple[str, Path], suite: str = "aes-256-gcm") -> Any:  # noqa: ANN401 a context manager
    return open_house(Settings(home=place[1], database_url=place[0], readers=4, suite=suite))


def sealed_and_opened(house: House, event: Event, stream: str) -> tuple[bytes, Event]:
    """The state as stored, and the event as read again."""
    ((sealed, fields),) = house.vault.sealer.seal([event], stream, 6)
    state = encode_parts(sealed, META)
    stored = [StoredField(1, *field, None) for field in fields]
    (clear,) = house.vault.opener.opened([Place(1, stream, 7, state)], stored)
    return state, decode_parts(event.TYPE, event.SCHEMA, clear)[0]


@pytest.fixture(scope="module", params=SUITES)
def suited(
    postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[House, str]]:
    """A house whose keys are all of one suite."""
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, opened_house((url, home), request.param) as house:
        yield house, request.param


@pytest.mark.parametrize("stored_type", PERSONAL)
def test_every_personal_field_is_sealed_and_opens_to_what_it_was(suited: tuple[House, str], stored_type: str) -> None:
    event, (house, suite) = SAMPLES[stored_type], suited
    state, again = sealed_and_opened(house, event, "case-1")
    fields = personal_fields(event, "case-x")
    assert again == event
    assert len(commitments(state)) == len(fields) > 0
    for field in fields:
        value = msgspec.json.encode(field.value, order="sorted")
        assert len(value) < 5 or value not in state
    assert {each.get("alg", "") for each in commitments(state)} == {"" if suite == "aes-256-gcm" else "sm4-gcm+sm3"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(min_size=1).filter(lambda text: "\x00" not in text))
def test_any_text_comes_back(place: tuple[str, Path], text: str) -> None:
    with opened_house(place) as house:
        assert sealed_and_opened(house, NoteAdded(text=text), "case-any")[1] == NoteAdded(text=text)


@given(text=st.text())
def test_no_text_in_clear_looks_like_a_commitment(text: str) -> None:
    hostile = f'{{"d":"{"0" * 64}","h":"{"1" * 64}"}}' + text
    assert commitments(encode_parts(NoteAdded(text=hostile), META)) == []


@pytest.mark.parametrize("stored_type", PERSONAL)
def test_what_is_withheld_still_reads_as_the_event(place: tuple[str, Path], stored_type: str) -> None:
    event = SAMPLES[stored_type]
    with opened_house(place) as house:
        state, _ = sealed_and_opened(house, event, "case-withheld")
    again = decode_parts(event.TYPE, event.SCHEMA, withheld(state))[0]
    told = personal_fields(again, "case-withheld")
    assert {field.value for field in told if not field.mapping} <= {WITHHELD}


def test_names_of_facts_are_names_of_nothing_else() -> None:
    texts = {
        name for cls in EVENT_TYPES.values() if (plan := plan_of(cls)) for name, mapping in plan.own if not mapping
    }
    assert mappings() & texts == set()
    assert mappings() == {"facts", "values"}


def test_two_processes_make_one_key_for_one_person(place: tuple[str, Path]) -> None:
    with opened_house(place) as one, opened_house(place) as other, ThreadPoolExecutor(16) as callers:
        houses = [one, other] * 20
        made = callers.map(lambda house: house.vault.keys.for_subjects(["s-raced"], "case")["s-raced"].key_id, houses)
        assert len(set(made)) == 1


@pytest.fixture
def told(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[str]:
    with database.database(postgres) as url:
        with house_on(url, tmp_path) as house:
            set_up(house.log)
            write(house.log, *TOLD)
        yield url


def test_the_key_of_the_keys_changes_while_others_work(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", told)
    with house_on(told, tmp_path) as working:
        before = working.log.stream("case-canary")
        result = CliRunner().invoke(main, ["vault", "rewrap", "--drop-old"])
        assert (result.exit_code, "kek-2" in result.output) == (0, True), result.output
        assert sorted(file.name for file in (tmp_path / "keks").iterdir()) == ["kek-2.key"]
        write(working.log, *of_case("new", opened("new", "dibao", (KEPT,)), NoteAdded(text="新钥之后")))
        assert working.log.stream("case-canary") == before
        assert left(working.vault, read_ring(tmp_path)) == 0
    with house_on(told, tmp_path) as house:
        assert house.log.stream("case-canary") == before
        assert "新钥之后" in str(house.log.stream("case-new"))
    assert {kek for (kek,) in query(databases_of(told), "SELECT kek FROM vault.data_key")} == {"kek-2"}


def databases_of(url: str) -> str:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    return psycopg.conninfo.make_conninfo(url, dbname=f"{name}_vault")


def test_without_the_keys_nothing_is_read_and_nothing_is_lost(told: str, tmp_path: Path) -> None:
    key = (tmp_path / "keks" / "kek-1.key").read_bytes()
    (tmp_path / "keks" / "kek-1.key").write_bytes(bytes(32))
    with house_on(told, tmp_path) as house, pytest.raises(KeyLost):
        house.log.stream("case-canary")
    (tmp_path / "keks" / "kek-1.key").write_bytes(key)
    with house_on(told, tmp_path) as house:
        assert MOTHER.name in str(house.log.stream("case-canary"))


def test_keys_may_come_from_the_environment(told: str, tmp_path: Path) -> None:
    told_keks = f"kek-1:{(tmp_path / 'keks' / 'kek-1.key').read_bytes().hex()}"
    (tmp_path / "keks" / "kek-1.key").unlink()
    with open_house(Settings(home=tmp_path, database_url=told, readers=4, keks=told_keks)) as house:
        assert MOTHER.name in str(house.log.stream("case-canary"))
    assert list((tmp_path / "keks").iterdir()) == []


def test_the_vault_is_a_database_of_its_own(told: str, tmp_path: Path) -> None:
    with house_on(told, tmp_path) as house:
        log, vault = databases(house)
    assert (
        query(
            log,
            "SELECT nspname FROM pg_namespace WHERE nspname = 'vault' AND to_regclass('vault.data_key') IS NOT NULL",
        )
        == []
    )
    assert query(vault, "SELECT count(*) > 0 FROM vault.data_key") == [(True,)]


def test_an_index_of_before_the_vault_is_taken_in(postgres: EmbeddedServer, tmp_path: Path) -> None:
    """Databases of before had it beside the log."""
    with database.database(postgres) as url:
        known = SubjectIndex.hash_of(derive(read_or_make_key(tmp_path), "subjects"), MOTHER.id_number)
        query(url, "INSERT INTO vault.subjects (id_hash, subject) VALUES (%s, 's-before')", known)
        with house_on(url, tmp_path) as house:
            assert house.vault.subjects.known(MOTHER.id_number) == "s-before"
        assert query(url, "SELECT to_regclass('vault.subjects') IS NULL") == [(True,)]
