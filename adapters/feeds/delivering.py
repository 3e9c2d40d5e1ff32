"""What a department is given over HTTP, or shown beforehand: pages of messages under the contract in force."""

from typing import NamedTuple

from adapters.feeds.deliveries import note_handed_out
from adapters.feeds.messages import Message, structured
from adapters.feeds.reading import MOST_POSITIONS, FeedReader
from adapters.house import House
from adapters.postgres.pinned import reading_pinned
from adapters.reads.recording import Reader, on_record
from application.feeds import read_feed
from domain.calendar import civil_day
from domain.feeds.approving import ContractExpired
from domain.feeds.contract import Contract, Manner


class Page(NamedTuple):
    """Messages as CloudEvents in JSON, and the cursor behind them: the last position that was looked at."""

    messages: list[bytes]
    positions: list[int]
    upto: int


def contract_in_force(house: House, department: str, manner: Manner) -> Contract:
    """Return what the department may have today. Raises UnknownFeed, ContractExpired, Unavailable."""
    contract = read_feed(house.log, department).on(civil_day(house.now()))
    if contract is None or manner not in contract.manner:
        raise ContractExpired
    return contract


def hand_out(house: House, contract: Contract, after: int, most: int = MOST_POSITIONS) -> Page:
    """Return the messages of the next positions; counted, and on record as a read of those cases.

    Raises LogBroken, NoVault, KeyLost, Unavailable.
    """
    reader = Reader("http", actor=f"department:{contract.department}", basis=contract.basis, purpose=contract.scene)
    query = {"feed": contract.department, "version": str(contract.version), "after_position": str(after)}
    with on_record(house, reader, "export", query) as seen:
        upto, messages = messages_after(house, contract, after, most)
        seen.case(*(message.case_id for message in messages))
    note_handed_out(house.writers, contract, messages, house.now())
    source = source_of(house)
    return Page([structured(each, source) for each in messages], [each.position for each in messages], upto)


def messages_after(house: House, contract: Contract, after: int, most: int) -> tuple[int, list[Message]]:
    """Return the last position looked at, and the messages up to it. Raises LogBroken, NoVault, KeyLost."""
    with reading_pinned(house.readers) as connection:
        found = FeedReader([contract], house.vault.opener).read(connection, after, most)
    return found.upto, found.messages[contract.department]


def source_of(house: House) -> str:
    """Return what CloudEvents call the source: the log."""
    return f"/logs/{house.log.head().log}"
