"""What a dump does not carry: the roles of the cluster. A database that was restored without them is refused."""

from typing import Any

from psycopg import Connection

from domain.errors import Refused

_MISSING = """
SELECT name FROM unnest(ARRAY[
    'anjuan_writer', 'anjuan_projector', 'anjuan_reader', 'anjuan_notary', 'anjuan_recorder']) AS name
 WHERE to_regrole(name) IS NULL OR NOT pg_has_role(to_regrole(name)::oid, 'MEMBER')
"""
# Made before the roles were, or restored without them: owners and grants were lost on the way.
_LOST = """
SELECT 'log' WHERE NOT has_schema_privilege('anjuan_writer', 'log', 'USAGE')
 UNION ALL
SELECT 'views' FROM pg_class WHERE oid = 'views.checkpoint'::regclass AND relowner <> 'anjuan_projector'::regrole
"""


class RightsMissing(Refused):
    """A role is not there, or not ours to take on; or what it should own or use is not its."""

    code = "RIGHTS_MISSING"
    zh = "数据库缺少所需角色或权限：请先按 infra/postgres/roles.sql 建立角色，再恢复备份"
    en = "Roles or rights are missing: make the roles (infra/postgres/roles.sql) before the dump is restored"


def require_rights(connection: "Connection[Any]") -> None:
    """Raise RightsMissing with the names, unless everything is there that the program takes on."""
    for found in (_MISSING, _LOST):
        names = [name for (name,) in connection.execute(found.encode()).fetchall()]
        if names:
            raise RightsMissing(", ".join(names))
