"""What a bundle shows of personal fields: the disclosures whose hashes the states have, for whom it is made."""

from adapters.eventstore.fields import Place, has_commitments, stored_fields
from adapters.house import House
from adapters.postgres.connections import reading

ALL, NONE = "all", "none"
_PLACES = "SELECT position, stream, seq, state FROM log.events WHERE stream = %s ORDER BY seq"


def disclosures_of(house: House, stream: str, whose: str) -> dict[str, bytes]:
    """Return ``disclosures/NNNNN/path.json``, exact bytes; none of what is erased.

    ``whose``: ``all``, ``none``, or one subject's alone. Raises SealBroken, KeyLost, Unavailable.
    """
    if whose == NONE:
        return {}
    with reading(house.readers) as connection:
        rows = connection.execute(_PLACES, (stream,), binary=True).fetchall()
        places = [place for place in map(Place._make, rows) if has_commitments(place.state)]
        fields = stored_fields(connection, [place.position for place in places])
    numbers = {place.position: place.seq for place in places}
    shown = [field for field in fields if whose in (ALL, field.subject)]
    return {
        f"disclosures/{numbers[field.position]:05d}/{name_of(field.path)}.json": disclosure
        for field, disclosure in house.vault.opener.disclosed(places, shown)
        if disclosure
    }


def name_of(path: str) -> str:
    """Return a path as a file's name."""
    return path.strip("/").replace("/", ".")
