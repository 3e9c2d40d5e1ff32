"""Explanations and verdicts on a case of this house: for the page, the API and the command line."""

from adapters.house import House
from application.explain import explain
from application.explanation import Explanation
from application.judge import Verdict, judge
from application.ports import case_stream
from domain.errors import UnknownCase
from domain.kernel import CaseId, Recorded


def explanation_of(house: House, case_id: CaseId) -> Explanation:
    """Return the explanation of the case's last decision. Raises UnknownCase, NotDecided, DecisionErased or NoRule."""
    return explain(_history(house, case_id), house.cases.bureau.refresh())


def verdicts_on(house: House, case_id: CaseId) -> list[Verdict]:
    """Return a verdict on every act of the case. Raises UnknownCase."""
    return judge(_history(house, case_id), house.cases.bureau.refresh())


def _history(house: House, case_id: CaseId) -> list[Recorded]:
    history = house.log.stream(case_stream(case_id))
    if not history:
        raise UnknownCase
    return list(history)
