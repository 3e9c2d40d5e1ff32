"""All views. A new view is a folder and a line here."""

from projections.shape import View
from projections.views.audit_amounts.view import AUDIT_AMOUNTS
from projections.views.audit_questions.view import AUDIT_QUESTIONS
from projections.views.audit_visits.view import AUDIT_VISITS
from projections.views.case_file.view import CASE_FILE
from projections.views.coverage.view import COVERAGE
from projections.views.dashboard.view import DASHBOARD
from projections.views.decisions.view import DECISIONS
from projections.views.denials.view import DENIALS
from projections.views.duties.view import DUTIES
from projections.views.history.view import HISTORY
from projections.views.leads.view import LEADS
from projections.views.parity.view import PARITY
from projections.views.person.view import PERSON
from projections.views.policies.view import POLICIES
from projections.views.samples.view import SAMPLES
from projections.views.warnings.view import WARNINGS
from projections.views.worklist.view import WORKLIST

_AUDIT = (AUDIT_QUESTIONS, AUDIT_VISITS, AUDIT_AMOUNTS)
_ALL = (
    WORKLIST,
    CASE_FILE,
    HISTORY,
    DASHBOARD,
    DUTIES,
    DENIALS,
    DECISIONS,
    SAMPLES,
    POLICIES,
    PARITY,
    PERSON,
    COVERAGE,
    LEADS,
    WARNINGS,
    *_AUDIT,
)

VIEWS: dict[str, View] = {view.name: view for view in _ALL}
