"""The day on which an application counts as accepted by law (江苏: 不一次性告知的，自收到申请材料之日起即为受理)."""

from datetime import date

from domain.cases.facts import Act
from domain.cases.guards import today
from domain.cases.parts import Due
from domain.cases.state import CaseState


def deemed_day(case: CaseState, act: Act) -> date | None:
    """Return the day of receipt, once nobody has accepted the application nor told its defects within the limit.

    None while the limit runs, and where the defects were told in time. Whoever accepts late, by whatever words, accepts
    as of this day: clocks and rule version must not be better for the office than if nobody had acted at all.
    """
    if "correction_requested" in case.done or case.due is None or case.due.what != "accept":
        return None
    return case.received_on if _over(case.due, act) else None


def _over(due: Due, act: Act) -> bool:
    return act.occurred_at > due.at if due.at else today(act) > due.on
