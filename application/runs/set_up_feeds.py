"""The contracts that the program ships, approved where a department has none yet."""

from collections.abc import Iterable

from msgspec.structs import replace

from application.asking import CaseHouse
from application.feeds import approve_contract, feeds
from domain.cases.facts import Act
from domain.feeds.contract import Contract


def set_up_feeds(house: CaseHouse, contracts: Iterable[Contract], act: Act) -> int:
    """Approve them by the act's post; return how many. ``act``: its command id begins those of the approvals.

    A department that ever had a contract is left alone: what was decided there, no file undoes.
    Raises Refused as ``approve_contract`` does.
    """
    there = feeds(house.log)
    new = [contract for contract in contracts if contract.department not in there]
    for contract in new:
        approve_contract(house, replace(act, command_id=f"{act.command_id}:{contract.department}"), contract)
    return len(new)
