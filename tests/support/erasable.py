"""A bureau with persons who may be erased, and a search for traces of them in everything that is kept."""

from datetime import date
from pathlib import Path

import psycopg
from msgspec.structs import replace
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.house import House
from domain.cases.events.closing import CaseArchived, CorrectionAppended, NoteAdded
from domain.cases.events.inquiry import FactsEstablished, HomeVisited
from domain.cases.parts import Correction, Mandate
from domain.identity import masked_citizen_id
from domain.kernel import Event
from tests.support.events import NOON
from tests.support.people import of_case, opened, somebody

MOTHER = replace(somebody("canary-mother", date(1970, 5, 1), 2), phone="13800000000")
SON = somebody("canary-son", date(2001, 6, 2), 3, "子女")
KEPT = somebody("kept", date(1980, 8, 4), 5)
AGENT = Mandate(agent_subject=KEPT.subject, agent_name="某kept", relation="邻居")
OVER = date(2020, 1, 1)
"""The last day of keeping, long past."""
NOTE, FINDING, TITLE, RIGHT = "金丝雀备注", "金丝雀入户", "金丝雀更正", "canary.name"

CASE: list[Event] = [
    opened("canary", "dibao", (MOTHER, SON), mandate=AGENT),
    NoteAdded(text=NOTE),
    HomeVisited(visited_at=NOON, investigators=(), signed_by_household=False, findings=FINDING),
    FactsEstablished(established_on=date(2026, 3, 4), source="核对", facts={"canary_fact": "金丝雀情况"}),
    CorrectionAppended(correction=Correction(seq=1, field="applicant.name", value=TITLE, reason="笔误")),
]
TOLD = [
    *of_case("canary", *CASE, CaseArchived(archived_on=OVER, kept_until=OVER)),
    *of_case("open", opened("open", "canji-huli", (SON,))),
    *of_case("other", opened("other", "linshi-zhichu", (KEPT,)), NoteAdded(text="无关")),
]
TRACES = (MOTHER.name, MOTHER.id_number, MOTHER.phone, NOTE, FINDING, TITLE, "金丝雀情况")
"""What must not be found once the mother is erased. Her son's name stays."""
MASKED = masked_citizen_id(MOTHER.id_number)

_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
 WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""


def databases(house: House) -> tuple[str, str]:
    """The log's and the vault's."""
    log = house.conninfo
    return log, make_conninfo(log, dbname=f"{conninfo_to_dict(log)['dbname']}_vault")


def found_in_tables(house: House, traces: tuple[str, ...]) -> list[str]:
    """Where a trace lies in a row of any table, as text or as bytes."""
    found = []
    for url in databases(house):
        with psycopg.connect(url) as connection:
            for (table,) in connection.execute(_TABLES.encode()).fetchall():
                with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
                    data = b"".join(map(bytes, copy))
                found += [f"{table}: {trace}" for trace in traces if trace.encode() in data]
    return found


def found_in_files(folder: Path, traces: tuple[str, ...]) -> list[str]:
    """Where a trace lies in a file. Not the server's own: what it has not yet overwritten is told of in the docs."""
    files = [file for file in folder.rglob("*") if file.is_file() and "postgres" not in file.parts]
    return [f"{file}: {trace}" for file in files for trace in traces if trace.encode() in file.read_bytes()]
