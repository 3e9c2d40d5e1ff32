"""Views built aside, each set in a schema of its own: made, found again, owned by one process at a time, dropped.

An aside is not finished by whoever began it alone: its row says how far it is, and anybody may go on with it.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from msgspec.structs import replace
from psycopg import Connection, sql

from adapters.projector.sessions import cancel
from domain.errors import Refused
from domain.kernel import Value
from projections.registry import VIEWS
from projections.shape import View

Purpose = Literal["rebuild", "verify", "moment"]
Stage = Literal["filling", "indexing", "ready"]

_COLUMNS = "id, views, versions, purpose, stage, target, position, events, last_stream, later"
_FIND = (
    f"SELECT {_COLUMNS} FROM views.asides WHERE purpose = %s AND views = %s AND versions = %s::int4[] AND target = %s"  # noqa: S608  (names of ours)
)
_UNFINISHED = f"""
SELECT {_COLUMNS} FROM views.asides WHERE purpose = %s AND views = %s AND versions = %s::int4[]
 ORDER BY started_at LIMIT 1
"""  # noqa: S608  (names of ours)
_MAKE = "INSERT INTO views.asides (id, views, versions, purpose, target) VALUES (%s, %s, %s, %s, %s)"
# Owned as long as the session lives that it is owned by.
_OWN = f"""
UPDATE views.asides SET owner = %(owner)s, owned_at = clock_timestamp(), owned_events = events, fault = ''
 WHERE id = %(id)s AND (owner IN ('', %(owner)s) OR NOT EXISTS (
     SELECT FROM pg_stat_activity WHERE application_name = owner AND datname = current_database()))
RETURNING {_COLUMNS}
"""  # noqa: S608  (names of ours)
_KEEP = """
UPDATE views.asides SET stage = %s, position = %s, events = %s, last_stream = %s, later = %s,
       moved_at = clock_timestamp()
 WHERE id = %s AND owner = %s
