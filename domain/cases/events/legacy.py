"""Cases of older systems, brought in as they were (IEEE 1849 or CSV)."""

from typing import ClassVar

from domain.cases.events.clocked import Clocked
from domain.kernel import CaseId, Value


class Attribute(Value):
    """One attribute of an imported log as the file gave it. ``value`` stays text, so that a number is never rounded.

    ``kind`` is an XES type: string, date, int, float, boolean, id, list or container; ``values`` is the inner part of a
    list and has no key. ``nested`` holds meta-attributes, or the members of a list or container, in file order.
    """

    key: str
    kind: str
    value: str
    nested: tuple["Attribute", ...] = ()


class LegacyCaseOpened(Clocked):
    """The trace: where it came from and its attributes (department, deadline, planned end …)."""

    TYPE: ClassVar = "legacy.opened"
    case_id: CaseId
    number: str
    source: str
    division: str = ""
    attributes: tuple[Attribute, ...] = ()


class LegacyActivityRecorded(Clocked):
    """One activity of the trace. ``at_text`` is the time stamp as the file has it."""

    TYPE: ClassVar = "legacy.activity"
    activity: str
    lifecycle: str = ""
    resource: str = ""
    at_text: str = ""
    attributes: tuple[Attribute, ...] = ()


LegacyEvent = LegacyCaseOpened | LegacyActivityRecorded
