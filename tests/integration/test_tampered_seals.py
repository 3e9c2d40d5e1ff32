"""Sealed fields, erasures and keys tampered with, each with the rights of a superuser, each caught and named."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from adapters.erasing.run import Eraser, erase
from adapters.house import House, open_house
from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.settings import Settings
from adapters.transparency.verifying.findings import Finding
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import verify_database
from adapters.transparency.verifying.whole import fields_found
from adapters.vault.data_keys import DataKey
from domain.kernel import SubjectId
from tests.integration.test_erasure import BY, KEY_TABLES, WHY, kept, restored
from tests.support import database
from tests.support.erasable import KEPT, MOTHER, SON, TOLD, databases
from tests.support.houses import house_on, set_up
from tests.support.logs import query, tamper
from tests.support.people import write

pytestmark = pytest.mark.postgres

NAME_0, NAME_1 = "/household/members/0/name", "/household/members/1/name"
NUMBER_0 = "/household/members/0/id_number"
SWAPPED = ("subject", "key_id", "commitment", "sealed")


@pytest.fixture(scope="module")
def source(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("source")
    with database.database(postgres) as url:
        with house_on(url, home) as house:
            set_up(house.log)
            write(house.log, *TOLD)
        assert found(url, home) == []
        yield url, home


@pytest.fixture
def url(postgres: EmbeddedServer, source: tuple[str, Path], tmp_path: Path) -> Iterator[str]:
    honest, home = source
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    with database.copy_of(postgres, honest) as copy:
        yield copy


def found(url: str, home: Path) -> list[tuple[str, str]]:
    """What is found with the right to read alone, and then with the keys."""
    with connect(url, "anjuan_reader") as connection:
        findings = list(verify_database(connection, Trust()).findings)
    with open_house(Settings(home=home, database_url=url, readers=4), again=False) as house:
        findings += fields_found(house)
    return [(each.code, _where(each)) for each in findings]


def _where(finding: Finding) -> str:
    return f"{finding.position} {finding.detail}".strip()


def position(url: str, case: str) -> int:
    ((number,),) = query(url, "SELECT position FROM log.events WHERE stream = %s AND seq = 1", f"case-{case}")
    return int(number)


def swapped(url: str, one: tuple[int, str], other: tuple[int, str], columns: tuple[str, ...]) -> None:
    """Exchange columns of two sealed fields."""
    names = ", ".join(columns)
    rows = [
        query(url, f"SELECT {names} FROM log.sealed_field WHERE position = %s AND path = %s", *place)[0]  # noqa: S608  names of ours
        for place in (one, other)
    ]
    sets = ", ".join(f"{name} = %s" for name in columns)
    for place, values in ((one, rows[1]), (other, rows[0])):
        tamper(url, f"UPDATE log.sealed_field SET {sets} WHERE position = %s AND path = %s", *values, *place)  # noqa: S608  names of ours


def test_a_ciphertext_moved_to_another_field(url: str, tmp_path: Path) -> None:
    here = position(url, "canary")
    swapped(url, (here, NAME_0), (here, NUMBER_0), SWAPPED[2:])
    assert ("FIELD_ALTERED", f"{here} {NAME_0}") in found(url, tmp_path)


def test_a_ciphertext_moved_to_another_event(url: str, tmp_path: Path) -> None:
    here, there = position(url, "canary"), position(url, "other")
    swapped(url, (here, NAME_0), (there, NAME_0), SWAPPED)
    assert ("FIELD_ALTERED", f"{here} {NAME_0}") in found(url, tmp_path)
    assert ("FIELD_ALTERED", f"{there} {NAME_0}") in found(url, tmp_path)


def test_a_ciphertext_moved_to_another_person(url: str, tmp_path: Path) -> None:
    here = position(url, "canary")
    swapped(url, (here, NAME_0), (here, NAME_1), SWAPPED)
    assert ("FIELD_ALTERED", f"{here} {NAME_0}") in found(url, tmp_path)


def test_the_person_of_a_ciphertext_renamed(url: str, tmp_path: Path) -> None:
    here = position(url, "canary")
    tamper(url, "UPDATE log.sealed_field SET subject = %s WHERE path = %s", SON.subject, NAME_0)
    assert ("FIELD_ALTERED", f"{here} {NAME_0}") in found(url, tmp_path)


def another(house: House, subject: str) -> DataKey:
    return house.vault.keys.for_subjects([subject], "case")[subject]


@pytest.mark.parametrize("committed", [False, True])
def test_a_ciphertext_that_opens_under_another_key(url: str, tmp_path: Path, *, committed: bool) -> None:
    """Also with its commitment, in the row, made to fit: the state has another."""
    here = position(url, "canary")
    with house_on(url, tmp_path) as house:
        key = another(house, KEPT.subject)
    forged = b"n" * 12 + key.cipher().encrypt(b"n" * 12, b'["00","/household/members/0/name","x"]', b"anything")
    digest = sha256(forged).digest()
    tamper(
        url,
        "UPDATE log.sealed_field SET sealed = %s, key_id = %s, commitment = CASE WHEN %s THEN %s ELSE commitment END "
        "WHERE position = %s AND path = %s",
        *(forged, key.key_id, committed, digest, here, NAME_0),
    )
    assert ("FIELD_ALTERED", f"{here} {NAME_0}") in found(url, tmp_path)


def test_the_key_of_a_ciphertext_exchanged(url: str, tmp_path: Path) -> None:
    """Nothing that is hashed has changed: only whoever holds the keys can see it."""
    here = position(url, "canary")
    with house_on(url, tmp_path) as house:
        key = another(house, KEPT.subject)
    tamper(url, "UPDATE log.sealed_field SET key_id = %s WHERE position = %s AND path = %s", key.key_id, here, NAME_0)
    assert found(url, tmp_path) == [("FIELD_ALTERED", f"{here} not opened")]


@pytest.mark.parametrize("how", ["deleted", "emptied", "emptied as if told"])
def test_erased_without_its_event(url: str, tmp_path: Path, how: str) -> None:
    here = position(url, "canary")
    if how == "deleted":
        tamper(url, "DELETE FROM log.sealed_field WHERE position = %s AND path = %s", here, NAME_0)
    else:
        if how == "emptied as if told":
            tamper(url, "INSERT INTO log.erased (subject, event_id) VALUES (%s, 'evt')", MOTHER.subject)
        tamper(
            url,
            "UPDATE log.sealed_field SET sealed = NULL, erased_by = 'evt' WHERE position = %s AND path = %s",
            *(here, NAME_0),
        )
    code = "FIELD_MISSING" if how == "deleted" else "FIELD_ERASED"
    assert found(url, tmp_path)[:1] == [(code, f"{here} {NAME_0}")]


def erased(url: str, home: Path) -> tuple[str, dict[str, bytes], dict[str, bytes]]:
    """Erase the mother; return the vault's database, and what it and the fields were before."""
    with house_on(url, home) as house:
        _, vault = databases(house)
        keys, fields = kept(vault, KEY_TABLES), kept(url, ("log.sealed_field", "log.erased"))
        erase(Eraser(house.locate, house.log), SubjectId(MOTHER.subject), WHY, BY)
    assert found(url, home) == []
    return vault, keys, fields


def test_a_key_that_came_back(url: str, tmp_path: Path) -> None:
    vault, _, _ = erased(url, tmp_path)
    with psycopg.connect(vault, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE vault.data_key SET wrapped = 'x', destroyed_at = NULL WHERE subject = %s", (MOTHER.subject,)
        )
    assert found(url, tmp_path) == [("KEY_RETURNED", f"0 {MOTHER.subject}")]


def test_keys_that_a_backup_brought_back(url: str, tmp_path: Path) -> None:
    vault, keys, _ = erased(url, tmp_path)
    restored(vault, keys)
    assert ("KEY_RETURNED", f"0 {MOTHER.subject}") in found(url, tmp_path)
    with house_on(url, tmp_path):  # who opens the house to serve puts it right
        pass
    assert found(url, tmp_path) == []


def test_ciphertexts_that_a_backup_brought_back(url: str, tmp_path: Path) -> None:
    _, _, fields = erased(url, tmp_path)
    restored(url, fields)
    assert ("FIELD_RETURNED", f"{position(url, 'canary')} {NAME_0}") in found(url, tmp_path)
