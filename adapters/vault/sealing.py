"""Sealing: the personal values of an event become commitments in its state, and ciphertexts beside it.

For each: the disclosure is the canonical JSON of ``[salt, path, value]``; ``d`` is its hash; sealed, under the
subject's key, it becomes nonce, ciphertext and tag, and ``h`` is the hash of those. Whoever is given the disclosure can
check it against the state; whoever holds the ciphertext, that it is the one that was committed to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from os import urandom
from typing import Any

import msgspec

from adapters.eventstore.fields import SealedField
from adapters.vault.data_keys import DataKey, DataKeys
from adapters.vault.suites import NONCE, Sealing
from domain.errors import InvalidValue
from domain.kernel import Event
from domain.personal import RESERVED, Field, personal_fields, plan_of, with_personal

_SALT = 16
_MOST_AT_ONCE = 5_000
_encode = msgspec.json.Encoder(order="sorted").encode


def associated_data(log: str, stream: str, seq: int, field: tuple[str, str, bytes]) -> bytes:  # as (path, subject, key)
    """Return what binds a ciphertext to its place. No value needs escaping: columns and names see to that."""
    path, subject, key_id = field
    return (
        f'{{"key":"{key_id.hex()}","log":"{log}","path":"{path}","seq":{seq},"stream":"{stream}","subject":"{subject}"}}'
    ).encode()


def purpose_of(stream: str) -> str:
    """Return the purpose that a stream's personal fields are kept for: the kind of the stream."""
    return stream.partition("-")[0]


def batched(names: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Yield the names, so many at a time."""
    return (names[start : start + most] for start in range(0, len(names), most))


class Sealer:
    """Seals events for their places in the log."""

    def __init__(self, keys: DataKeys, log: Callable[[], str]) -> None:
        """``log``: returns the log's name."""
        self._keys = keys
        self._log = log

    def expect(self, writes: Iterable[tuple[str, Iterable[Event]]]) -> None:
        """Have the keys at hand for events of these streams: one question to the vault instead of one for each stream.

        Raises SubjectErased, KeyLost, Unavailable.
        """
        subjects: dict[str, set[str]] = {}
        for stream, events in writes:
            personal = (field for event in events if plan_of(type(event)) for field in personal_fields(event, stream))
            subjects.setdefault(purpose_of(stream), set()).update(field.subject for field in personal)
        for purpose, named in subjects.items():
            for part in batched(sorted(named), _MOST_AT_ONCE):
                self._keys.for_subjects(part, purpose)

    def seal(self, events: Sequence[Event], stream: str, before: int) -> list[tuple[Event, Sequence[SealedField]]]:
        """Return the events with commitments, and their sealed fields. ``before``: the version they follow.

        Raises InvalidValue for a text that begins like an erased one, SubjectErased, KeyLost, Unavailable.
        """
        personal = [personal_fields(event, stream) if plan_of(type(event)) else [] for event in events]
        subjects = {field.subject for fields in personal for field in fields}
        if not subjects:
            return [(event, ()) for event in events]
        keys, log = self._keys.for_subjects(subjects, purpose_of(stream)), self._log()
        sealed: list[tuple[Event, Sequence[SealedField]]] = []
        for seq, (event, fields) in enumerate(zip(events, personal, strict=True), before + 1):
            sealed.append(_sealed(event, stream, seq, log, keys) if fields else (event, ()))
        return sealed


class _Ciphers(dict[str, Sealing]):
    """A cipher for each subject, made when first asked for."""

    def __init__(self, keys: dict[str, DataKey]) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, subject: str) -> Sealing:
        made = self[subject] = self._keys[subject].cipher()
        return made


def _sealed(
    event: Event, stream: str, seq: int, log: str, keys: dict[str, DataKey]
) -> tuple[Event, Sequence[SealedField]]:
    fields: list[SealedField] = []
    ciphers = _Ciphers(keys)

    def commit(field: Field) -> Any:  # noqa: ANN401 bytes in place of the value
        if isinstance(field.value, str) and field.value.startswith(RESERVED):
            raise InvalidValue(field.path)  # it would read as erased
        key = keys[field.subject]
        random = urandom(NONCE + _SALT)
        nonce, salt = random[:NONCE], random[NONCE:].hex()
        disclosure = b'["%b","%b",%b]' % (salt.encode(), field.path.encode(), _encode(field.value))
        bound = associated_data(log, stream, seq, (field.path, field.subject, key.key_id))
        kept = nonce + ciphers[field.subject].encrypt(nonce, disclosure, bound)
        h = key.suite.digest(kept)
        fields.append(SealedField(field.path, field.subject, key.key_id, bytes.fromhex(h), kept))
        return msgspec.Raw(f'{{{key.suite.mark}"d":"{key.suite.digest(disclosure)}","h":"{h}"}}'.encode())

    return with_personal(event, stream, commit), fields
