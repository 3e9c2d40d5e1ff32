"""Who folds which range of slices: lease rows with a time to live, and an epoch that fences off earlier owners.

No lock and no transaction is held for a lease. It is renewed at the end of the owner's own transaction; whoever takes
over an expired one raises the epoch, and ends the session of the one before, should that hang in a transaction.
"""

from typing import Any

from psycopg import Connection

from adapters.projector.sessions import end_session
from domain.kernel import Value
from projections.slices import Range

LEASE_SECONDS = 3.0
RENEW_SECONDS = 1.0
"""An idle owner renews this often."""
_STUCK_SECONDS = 0.5
"""So long after it ran out, a lease that is still locked is taken by force."""


class LeaseLost(Exception):
    """Somebody else has the range by now: nothing may be written for it."""


class Lease(Value):
    """A range that a worker owns, and the epoch that its writes carry."""

    lane: str
    slices: Range
    owner: str
    epoch: int


_CLAIM = """
WITH free AS (
    SELECT lane, lo, owner FROM views.leases
     WHERE expires_at < clock_timestamp() ORDER BY lane, lo LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE views.leases AS lease
   SET owner = %(owner)s, epoch = epoch + 1, taken_at = clock_timestamp(),
       expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
  FROM free WHERE lease.lane = free.lane AND lease.lo = free.lo
RETURNING lease.lane, lease.lo, lease.hi, lease.epoch, free.owner
"""
_RENEW = """
UPDATE views.leases SET expires_at = clock_timestamp() + make_interval(secs => %s)
 WHERE lane = %s AND lo = %s AND hi = %s AND owner = %s AND epoch = %s
"""
_RELEASE = """
UPDATE views.leases SET expires_at = '-infinity', owner = '' WHERE lane = %s AND lo = %s AND owner = %s AND epoch = %s
"""
# A row that is locked although it has run out: its owner was stopped between the renewal and the commit.
_STUCK = "SELECT owner FROM views.leases WHERE expires_at < clock_timestamp() - make_interval(secs => %s)"


def claim(connection: "Connection[Any]", owner: str, most: int) -> list[Lease]:
    """Take up to ``most`` ranges that nobody owns, or whose owner has not renewed them."""
    if most < 1:
        return []
    asked = {"owner": owner, "most": most, "seconds": LEASE_SECONDS}
    taken = connection.execute(_CLAIM, asked).fetchall()
    if not taken and (stuck := _stuck(connection)):
        _end_sessions(connection, stuck - {owner, ""})
        taken = connection.execute(_CLAIM, asked).fetchall()
    _end_sessions(connection, {row[4] for row in taken} - {owner, ""})
    return [Lease(lane, Range(lo, hi), owner, epoch) for lane, lo, hi, epoch, _ in taken]


def _end_sessions(connection: "Connection[Any]", owners: set[str]) -> None:
    for other in owners:
        end_session(connection, other)


def _stuck(connection: "Connection[Any]") -> set[str]:
    return {owner for (owner,) in connection.execute(_STUCK, (_STUCK_SECONDS,)).fetchall()}


def renew(connection: "Connection[Any]", lease: Lease) -> None:
    """Renew within the transaction that writes, as its last statement. Raises LeaseLost: then it must not commit."""
    where = (LEASE_SECONDS, lease.lane, lease.slices.lo, lease.slices.hi, lease.owner, lease.epoch)
    if connection.execute(_RENEW, where).rowcount != 1:
        raise LeaseLost(f"{lease.lane} {lease.slices.lo}..{lease.slices.hi}")


def release(connection: "Connection[Any]", lease: Lease) -> None:
    """Give a range back, so that another worker need not wait for the lease to run out."""
    connection.execute(_RELEASE, (lease.lane, lease.slices.lo, lease.owner, lease.epoch))
