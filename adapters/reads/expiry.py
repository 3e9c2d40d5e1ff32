"""Letting records of reads go whose time is over: their hashes stay, so that chain, tree and signed heads hold."""

from datetime import timedelta

from adapters.house import House
from adapters.postgres.connections import connect


def expire(house: House) -> int:
    """Let go what is older than the setting says, as far as a published head has it; return how many entries."""
    before = house.now() - timedelta(days=house.settings.reads_days)
    with connect(house.locate, "anjuan_recorder") as connection:
        gone: int = connection.execute("SELECT reads.expire(%s)", (before,)).fetchall()[0][0]
    return gone
