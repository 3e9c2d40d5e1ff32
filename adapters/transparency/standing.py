"""How far the transparency log is, and who countersigns it."""

from datetime import datetime

import msgspec

from adapters.house import House
from adapters.postgres.connections import connect
from adapters.transparency.attesting import last_sealed
from adapters.transparency.keys import BadKey, verifier_of
from adapters.transparency.setting_up import origin_of
from domain.attested import HeadsSealed
from domain.errors import Refused
from domain.kernel import Value

_FOUND = """
SELECT (SELECT size FROM tree.sizes WHERE tree = 'events') AS size,
       coalesce((SELECT size FROM tree.latest WHERE tree = 'events'), 0) AS signed,
       coalesce((SELECT max(size) FROM tree.checkpoints WHERE tree = 'events'), 0) AS published,
       (SELECT max(signed_at) FROM tree.checkpoints WHERE tree = 'events') AS published_at,
       coalesce((SELECT max(size) FROM tree.cosignatures WHERE tree = 'events'), 0) AS witnessed
"""
_WITNESSES = "SELECT name, url, key, size, asked_at, fault FROM tree.witnesses ORDER BY name"
_ADD = """
INSERT INTO tree.witnesses (name, url, key) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET url = excluded.url, key = excluded.key
"""
_REMOVE = "DELETE FROM tree.witnesses WHERE name = %s"


class WitnessStanding(Value, omit_defaults=False):
    """A witness: the size that it has signed last, and why the last try failed (a code; empty: it did not)."""

    name: str
    url: str
    key: str
    size: int
    asked_at: datetime | None
    fault: str


class LogStanding(Value, omit_defaults=False):
    """How far everything is; sizes count events. ``sealed``: the position at which all streams' heads were sealed."""

    origin: str
    events: int
    size: int
    signed: int
    published: int
    published_at: datetime | None
    witnessed: int
    sealed: int
    witnesses: tuple[WitnessStanding, ...]


class BadWitnessKey(Refused):
    """Not the public key of a witness."""

    code = "BAD_WITNESS_KEY"
    zh = "不是见证人的公钥"
    en = "Not the public key of a witness"


class UnknownWitness(Refused):
    """There is no such witness."""

    code = "UNKNOWN_WITNESS"
    zh = "没有这个见证人"
    en = "There is no such witness"


def standing(house: House) -> LogStanding:
    """Return how far everything is. Raises Unavailable."""
    head, sealed = house.log.head(), last_sealed(house.log)
    event = sealed.event if sealed else None
    return LogStanding(
        **house.read(_FOUND)[0],
        origin=origin_of(head.log),
        events=head.position,
        sealed=event.position if isinstance(event, HeadsSealed) else 0,
        witnesses=tuple(msgspec.convert(row, WitnessStanding) for row in house.read(_WITNESSES)),
    )


def add_witness(house: House, url: str, key: str) -> str:
    """Have a witness asked from now on; return its name. Raises BadWitnessKey."""
    try:
        found = verifier_of(key)
    except BadKey:
        raise BadWitnessKey from None
    if found.kind != "cosignature" or not url.startswith(("http://", "https://")):
        raise BadWitnessKey(url)
    with connect(house.locate, "anjuan_notary") as connection:
        connection.execute(_ADD, (found.name, url, key))
    return found.name


def remove_witness(house: House, name: str) -> None:
    """Ask a witness no more. Raises UnknownWitness."""
    with connect(house.locate, "anjuan_notary") as connection:
        if connection.execute(_REMOVE, (name,)).rowcount != 1:
            raise UnknownWitness(name)
