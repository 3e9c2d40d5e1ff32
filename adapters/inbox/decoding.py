"""From the bytes of a message to a signal. Pure: the doors (HTTP, files, Kafka) all read with this."""

from typing import Any

import msgspec

from adapters.commands import MalformedBody, decoded
from domain.signals.receiving import SignalIn
from domain.signals.refusals import BadSignal

MOST_SIGNALS = 1_000
"""In one message that holds several."""

_signal = msgspec.json.Decoder(SignalIn).decode
_signals = msgspec.json.Decoder(list[msgspec.Raw]).decode


def decode_signal(raw: bytes) -> SignalIn:
    """Return the signal in a message: one JSON object, no field of which is unknown.

    Raises BadSignal with the JSON path, never with a value.
    """
    signal: SignalIn = _told(_signal, raw)
    return signal


def split_signals(raw: bytes, most: int | None = MOST_SIGNALS) -> list[bytes]:
    """Return each message of a list, or the one that there is; ``most``: None for any number. Raises BadSignal."""
    if not raw.lstrip().startswith(b"["):
        return [raw]
    parts: list[msgspec.Raw] = _told(_signals, raw)
    if most is not None and len(parts) > most:
        raise BadSignal(f"$: more than {most}")
    return [bytes(part) for part in parts]


def _told(decode: Any, raw: bytes) -> Any:  # noqa: ANN401 what it decodes to
    try:
        return decoded(decode, raw)
    except MalformedBody as malformed:
        raise BadSignal(malformed.detail) from None
