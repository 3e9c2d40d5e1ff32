"""Tells a true retry from a reused command id without keeping what was asked: a keyed hash."""

import hmac
from hashlib import sha256

import msgspec

from domain.kernel import CaseId, Command, PostId

_encode = msgspec.json.Encoder(order="sorted").encode


def fingerprint(key: bytes, action: str, case_id: CaseId | None, post: PostId, command: Command) -> str:
    """Return the hash of everything that makes the wish what it is. The time of the act is not part of it."""
    text = _encode([action, case_id, post, command])
    return hmac.new(key, text, sha256).hexdigest()
