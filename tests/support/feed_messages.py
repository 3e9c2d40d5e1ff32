"""One message of every type that a contract delivers, always the same: about a household of two impossible persons."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from adapters.eventstore.codec import encode_state
from adapters.feeds.cases import CaseAbout
from adapters.feeds.files import shipped_contracts
from adapters.feeds.messages import Message, Minimised, Row, happened, structured
from adapters.feeds.persons import Told
from domain.feeds.contract import Contract, Delivered
from tests.support.builders import VILLAGE, id_number
from tests.support.samples import SAMPLES, fact

SOURCE = "/logs/0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b"
_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
_RELATIONS = ("本人", "配偶")
_encode = msgspec.json.encode


def shipped() -> list[tuple[Contract, Delivered]]:
    """Every type that a shipped contract delivers, the contracts approved as their first version."""
    contracts = [replace(contract, version=1) for contract in shipped_contracts()]
    return [(contract, delivered) for contract in contracts for delivered in contract.events]


def message(contract: Contract, delivered: Delivered) -> Message:
    """The message of the sample of its type."""
    row = Row(
        7, "case-c-1", 3, delivered.type, encode_state(fact(SAMPLES[delivered.type])), sha256(b"record").hexdigest()
    )
    about = CaseAbout("320903-1", contract.matters[0], VILLAGE)
    about.is_of(1, [_person(number) for number in (1, 2)])
    return Minimised(contract, delivered).message(happened(row), about)


def whole(contract: Contract, delivered: Delivered) -> bytes:
    """The message as one document."""
    return structured(message(contract, delivered), SOURCE)


def _person(number: int) -> Told:
    values = {
        "id_number": id_number(number),
        "name": f"样例{number}",
        "relation": _RELATIONS[number - 1],
        "subject": f"s-{number}",
    }
    proofs = {name: _proof(f"/household/members/{number - 1}/{name}", values[name]) for name in ("id_number", "name")}
    return Told({name: _encode(value) for name, value in values.items()}, proofs)


def _proof(path: str, value: str) -> bytes:
    salt = sha256(path.encode()).hexdigest()[:32]
    digest = sha256(_encode([salt, path, value])).hexdigest()
    return _encode({"position": 1, "path": path, "salt": salt, "d": digest, "alg": "sha256"})
