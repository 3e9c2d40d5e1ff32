"""Who may change what: the log grows and is never changed, by privilege and by trigger; each attempt is made."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.connections import Role, connect
from adapters.postgres.embedded import EmbeddedServer
from adapters.projector.tables import prepare_views
from projections.registry import VIEWS
from tests.support.database import database
from tests.support.events import one
from tests.support.logs import open_log, query

pytestmark = pytest.mark.postgres

ROLES: tuple[Role, ...] = ("anjuan_writer", "anjuan_projector", "anjuan_reader", "anjuan_notary")
CHANGES = (
    "UPDATE log.events SET state = ''",
    "UPDATE log.events SET position = position",
    "DELETE FROM log.events",
    "TRUNCATE log.events",
    "UPDATE log.commands SET fingerprint = ''",
    "DELETE FROM log.commands",
    "TRUNCATE log.commands",
    "DELETE FROM log.streams",
    "TRUNCATE log.streams",
    "DELETE FROM log.head",
    "TRUNCATE log.head",
)
RENAMES = ("UPDATE log.head SET log = 'other'", "UPDATE log.streams SET stream = 'other'")
RIGHTS = """
SELECT n.nspname || '.' || c.relname || ' ' || p.name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (name)
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'S') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
   AND has_schema_privilege(%s, n.oid, 'USAGE')
   AND (has_table_privilege(%s, c.oid, p.name)
        OR p.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%s, c.oid, p.name))
"""
MAY_CREATE = (
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%' AND has_schema_privilege(%s, oid, 'CREATE')"
)
MAY_CALL = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('log', 'views', 'access', 'vault', 'public') AND has_function_privilege(%s, p.oid, 'EXECUTE')
   AND has_schema_privilege(%s, n.oid, 'USAGE')
"""
LOG = {f"log.{table} SELECT" for table in ("events", "commands", "streams", "head", "sealed_field", "erased")}
VIEW_TABLES = {table.name for view in VIEWS.values() for table in view.tables} | {
    *("checkpoint", "kafka_checkpoint", "projections", "leases", "workers", "parked", "asides")
}
READ_VIEWS = {f"views.{name} SELECT" for name in VIEW_TABLES}
OWN_VIEWS = {
    f"views.{name} {right}"
    for name in VIEW_TABLES
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
}
WRITES = {
    "log.events INSERT",
    "log.commands INSERT",
    "log.streams INSERT",
    "log.streams UPDATE",
    "log.head UPDATE",
    "log.sealed_field INSERT",
    *(f"views.{name} SELECT" for name in ("checkpoint", "projections", "leases", "workers", "parked", "asides")),
    "access.tokens SELECT",
    "access.tokens INSERT",
    "access.tokens DELETE",
    *(f"access.department_tokens {right}" for right in ("SELECT", "INSERT", "DELETE")),
    *(f"feeds.delivered {right}" for right in ("SELECT", "INSERT", "UPDATE")),
    *(f"feeds.reconciled {right}" for right in ("SELECT", "INSERT")),
    *(f"feeds.parked {right}" for right in ("SELECT", "INSERT", "UPDATE")),
    "vault.subjects SELECT",
    "vault.subjects INSERT",
}
READ_READS = {f"reads.{name} SELECT" for name in ("head", "entries", "about")}
READ_FEEDS = {f"feeds.{name} SELECT" for name in ("delivered", "reconciled", "parked")}
READ_TREE = {
    f"tree.{name} SELECT"
    for name in ("sizes", "tiles", "latest", "checkpoints", "cosignatures", "witnesses", "sealed_heads")
}
NOTES = {
    *(f"log.{name} SELECT" for name in ("events", "streams", "head")),
    *("tree.sizes UPDATE", "tree.tiles INSERT", "tree.tiles UPDATE", "tree.tiles DELETE"),
    *("tree.latest INSERT", "tree.latest UPDATE", "tree.checkpoints INSERT", "tree.cosignatures INSERT"),
    *("tree.witnesses INSERT", "tree.witnesses UPDATE", "tree.witnesses DELETE"),
    *("tree.sealed_heads INSERT", "tree.sealed_heads DELETE"),
}
MAY: dict[Role, set[str]] = {
    "anjuan_writer": LOG | WRITES,
    "anjuan_projector": LOG | OWN_VIEWS,
    "anjuan_reader": LOG | READ_VIEWS | READ_TREE | READ_READS | READ_FEEDS,
    "anjuan_notary": READ_TREE | NOTES | READ_READS,
}


