"""The keys of a bureau's log: made when none is there, introduced and retired by events of the log."""

from adapters.house import House
from adapters.transparency.attesting import introduce, retire
from adapters.transparency.keys import Kind, NoSm2, SigningKey
from adapters.transparency.keystore import add_key, keys_in, put_away
from domain.attested import KEYS, LogKeyRetired
from domain.errors import Refused


def origin_of(log: str) -> str:
    """Return the name under which a log's heads are signed."""
    return f"anjuan.invalid/{log}"


def reads_origin(origin: str) -> str:
    """Return the name under which the heads of the reads on record are signed, by the same keys."""
    return f"{origin}/reads"


class UnknownLogKey(Refused):
    """No key in use has this name and id."""

    code = "UNKNOWN_LOG_KEY"
    zh = "没有这把在用的签名密钥"
    en = "No signing key in use has this id"


def ensure_keys(house: House) -> list[SigningKey]:
    """Return the keys that sign; make them where there are none: Ed25519, and SM2 where its library is installed.

    Raises BadLogKey, Unavailable.
    """
    keys = signing_keys(house)
    if not keys:
        keys = [new_log_key(house, "ed25519")]
        try:
            keys.append(new_log_key(house, "sm2"))
        except NoSm2:
            return keys
    for key in keys:
        introduce(house.log, key.verifier.text, house.now())
    return keys


def signing_keys(house: House) -> list[SigningKey]:
    """Return the keys that sign the head of the log as it is: those of the files that the log has not retired.

    Asked for after the tree has grown, so that no head beyond a key's end is signed with it. Raises BadLogKey,
    Unavailable.
    """
    retired = {event.key for event in house.log.events(KEYS) if isinstance(event, LogKeyRetired)}
    return [key for key in keys_in(house.settings.home) if key.verifier.text not in retired]


def new_log_key(house: House, kind: Kind) -> SigningKey:
    """Make a key and introduce it. The log names it before any head is signed with it. Raises NoSm2, Unavailable."""
    key = add_key(house.settings.home, origin_of(house.log.head().log), kind)
    introduce(house.log, key.verifier.text, house.now())
    return key


def retire_log_key(house: House, key_id: str, reason: str) -> None:
    """Let a key sign no more: the log is told first, and from then on nobody signs with it. Raises UnknownLogKey."""
    for key in signing_keys(house):
        if key.verifier.id.hex() == key_id:
            retire(house.log, key.verifier.text, reason, house.now())
            put_away(house.settings.home, key)
            return
    raise UnknownLogKey(key_id)
