"""A case history that another system kept, as plain values: what the importer reads and the exporter writes.

The shape follows IEEE 1849 (XES), the widest of the formats read: a trace is one case, an activity is one event of it.
"""

from datetime import datetime
from itertools import pairwise
from typing import ClassVar

import msgspec

from domain.cases.events.legacy import Attribute


class Activity(msgspec.Struct, frozen=True):
    """One event. ``at`` is in UTC, ``at_text`` what the file said; an absent lifecycle or resource is empty text.

    ``attributes`` are all others in file order. A standard attribute which these fields cannot carry whole (another
    type, meta-attributes, present but empty) stays there as well, so that nothing is lost on the way out.
    """

    name: str
    lifecycle: str
    resource: str
    at: datetime
    at_text: str
    attributes: tuple[Attribute, ...] = ()


class Trace(msgspec.Struct, frozen=True):
    """One case. ``number`` counts traces from 1; from a table it is the line of the case's first row."""

    case_id: str
    attributes: tuple[Attribute, ...]
    activities: tuple[Activity, ...]
    number: int


def backward_steps(trace: Trace) -> int:
    """How often an activity is dated before the one recorded ahead of it. The order of the file stands all the same."""
    return sum(later.at < earlier.at for earlier, later in pairwise(trace.activities))


class Wording(msgspec.Struct, frozen=True):
    """A sentence in both languages. Never holds a value from the file: it may be personal."""

    zh: str
    en: str


class HistoryDamaged(Exception):
    """The file cannot be read on from here. ``trace`` is 0 when the damage lies outside every trace."""

    code: ClassVar[str] = "HISTORY_DAMAGED"

    def __init__(self, fault: Wording, *, line: int, trace: int = 0) -> None:
        """Keep the place (line from 1, trace from 1) and the fault."""
        self.fault = fault
        self.line = line
        self.trace = trace
        super().__init__(f"{self.code}: {self.where.en}: {fault.en}")

    @property
    def where(self) -> Wording:
        """The place in words."""
        if self.trace:
            return Wording(f"第 {self.trace} 个案例，第 {self.line} 行", f"trace {self.trace}, line {self.line}")
        return Wording(f"第 {self.line} 行", f"line {self.line}")