"""
_DISOWN = "UPDATE views.asides SET owner = '', fault = %s WHERE id = %s AND owner = %s"
_OURS = "SELECT FROM views.asides WHERE id = %s AND owner = %s"
_SEIZE = """
WITH before AS (SELECT id, owner FROM views.asides WHERE id = %(id)s FOR UPDATE)
UPDATE views.asides AS aside SET owner = %(owner)s FROM before WHERE aside.id = before.id RETURNING before.owner
"""
_TRIES = 30


class AsideBusy(Refused):
    """Another process is at it."""

    code = "ASIDE_BUSY"
    zh = "另一进程正在构建此视图"
    en = "Another process is building this view"


class AsideLost(Refused):
    """Somebody has aborted the aside, or has taken it over: this process must stop."""

    code = "BUILD_ABORTED"
    zh = "构建已被中止，现用视图未受影响"
    en = "The build was aborted; the live views are untouched"


class Aside(Value):
    """A set of views aside. ``target``: the position to fill up to; ``position``: what is in, of the whole log.

    Filling goes by streams in the order of their names: ``events`` of the log are in, up to ``last_stream``.
    ``later``: the statements that make keys and indexes once the tables are full.
    """

    id: str
    views: tuple[str, ...]
    versions: tuple[int, ...]
    purpose: Purpose
    stage: Stage
    target: int
    position: int = 0
    events: int = 0
    last_stream: str = ""
    later: tuple[str, ...] = ()
    owner: str = ""

    @property
    def schema(self) -> str:
        """The schema that its tables are in."""
        return f"aside_{self.id}"

    def shapes(self) -> list[View]:
        """Return the views."""
        return [VIEWS[name] for name in self.views]


def find(connection: "Connection[Any]", purpose: Purpose, views: Sequence[View], target: int | None) -> Aside | None:
    """Return an aside of exactly these views in their present versions: for this target, or None, for any."""
    asked = purpose, [view.name for view in views], [view.version for view in views]
    rows = (
        connection.execute(_UNFINISHED.encode(), asked)
        if target is None
        else connection.execute(_FIND.encode(), (*asked, target))
    ).fetchall()
    return _aside(rows[0]) if rows else None


def make(connection: "Connection[Any]", purpose: Purpose, views: Sequence[View], target: int) -> Aside:
    """Make an aside with empty tables."""
    made = Aside(
        id=uuid.uuid4().hex[:12],
        views=tuple(view.name for view in views),
        versions=tuple(view.version for view in views),
        purpose=purpose,
        stage="filling",
        target=target,
    )
    with connection.transaction():
        connection.execute(_MAKE, (made.id, list(made.views), list(made.versions), purpose, target))
        connection.execute("SELECT views.make_schema(%s)", (made.schema,))
        open_to_readers(connection, made.schema)
        with named_without_schema(connection, made.schema):
            for view in views:
                connection.execute(view.schema().encode())
    return made


def open_to_readers(connection: "Connection[Any]", schema: str) -> None:
    """Let readers read what is, and will be, in the schema."""
    for statement in (
        "GRANT USAGE ON SCHEMA {} TO anjuan_reader",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO anjuan_reader",
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier(schema)))


def own(connection: "Connection[Any]", aside: Aside, owner: str) -> Aside:
    """Take the aside for this process; return it as it stands: others may have gone on with it. Raises AsideBusy."""
    rows = connection.execute(_OWN.encode(), {"owner": owner, "id": aside.id}).fetchall()
    if not rows:
        raise AsideBusy(", ".join(aside.views))
    return replace(_aside(rows[0]), owner=owner)


def keep(connection: "Connection[Any]", aside: Aside) -> None:
    """Write how far it is, in the transaction that brought it there. Raises AsideLost."""
    progress = (aside.stage, aside.position, aside.events, aside.last_stream, list(aside.later))
    if connection.execute(_KEEP, (*progress, aside.id, aside.owner)).rowcount != 1:
        raise AsideLost(", ".join(aside.views))


def disown(connection: "Connection[Any]", aside: Aside, fault: str = "") -> None:
    """Let any process go on with it at once. ``fault``: why this one does not."""
    connection.execute(_DISOWN, (fault, aside.id, aside.owner))


def require_owned(connection: "Connection[Any]", aside: Aside) -> None:
    """Raise AsideLost unless this process still owns the aside."""
    if connection.execute(_OURS, (aside.id, aside.owner)).rowcount != 1:
        raise AsideLost(", ".join(aside.views))


def abort(connection: "Connection[Any]", aside: Aside, owner: str) -> bool:
    """Take the aside from whoever is at it, and drop it; tell whether it was still there. Raises AsideBusy.

    Its owner finds at its next step that it owns it no more; until then it may hold locks on the tables.
    """
    seized = connection.execute(_SEIZE, {"owner": owner, "id": aside.id}).fetchall()
    for _ in range(_TRIES if seized else 0):
        cancel(connection, seized[0][0])
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '1s'")
                drop(connection, aside)
        except psycopg.errors.LockNotAvailable:
            continue
        return True
    if seized:
        raise AsideBusy(", ".join(aside.views))
    return False


def drop(connection: "Connection[Any]", aside: Aside) -> None:
    """Drop its tables and its row."""
    with connection.transaction():
        connection.execute("DELETE FROM views.asides WHERE id = %s", (aside.id,))
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(aside.schema)))


def all_asides(connection: "Connection[Any]") -> list[Aside]:
    """Return all there are, the oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM views.asides ORDER BY started_at".encode()).fetchall()  # noqa: S608  (names of ours)
    return [_aside(row) for row in rows]


@contextmanager
def named_without_schema(connection: "Connection[Any]", schema: str) -> Iterator[None]:
    """Within the transaction, tables named without a schema are those of this one."""
    connection.execute("SELECT set_config('search_path', %s, true)", (f'"{schema}"',))
    yield
    connection.execute("SELECT set_config('search_path', 'views', true)")


def _aside(row: tuple[Any, ...]) -> Aside:
    ident, views, versions, purpose, stage, target, position, events, last_stream, later = row
    return Aside(
        ident, tuple(views), tuple(versions), purpose, stage, target, position, events, last_stream, tuple(later)
    )
