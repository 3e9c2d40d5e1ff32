"""The commitments of a state, for tests that look at what the log stores."""

from collections.abc import Iterator
from typing import cast

import msgspec

from adapters.eventstore.fields import replaced


def commitments(state: bytes) -> list[dict[str, str]]:
    """Those that reading would put values in place of: ``d``, ``h``, and ``alg`` where it is told."""
    known: list[str] = []

    def note(_: str, h: str) -> bytes:
        known.append(h)
        return b"null"

    replaced(state, note)
    there = {each["h"]: each for each in _pairs(msgspec.json.decode(state))}
    return [there[h] for h in known]


def _pairs(part: object) -> Iterator[dict[str, str]]:
    match part:
        case {"d": str(), "h": str()}:
            yield cast("dict[str, str]", part)
        case dict():
            for each in part.values():
                yield from _pairs(each)
        case list():
            for each in part:
                yield from _pairs(each)
        case _:
            return
