"""Letting records of reads go whose time is over: their hashes stay, so that chain, tree and signed heads hold."""

from adapters.house import House
from adapters.postgres.connections import connect
from adapters.reads.recording import Reader

_EXPIRE = "SELECT reads.expire(%s, %s)"


def expire(house: House, reader: Reader) -> int:
    """Let go what is older than the setting says, as far as a published head has it; return how many entries.

    Three years are kept whatever is set (《个人信息保护法》第五十六条). That it was done is on record.
    """
    with connect(house.locate, "anjuan_recorder") as connection:
        gone: int = connection.execute(_EXPIRE, (house.settings.reads_days, reader.actor)).fetchall()[0][0]
    return gone
