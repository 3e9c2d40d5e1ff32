"""What a bundle of evidence says of itself."""

from domain.kernel import Value


class SealedTold(Value, omit_defaults=False):
    """The stream's head among those sealed: entry ``number`` of ``streams``, and the hashes beside it (hex)."""

    stream: str
    seq: int
    record: str
    number: int
    streams: int
    hashes: tuple[str, ...]


class KeyTold(Value, omit_defaults=False):
    """A key of the log: from which position on it signs, and after which no more."""

    key: str
    since: int
    until: int | None


class Manifest(Value, omit_defaults=False):
    """What a bundle has. ``members``: SHA-256 (hex) of every other file. ``consistency``: hashes (hex) from ``old``."""

    v: int
    log: str
    stream: str
    events: int
    sealed: SealedTold
    keys: tuple[KeyTold, ...]
    witnesses: tuple[str, ...]
    old: int
    consistency: tuple[str, ...]
    members: dict[str, str]
