"""Reads on record: nothing is shown without its record, and the record cannot be changed unseen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from adapters.eventstore.records import time_text
from adapters.house import House
from adapters.main import main
from adapters.postgres.connections import connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.reads.expiry import expire
from adapters.reads.listing import About, reads_page
from adapters.reads.recording import BadPurpose, Reader, on_record
from adapters.transparency.merkle import leaf_hash
from adapters.transparency.notary import turn
from adapters.transparency.proofs import check_proof, parse_proof
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.verifying.reads import verify_reads
from tests.support import database
from tests.support.builders import AUDITOR
from tests.support.erasable import SON, TOLD, TRACES
from tests.support.houses import set_up
from tests.support.logs import query, tamper
from tests.support.people import write
from tests.support.serving import Served, open_test_house, projected, served

pytestmark = pytest.mark.postgres

CASE = "canary"
KEPT = ("reads.about", "reads.entries", "reads.head", "tree.latest", "tree.checkpoints")
ALL_HEADS = """
DO $$ BEGIN
    DELETE FROM tree.latest WHERE tree = 'reads';
    DELETE FROM tree.checkpoints WHERE tree = 'reads';
    UPDATE tree.latest SET signed_at = signed_at + interval '1 hour';
END $$
"""
FORGED = "set_byte(entry, 120, 33)"
REHASHED = f"""
UPDATE reads.entries SET entry = {FORGED}, digest = sha256({FORGED}), leaf = sha256('\\x00'::bytea || {FORGED})
 WHERE position = 2
