"""Cases of older systems, brought in as they were (IEEE 1849 or CSV)."""

from typing import ClassVar

from domain.kernel import CaseId, Event, Value


class Attribute(Value):
    """An attribute of an imported log: the text of the file, its XES type, and the attributes below it."""

    key: str
    kind: str
    value: str
    nested: tuple["Attribute", ...] = ()


class LegacyCaseOpened(Event):
    """The trace: where it came from and its attributes (department, deadline, planned end …)."""

    TYPE: ClassVar = "legacy.opened"
    case_id: CaseId
    number: str
    source: str
    division: str = ""
    attributes: tuple[Attribute, ...] = ()


class LegacyActivityRecorded(Event):
    """One activity of the trace. ``at_text`` is the time stamp as the file has it."""

    TYPE: ClassVar = "legacy.activity"
    activity: str
    lifecycle: str = ""
    resource: str = ""
    at_text: str = ""
    attributes: tuple[Attribute, ...] = ()


LegacyEvent = LegacyCaseOpened | LegacyActivityRecorded
