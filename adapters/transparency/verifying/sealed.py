"""Sealed fields held against the states that commit to them, and erasures against the events that tell of them.

No key is needed: a state names the hash of every ciphertext. Whoever has the vault checks also that each opens to what
the state says it does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from adapters.eventstore.fields import Place, StoredField, count_commitments, has_commitments
from adapters.transparency.verifying.findings import FaultCode, Finding
from adapters.transparency.verifying.scan import Row
from adapters.vault.suites import SUITES, USUAL, Suite

_MOST_FINDINGS = 20
_NAMES_SUBJECT = ("subject", "agent_subject")


class _State(msgspec.Struct, gc=False):
    """Of a state, what it says; not what surrounds it."""

    data: Any


_decode = msgspec.json.Decoder(_State).decode
_USUAL = SUITES[USUAL]
_BY_MARK = {suite.mark.partition('":"')[2].strip('",'): suite for suite in SUITES.values()}


class Erasures(NamedTuple):
    """What the log tells of erasures. ``by_event``: whose fields an event erases; ``completed``: who has none."""

    by_event: Mapping[str, frozenset[str]]
    completed: frozenset[str]


class Told(NamedTuple):
    """A commitment in a state: of which suite, its two hashes, and whose it is."""

    suite: Suite
    d: str
    h: str
    subject: str


Fields = Callable[[int, int], Iterable[StoredField]]
"""First and last position -> the sealed fields between, in the order of positions."""
Disclosed = Callable[[list[Place], list[StoredField]], Iterable[tuple[StoredField, bytes]]]
"""Opens fields; an erased one gives nothing. Raises SealBroken."""


class SealedScan:
    """Takes rows in the order of positions. ``looked``: how many fields were looked at."""

    def __init__(self, erasures: Erasures) -> None:
        """Know nothing yet."""
        self.findings: list[Finding] = []
        self.looked = 0
        self._erasures = erasures

    def take(self, rows: Sequence[Row], fields: Fields) -> None:
        """Take the next rows."""
        if not rows:
            return
        kept: dict[int, dict[str, StoredField]] = {}
        for field in fields(rows[0][0], rows[-1][0]):
            kept.setdefault(field.position, {})[field.path] = field
        for row in rows:
            found = kept.pop(row[0], {})
            if found or has_commitments(row[6]):
                self._compare(row, found)
        for position in kept:
            self._find("FIELD_ALTERED", position, "no event")

    def _compare(self, row: Row, kept: dict[str, StoredField]) -> None:
        """By the rows' own paths, which are few; only where they do not match is the whole state gone through."""
        position, stream, state = row[0], row[1], row[6]
        data, count, matched = _data_of(state), count_commitments(state), 0
        self.looked += count
        for path, field in kept.items():
            told = _at(data, path, stream)
            if told is None:
                self._find("FIELD_ALTERED", position, f"{path}: not committed to")
                continue
            matched += 1
            fault = self._fault(told, field)
            if fault:
                self._find(*fault, path)
        if matched != count:
            for path in sorted(commitments_of(state, stream).keys() - kept.keys()):
                self._find("FIELD_MISSING", position, path)

    def _fault(self, told: Told, kept: StoredField) -> tuple[FaultCode, int] | None:
        if kept.commitment.hex() != told.h or kept.subject != told.subject:
            return "FIELD_ALTERED", kept.position
        if kept.sealed is None:
            known = kept.subject in self._erasures.by_event.get(kept.erased_by or "", ())
            return None if known else ("FIELD_ERASED", kept.position)
        if told.suite.digest(kept.sealed) != told.h:
            return "FIELD_ALTERED", kept.position
        return ("FIELD_RETURNED", kept.position) if kept.subject in self._erasures.completed else None

    def _find(self, code: FaultCode, position: int, detail: str) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(code=code, position=position, detail=detail))


def commitments_of(state: bytes, stream: str) -> dict[str, Told]:
    """Return the commitments of a state by their paths; none of bytes that are no state."""
    return dict(_within(_data_of(state), "", stream))


def _data_of(state: bytes) -> Any:  # noqa: ANN401  JSON is anything
    try:
        return _decode(state).data
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=1_000)
def _parts_of(path: str) -> list[str]:
    return path[1:].split("/")


def _at(value: Any, path: str, subject: str) -> Told | None:  # noqa: ANN401  JSON is anything
    """Return the commitment at a path, with whose it is."""
    for part in _parts_of(path):
        if type(value) is dict:
            named = value.get("subject") or value.get("agent_subject")
            subject = named if type(named) is str else subject
            value = value.get(part)
        elif type(value) is list and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    suite = _suite_of(value) if type(value) is dict else None
    return Told(suite, value["d"], value["h"], subject) if suite else None


def _within(value: Any, path: str, subject: str) -> Iterator[tuple[str, Told]]:  # noqa: ANN401 JSON is anything
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _within(item, f"{path}/{number}", subject)
    elif isinstance(value, dict):
        suite = _suite_of(value)
        if suite is not None:
            yield path, Told(suite, value["d"], value["h"], subject)
            return
        subject = next((value[name] for name in _NAMES_SUBJECT if isinstance(value.get(name), str)), subject)
        for name, item in value.items():
            yield from _within(item, f"{path}/{name}", subject)


def _suite_of(value: dict[str, Any]) -> Suite | None:
    if "d" not in value or "h" not in value:
        return None
    alg = value.get("alg")
    if len(value) != (2 if alg is None else 3):
        return None
    return _USUAL if alg is None else _BY_MARK.get(alg)


def unopened(rows: Sequence[Row], fields: list[StoredField], disclosed: Disclosed) -> list[Finding]:
    """Return the fields that open to something else than their state says. Raises SealBroken."""
    places = [Place(row[0], row[1], row[2], row[6]) for row in rows if has_commitments(row[6])]
    told = {place.position: commitments_of(place.state, place.stream) for place in places}
    return [
        Finding(code="FIELD_ALTERED", position=field.position, detail=f"{field.path}: d")
        for field, disclosure in disclosed(places, fields)
        if disclosure and not _is_told(told[field.position].get(field.path), disclosure)
    ]


def _is_told(told: Told | None, disclosure: bytes) -> bool:
    return told is not None and told.suite.digest(disclosure) == told.d