@pytest.fixture(scope="module")
def url(postgres: EmbeddedServer) -> Iterator[str]:
    """A log of one event, with views; nothing here can change it."""
    with database(postgres) as url:
        with open_log(url) as opened:
            opened.log.append(one("1", "s", 0))
        with connect(url, "anjuan_projector") as connection:
            prepare_views(connection, VIEWS.values())
        yield url


@pytest.fixture(autouse=True)
def _nothing_changes(url: str) -> Iterator[None]:
    before = [query(url, f"TABLE log.{table}") for table in ("events", "commands", "streams", "head")]
    yield
    assert [query(url, f"TABLE log.{table}") for table in ("events", "commands", "streams", "head")] == before


@pytest.fixture
def no_triggers(url: str) -> Iterator[None]:
    tables = ("events", "commands", "streams", "head")
    for table in tables:
        query(url, f"ALTER TABLE log.{table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        query(url, f"ALTER TABLE log.{table} ENABLE TRIGGER USER")


@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_stopped_by_the_trigger(url: str, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege, match="append-only"):
        query(url, statement)


@pytest.mark.usefixtures("no_triggers")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", [*CHANGES, *RENAMES])
def test_no_role_has_the_privilege_to_begin_with(url: str, role: Role, statement: str) -> None:
    with connect(url, role) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_rights_and_no_others(url: str, role: Role) -> None:
    assert {row[0] for row in query(url, RIGHTS, role, role, role)} == MAY[role]


def test_only_the_projector_makes_tables_and_only_among_the_views(url: str) -> None:
    found = {role: [row[0] for row in sorted(query(url, MAY_CREATE, role))] for role in ROLES}
    projector = ["views", "views_kafka"]
    assert found == {"anjuan_writer": [], "anjuan_projector": projector, "anjuan_reader": [], "anjuan_notary": []}


def test_only_the_writer_appends(url: str) -> None:
    found = {role: {row[0] for row in query(url, MAY_CALL, role, role)} for role in ROLES}
    assert found["anjuan_reader"] == {"slice_of"}, "which writes nothing"
    assert found["anjuan_projector"] == {"slice_of", "make_schema"}
    assert found["anjuan_notary"] == set()
    assert {"append", "lock_head"} <= found["anjuan_writer"]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("anjuan_reader", "INSERT INTO log.streams VALUES ('x', 1, '')"),
        ("anjuan_reader", "INSERT INTO views.checkpoint (view, version, position) VALUES ('x', 1, 0)"),
        ("anjuan_reader", "DELETE FROM views.worklist"),
        ("anjuan_reader", "SELECT * FROM vault.subjects"),
        ("anjuan_reader", "SELECT * FROM access.tokens"),
        ("anjuan_projector", "INSERT INTO log.streams VALUES ('x', 1, '')"),
        ("anjuan_projector", "UPDATE log.head SET position = 0"),
        ("anjuan_projector", "SELECT * FROM vault.subjects"),
        ("anjuan_writer", "DELETE FROM views.worklist"),
        ("anjuan_writer", "UPDATE views.checkpoint SET position = 0"),
        ("anjuan_writer", "DROP TABLE views.worklist"),
        ("anjuan_writer", "ALTER TABLE log.events DISABLE TRIGGER USER"),
        ("anjuan_writer", "SET session_replication_role = replica"),
    ],
)
def test_what_a_role_may_not_do_is_refused_when_tried(url: str, role: Role, statement: str) -> None:
    with connect(url, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())
