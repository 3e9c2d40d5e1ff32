"""The registry of stored types."""

from typing import get_args

from domain.attested import ATTESTING_EVENTS
from domain.authority.events import AuthorityEvent, SupervisionEvent
from domain.bureau_events import BUREAU_EVENTS
from domain.cases.events import CASE_EVENTS
from domain.erasure import ERASURE_EVENTS
from domain.feeds.contract import FEED_EVENTS
from domain.kernel import Event
from domain.policy.events import POLICY_EVENTS
from domain.signals.events import SIGNAL_EVENTS
from domain.subjects.entitlements import EntitlementEvent

EVENT_TYPES: dict[str, type[Event]] = {
    **CASE_EVENTS,
    **BUREAU_EVENTS,
    **ATTESTING_EVENTS,
    **POLICY_EVENTS,
    **ERASURE_EVENTS,
    **FEED_EVENTS,
    **SIGNAL_EVENTS,
    **{cls.TYPE: cls for cls in get_args(AuthorityEvent | SupervisionEvent | EntitlementEvent)},
}
"""Stored type -> class. Never an import path."""
