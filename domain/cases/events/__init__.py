"""Every event a case can have, and the registry from stored type to class."""

from typing import get_args

from domain.cases.events.benefit import BenefitEvent
from domain.cases.events.closing import ClosingEvent
from domain.cases.events.decision import DecisionEvent
from domain.cases.events.inquiry import InquiryEvent
from domain.cases.events.intake import IntakeEvent
from domain.cases.events.legacy import LegacyEvent
from domain.kernel import Event

CaseEvent = IntakeEvent | InquiryEvent | DecisionEvent | BenefitEvent | ClosingEvent | LegacyEvent

CASE_EVENTS: dict[str, type[Event]] = {cls.TYPE: cls for cls in get_args(CaseEvent)}
