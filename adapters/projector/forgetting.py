"""Copies of views that no event reaches: tables kept for going back, views of past moments. An erasure drops them."""

from psycopg import sql

from adapters.postgres.database import Locate
from adapters.projector.asides import abort, all_asides
from adapters.projector.sessions import session
from projections.registry import VIEWS

_KEPT = "SELECT view, kept_schema FROM views.projections WHERE kept_schema <> '' AND view = ANY(%s)"
_FORGET = """
UPDATE views.projections SET kept_schema = '', kept_tables = '{}', kept_version = NULL, kept_position = NULL
 WHERE view = %s
"""


def forget_copies(locate: Locate) -> int:
    """Drop the copies of views that hold personal values; return how many. What is asked for again is built anew.

    Raises AsideBusy: a copy is being read for too long; to be tried again.
    """
    personal = [view.name for view in VIEWS.values() if view.personal]
    with session(locate) as (connection, name):
        past = [aside for aside in all_asides(connection) if aside.purpose == "moment" and {*aside.views} & {*personal}]
        dropped = sum(abort(connection, aside, name) for aside in past)
        for view, schema in connection.execute(_KEPT, (personal,)).fetchall():
            with connection.transaction():
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
                connection.execute(_FORGET, (view,))
            dropped += 1
    return dropped