"""  # noqa: S608  constant parts


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    with database.database(postgres) as url, open_test_house(home, url) as house:
        set_up(house.log)
        last = write(house.log, *TOLD)
        with projected(house), served(house) as running:
            assert running.client.get(f"/cases?after={last}").status_code == 200
            yield running


def entries(house: House) -> list[dict[str, object]]:
    rows = query(
        house.conninfo, "SELECT convert_from(entry, 'UTF8')::jsonb -> 'read' FROM reads.entries ORDER BY position"
    )
    return [row for (row,) in rows]


def last(house: House) -> dict[str, object]:
    return entries(house)[-1]


@pytest.mark.parametrize(
    ("address", "kind", "cases"),
    [
        (f"/cases/{CASE}", "case", [CASE]),
        (f"/cases/{CASE}/history", "history", [CASE]),
        (f"/cases/{CASE}/history?by=happened", "history", [CASE]),
        (f"/cases/{CASE}/judge", "history", [CASE]),
        (f"/cases/{CASE}/household", "person", [CASE, "open"]),
        (f"/persons/{SON.subject}", "person", [CASE, "open"]),
        ("/cases?matter=canji-huli", "list", ["open"]),
        (f"/ui/cases/{CASE}", "case", [CASE]),
        (f"/ui/cases/{CASE}?by=happened", "case", [CASE]),
        (f"/ui/persons/{SON.subject}", "person", [CASE, "open"]),
        ("/ui/cases?matter=canji-huli", "list", ["open"]),
    ],
)
def test_every_door_records_what_it_shows(here: Served, address: str, kind: str, cases: list[str]) -> None:
    before = len(entries(here.house))
    assert here.client.get(address).status_code == 200
    after = entries(here.house)
    assert len(after) == before + 1
    assert (after[-1]["kind"], sorted(after[-1]["cases"])) == (kind, sorted(cases))  # type: ignore[call-overload]  # events and JSON have many shapes
    assert after[-1]["reader"]["door"] == ("page" if "/ui/" in address else "http")  # type: ignore[index]  # events and JSON have many shapes


def test_who_and_why_are_recorded(here: Served) -> None:
    headers = {**here.as_post(AUDITOR), "Anjuan-Purpose": "%E5%AE%A1%E8%AE%A1", "Anjuan-Basis": "ar%2E 5"}
    assert here.client.get(f"/cases/{CASE}", headers=headers).status_code == 200
    told = last(here.house)["reader"]
    assert told == {
        "actor": f"{AUDITOR.id}:1",
        "basis": "ar. 5",
        "door": "http",
        "post": AUDITOR.id,
        "purpose": "审计",
    }


def test_a_search_for_a_name_is_recorded_without_the_name(here: Served) -> None:
    answer = here.client.post("/cases/find", json={"name": "某canary"})
    assert [row["case_id"] for row in answer.json()["rows"]] == ["open"]  # the other's name was corrected
    answer = here.client.post("/cases/find", json={"name": "金丝雀"})
    assert [row["case_id"] for row in answer.json()["rows"]] == [CASE]
    assert (last(here.house)["query"], last(here.house)["cases"]) == ({"name": "…"}, [CASE])
    stored = b"".join(bytes(entry) for (entry,) in query(here.house.conninfo, "SELECT entry FROM reads.entries"))
    assert [trace for trace in (*TRACES, "金丝雀", SON.name) if trace.encode() in stored] == []


@pytest.mark.parametrize("purpose", ["x" * 201, "a\x07b"])
def test_a_purpose_that_is_none_is_refused(here: Served, purpose: str) -> None:
    with pytest.raises(BadPurpose), on_record(here.house, Reader("cli", purpose=purpose), "case"):
        pytest.fail("nothing is read")
    answer = here.client.get(f"/cases/{CASE}", headers={"Anjuan-Purpose": "%07"})
    assert (answer.status_code, answer.json()["code"]) == (422, "BAD_PURPOSE")


def test_what_is_not_there_leaves_no_record(here: Served) -> None:
    before = len(entries(here.house))
    assert here.client.get("/cases/no-such-case").status_code == 404
    assert here.client.get("/ui/cases/no-such-case").status_code == 404
    assert len(entries(here.house)) == before


def test_nothing_is_shown_that_cannot_be_recorded(here: Served) -> None:
    query(here.house.conninfo, "ALTER TABLE reads.entries ADD CONSTRAINT full_disk CHECK (position < 0) NOT VALID")
    try:
        case = f"/cases/{CASE}"
        for address in (case, f"{case}/history", f"/persons/{SON.subject}", "/cases", f"/ui{case}"):
            answer = here.client.get(address)
            assert answer.status_code == 503, address
            assert "READ_NOT_RECORDED" in answer.text or "/ui/" in address
            assert [trace for trace in (*TRACES, SON.name) if trace in answer.text] == []
    finally:
        query(here.house.conninfo, "ALTER TABLE reads.entries DROP CONSTRAINT full_disk")
    assert here.client.get(f"/cases/{CASE}").status_code == 200


def test_a_read_of_more_cases_than_an_entry_has_room_for_is_all_on_record(here: Served) -> None:
    cases = [f"{number:036}-of-a-page-of-a-feed" for number in range(5_000)]
    before = len(entries(here.house))
    with on_record(here.house, Reader("http", actor="department:shenji"), "export") as seen:
        seen.case(*cases)
    assert len(entries(here.house)) == before + 25
    told = "SELECT name FROM reads.about WHERE kind = 'case' AND position > %s ORDER BY 1"
    assert [row[0] for row in query(here.house.conninfo, told, before)] == cases


def test_many_read_at_once_and_every_read_has_its_own_place(here: Served) -> None:
    before = len(entries(here.house))
    with ThreadPoolExecutor(16) as callers:
        url = str(here.client.base_url)
        codes = list(
            callers.map(lambda n: httpx.get(f"{url}/cases/{(CASE, 'open', 'other')[n % 3]}").status_code, range(120))
        )
    assert codes == [200] * 120
    positions = [row[0] for row in query(here.house.conninfo, "SELECT position FROM reads.entries ORDER BY position")]
    assert len(positions) == before + 120
    assert positions == list(range(1, len(positions) + 1))


def test_the_reads_of_a_case_and_of_a_person(here: Served) -> None:
    here.client.get("/cases/other")
    here.client.get(f"/persons/{SON.subject}")
    of_case = reads_page(here.house, About("case", "other"))
    assert {"other"} == {case for row in of_case.rows if row.kind == "case" for case in row.cases}
    of_person = reads_page(here.house, About("subject", SON.subject))
    assert of_person.rows[0].kind == "person"
    first = reads_page(here.house, About(), limit=3)
    more = here.client.get("/audit/reads", params={"limit": 3, "cursor": first.next}).json()
    assert [row["position"] for row in more["rows"]] == [first.rows[-1].position - n for n in (1, 2, 3)]
    assert here.client.get("/audit/reads?cursor=x").status_code == 400


def test_the_command_line_records_and_lists(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJUAN_HOME", str(here.house.settings.home))
    monkeypatch.setenv("ANJUAN_DATABASE_URL", here.house.conninfo)
    result = CliRunner().invoke(main, ["case", "show", CASE, "--purpose", "回访", "--basis", "第五条"])
    assert result.exit_code == 0, result.output
    told = last(here.house)
    assert (told["kind"], told["reader"]["purpose"], told["reader"]["door"]) == ("history", "回访", "cli")  # type: ignore[index]  # events and JSON have many shapes
    result = CliRunner().invoke(main, ["audit", "reads", "--case", CASE, "--limit", "1"])
    assert (result.exit_code, "回访" in result.output) == (0, True), result.output


def signed(house: House) -> None:
    ensure_keys(house)
    with connect(house.conninfo, "anjuan_notary") as notary:
        turn(notary, house, now=datetime.now(UTC), last=True)


def found(house: House) -> list[tuple[str, int]]:
    keys = [key.verifier for key in ensure_keys(house)]
    with connect(house.conninfo, "anjuan_reader") as connection:
        return [(each.code, each.position) for each in verify_reads(connection, keys, datetime.now(UTC))]


def test_a_read_has_a_proof(here: Served) -> None:
    here.client.get(f"/cases/{CASE}")
    signed(here.house)
    ((position, entry),) = query(
        here.house.conninfo, "SELECT position, entry FROM reads.entries ORDER BY 1 DESC LIMIT 1"
    )
    proof = parse_proof(here.client.get(f"/audit/reads/{position}/proof").text)
    check_proof(proof, bytes(entry))
    assert proof.checkpoint.head.origin.endswith("/reads")
    assert here.client.get("/audit/reads/checkpoint").text == proof.checkpoint.note.whole


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (f"UPDATE reads.entries SET entry = {FORGED} WHERE position = 2", ("RECORD_ALTERED", 2)),  # noqa: S608  constant parts
        (REHASHED, ("CHAIN_BROKEN", 3)),  # the chain of the next one
        ("DELETE FROM reads.entries WHERE position = 2", ("POSITION_MISSING", 2)),
        ("UPDATE reads.entries SET entry = NULL WHERE position = 2", ("EXPIRED_EARLY", 2)),
        ("DELETE FROM reads.about WHERE position = 2", ("LINKS_DIFFER", 2)),
        (ALL_HEADS, ("SIGNATURE_MISSING", 0)),
        ("UPDATE reads.head SET position = position + 1", ("HEAD_DIFFERS", 0)),
        ("UPDATE tree.latest SET note = replace(note, '/reads', '/other') WHERE tree = 'reads'", ("SIGNATURE_BAD", 0)),
    ],
)
def test_a_record_that_was_changed_is_named(here: Served, change: str, finding: tuple[str, int]) -> None:
    for _ in range(3):
        here.client.get(f"/cases/{CASE}")
    signed(here.house)
    assert found(here.house) == []
    url = here.house.conninfo
    kept = {name: query(url, f"TABLE {name}") for name in KEPT}
    tamper(url, change)
    try:
        seen = found(here.house)
        assert [(code, position) for code, position in seen if code == finding[0]][:1], seen
        if finding[1]:
            assert finding in seen
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for name, rows in kept.items():
                connection.execute(f"DELETE FROM {name}".encode())  # noqa: S608  names of ours
                for row in rows:
                    marks = ", ".join(["%s"] * len(row))
                    connection.execute(f"INSERT INTO {name} VALUES ({marks})".encode(), row)  # noqa: S608  names of ours
    assert found(here.house) == []


@pytest.mark.parametrize(
    "role", ["anjuan_reader", "anjuan_recorder", "anjuan_notary", "anjuan_writer", "anjuan_projector"]
)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reads.entries SET entry = NULL",
        "DELETE FROM reads.entries",
        "INSERT INTO reads.about VALUES ('case', 'x', 1)",
    ],
)
def test_nobody_may_change_what_is_on_record(here: Served, role: str, change: str) -> None:
    with connect(here.house.conninfo, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):  # type: ignore[arg-type]  # events and JSON have many shapes
        connection.execute(change.encode())


def aged(url: str, count: int) -> None:
    """Reads of six years ago, as if this bureau were that old."""
    ((log,),) = query(url, "SELECT log FROM reads.head")
    digest = b""
    for number in range(1, count + 1):
        at = datetime(2020, 11, number, tzinfo=UTC)
        reader = {"actor": "", "basis": "", "door": "page", "post": "", "purpose": ""}
        read = {"cases": [CASE], "kind": "case", "query": {}, "reader": reader, "subjects": []}
        told = {"at": time_text(at), "log": log, "position": number, "prev": digest.hex(), "read": read, "v": 1}
        entry = msgspec.json.encode(told, order="sorted")
        digest = sha256(entry).digest()
        tamper(
            url, "INSERT INTO reads.entries VALUES (%s, %s, %s, %s, %s)", number, at, entry, digest, leaf_hash(entry)
        )
        tamper(url, "INSERT INTO reads.about VALUES ('case', %s, %s)", CASE, number)
    tamper(url, "UPDATE reads.head SET position = %s, last_hash = %s", count, digest)


@pytest.fixture
def old(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[House]:
    with database.database(postgres) as url, open_test_house(tmp_path, url) as house:
        aged(url, 4)
        with on_record(house, WHO, "case") as record:
            record.case(CASE)
        yield house


WHO = Reader("cli", actor="login:test")


def test_what_has_expired_is_gone_and_everything_else_holds(old: House) -> None:
    assert expire(old, WHO) == 0, "no published head has them yet"
    signed(old)
    assert found(old) == []
    assert expire(old, WHO) == 4
    assert expire(old, WHO) == 0
    assert [(row.kind, row.expired) for row in reads_page(old, About()).rows] == [
        *(("expiry", False), ("case", False)),
        *[("", True)] * 4,
    ]
    assert [row.position for row in reads_page(old, About("case", CASE)).rows] == [5]
    assert found(old) == []
    signed(old)
    assert found(old) == []


def test_three_years_are_kept_whatever_is_set(old: House) -> None:
    signed(old)
    with connect(old.conninfo, "anjuan_recorder") as connection:
        assert connection.execute("SELECT reads.expire(0, 'somebody')").fetchall() == [(4,)]
    assert query(old.conninfo, "SELECT count(entry) FROM reads.entries") == [(2,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(old.conninfo, "UPDATE reads.entries SET entry = NULL WHERE position = 5")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(old.conninfo, "DELETE FROM reads.about WHERE position = 5")


def test_entries_let_go_without_a_word_are_missed(old: House) -> None:
    signed(old)
    tamper(old.conninfo, "UPDATE reads.entries SET entry = NULL WHERE position <= 2")
    assert found(old) == [("EXPIRED_EARLY", 1)]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/cases?number=%E5%BC%A0%E4%B8%89", {"number": "…"}),
        ("/cases?assignee=13800138000", {"assignee": "…"}),
        ("/cases?assignee=320971199001010000", {"assignee": "…"}),
        ("/cases?matter=dibao&stage=opened", {"matter": "dibao", "stage": "opened", "limit": "50", "order": "opened"}),
    ],
)
def test_nothing_typed_into_a_filter_is_kept_unless_it_is_a_code(
    here: Served, address: str, told: dict[str, str]
) -> None:
    assert here.client.get(address).status_code == 200
    query_told = last(here.house)["query"]
    assert {name: query_told[name] for name in told} == told  # type: ignore[index]  # events and JSON have many shapes


def test_the_reads_of_a_person_are_those_of_their_cases_too(here: Served) -> None:
    here.client.get("/cases/open")
    newest = reads_page(here.house, About("subject", SON.subject)).rows[0]
    assert (newest.kind, newest.cases) == ("case", ("open",))


def test_a_look_at_a_past_moment_is_on_record(here: Served) -> None:
    before, position = len(entries(here.house)), here.head() - 1
    for address in (f"/cases/{CASE}?at_position={position}", f"/ui/cases/{CASE}?at_position={position}"):
        assert here.client.get(address).status_code == 200, address
    assert len(entries(here.house)) == before + 2
    assert last(here.house)["query"] == {"at_position": str(position)}
