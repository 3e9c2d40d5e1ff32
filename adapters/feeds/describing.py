"""The AsyncAPI document of a department as things stand today."""

from collections.abc import Mapping
from typing import Any

from adapters.feeds.asyncapi import Around, document, is_described
from adapters.house import House
from application.feeds import feeds
from domain.calendar import civil_day
from domain.feeds.approving import ContractExpired, UnknownFeed
from domain.feeds.contract import NO_FEED


def document_today(house: House, department: str, texts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return it: the feed under the contract in force, and the signals that the department may send.

    Raises UnknownFeed, ContractExpired where there is neither; Unavailable.
    """
    feed = feeds(house.log, (department,)).get(department, NO_FEED)
    contract = feed.on(civil_day(house.now()))
    if not is_described(department, contract):
        raise ContractExpired if feed.versions else UnknownFeed
    return document(department, contract, Around(house.settings.kafka, texts))
