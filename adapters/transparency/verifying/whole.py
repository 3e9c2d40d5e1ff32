"""Verifying the bureau's own database, as its settings name it."""

from msgspec.structs import replace

from adapters.house import open_house
from adapters.postgres.connections import connect
from adapters.settings import read_settings
from adapters.transparency.checkpoints import Checkpoint
from adapters.transparency.proving import NotYetSigned, newest_head
from adapters.transparency.verifying.decisions import judge_all
from adapters.transparency.verifying.findings import Verdict
from adapters.transparency.verifying.trust import Trust
from adapters.transparency.verifying.verify import Progress, verify_database


def verify_house(
    trust: Trust, *, decisions: bool = True, progress: Progress = lambda *_: None
) -> tuple[Verdict, Checkpoint | None]:
    """Return the verdict, and the newest signed head, to be kept by whoever verified. Raises Unavailable, Unreadable.

    Read with the right to read alone.
    """
    with open_house(read_settings()) as house:
        with connect(house.locate, "anjuan_reader") as connection:
            verdict = verify_database(connection, trust, progress)
            try:
                newest = newest_head(connection)
            except NotYetSigned:
                newest = None
        if decisions and verdict.well:
            judged = judge_all(house)
            verdict = replace(verdict, decisions=judged.acts, findings=tuple(judged.findings))
        return verdict, newest
