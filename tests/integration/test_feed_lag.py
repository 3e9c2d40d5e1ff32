"""Lag of feeds: what is in a department's scope and was not delivered, as far as somebody looked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.feeds.lagging import Lag, lags
from adapters.feeds.overview import overviews
from adapters.house import House
from domain.calendar import civil_day
from domain.feeds.contract import Contract, ContractApproved, Delivered, feed_stream
from tests.support.houses import tell
from tests.support.reconciling import cases_in_days
from tests.support.samples import CONTRACT
from tests.support.serving import open_test_house

pytestmark = pytest.mark.postgres

ALL = replace(CONTRACT, events=(Delivered("case.opened", persons=True), Delivered("case.confirmed")))
ELSEWHERE = replace(ALL, department="zhujian", matters=("tekun",))


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with open_test_house(tmp_path, database_url) as opened:
        cases_in_days(opened, 10)
        yield opened


def lag(house: House, contract: Contract, delivered: int, window: int = 10_000) -> Lag:
    return lags(house, [contract], {contract.department: delivered}, window)[contract.department]


def test_what_is_in_scope_and_was_not_delivered_is_counted(house: House) -> None:
    head = house.log.head().position
    assert lag(house, ALL, 0) == Lag(20, 0)
    assert lag(house, ALL, head - 4) == Lag(2, 0)
    assert lag(house, ALL, head - 2) == Lag(0, 0)  # what came since is of types that are not delivered
    assert lag(house, ALL, head) == Lag(0, 0)


def test_nobody_is_late_for_what_happened_elsewhere(house: House) -> None:
    assert lag(house, ELSEWHERE, 0) == Lag(0, 0)


def test_what_lies_before_the_window_is_told_as_not_looked_at(house: House) -> None:
    head = house.log.head().position
    assert lag(house, ALL, 0, window=8) == Lag(4, head - 8)
    assert lag(house, ELSEWHERE, 0, window=8) == Lag(0, head - 8)
    assert lag(house, ALL, head - 8, window=8) == Lag(4, 0)


def test_departments_are_counted_together_each_from_where_it_is(house: House) -> None:
    head = house.log.head().position
    other = replace(ALL, department="canlian")
    found = lags(house, [ALL, other, ELSEWHERE], {"yibao": head - 4})
    assert found == {"yibao": Lag(2, 0), "canlian": Lag(20, 0), "zhujian": Lag(0, 0)}
    assert lags(house, [], {}) == {}


def test_an_expired_contract_has_no_lag(house: House) -> None:
    today = civil_day(house.now())
    for contract in (ALL, replace(ELSEWHERE, valid_until=ALL.valid_from)):
        tell(house.log, feed_stream(contract.department), ContractApproved(contract=contract))
    told = {each.department: (each.standing, each.lag) for each in overviews(house, today)}
    assert told == {"yibao": ("in_force", Lag(20, 0)), "zhujian": ("expired", None)}
