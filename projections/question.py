"""The shape of a question that auditors ask (DOMAIN §4.1), and of what it finds: facts for a person to check.

A question is one query over tables of views. What it finds is a lead 疑点, never a verdict: the sentences say what the
log holds, and the drill-down shows the events that say so (DOMAIN §1 row 20).
"""

from datetime import date
from typing import Any

from domain.errors import Refused
from domain.kernel import Value


class UnknownQuestion(Refused):
    """No question has this number, or it cannot be answered yet."""

    code = "UNKNOWN_QUESTION"
    zh = "没有此审计问题，或尚不能回答"
    en = "There is no such audit question, or it cannot be answered yet"


class UnknownFinding(Refused):
    """The question finds nothing under this id, for the day and the period asked about."""

    code = "UNKNOWN_FINDING"
    zh = "没有此疑点"
    en = "There is no such finding"


class Words(Value):
    """The same in both languages."""

    zh: str
    en: str


class Kind(Value):
    """A kind of finding: its name, and the sentence that says what was found, with blanks for the values."""

    name: Words
    says: Words


class Question(Value):
    """A question by its number in DOMAIN §4.1.

    ``basis``: documents and articles. ``views``: whose tables it reads. ``sql``: gives the columns of ``Finding`` but
    for number and organ, with the parameters of ``given``. ``kinds``: what it can find; the blanks of their sentences
    are filled from the row and its details. ``limits``: what it does not tell, or by which figures of ours it chooses.
    """

    number: int
    title: Words
    asks: Words
    basis: str
    views: tuple[str, ...]
    sql: str
    kinds: dict[str, Kind]
    limits: Words


class Waiting(Value):
    """A question that waits, and for what."""

    number: int
    title: Words
    needs: Words


class Finding(Value, omit_defaults=False):
    """A fact to be checked. ``position``: of the event that it is about; ``positions``: of all that prove it.

    ``post``: that acted, ``holder``: the role that should have; ``organ``: whose they are. ``amount``: fen, as the
    question says; ``days``: whole ones. ``subject``: a pseudonym.
    """

    id: str
    kind: str
    position: int
    case_id: str
    number: str
    subject: str
    matter: str
    division: str
    post: str
    holder: str
    organ: str
    amount: int | None
    days: int | None
    on_day: date
    positions: tuple[int, ...]
    details: dict[str, Any]
