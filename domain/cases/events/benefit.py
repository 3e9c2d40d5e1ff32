"""Benefit: the grant that runs, changes reported, periodic reviews. Amounts in fen per month."""

from datetime import date
from typing import ClassVar

from domain.cases.events.clocked import Clocked
from domain.cases.parts import Due
from domain.kernel import Fen, Personal
from domain.rulebook.amounts import Calculation
from domain.rulebook.criteria import FactValue, Line


class GrantStarted(Clocked):
    """发放: first, or again after a suspension. Given once, it is not reviewed: ``due`` is what was due before."""

    TYPE: ClassVar = "case.grant_started"
    from_month: date
    amount: Fen
    due: Due | None


class GrantIncreased(Clocked):
    """增发, with reason (令649 art. 13), and the figures that give the amount, as for a confirmation."""

    TYPE: ClassVar = "case.grant_increased"
    from_month: date
    before: Fen
    amount: Fen
    reason: str
    criteria: tuple[Line, ...] = ()
    calculation: Calculation | None = None
    values: Personal[dict[str, FactValue]] = {}


class GrantReduced(Clocked):
    """减发, with reason (令649 art. 13), and the figures that give the amount, as for a confirmation.

    ``signal``: ``source:id`` of the department's signal it rests on, which somebody has confirmed; so for the next two.
    """

    TYPE: ClassVar = "case.grant_reduced"
    from_month: date
    before: Fen
    amount: Fen
    reason: str
    criteria: tuple[Line, ...] = ()
    calculation: Calculation | None = None
    values: Personal[dict[str, FactValue]] = {}
    signal: str = ""


class GrantSuspended(Clocked):
    """缓发: no payment from that month until started again."""

    TYPE: ClassVar = "case.grant_suspended"
    from_month: date
    reason: str
    signal: str = ""


class GrantStopped(Clocked):
    """停发, with reason (令649 art. 13)."""

    TYPE: ClassVar = "case.grant_stopped"
    from_month: date
    reason: str
    signal: str = ""


class ChangeReported(Clocked):
    """变动报告: population, income or property changed (令649 art. 13)."""

    TYPE: ClassVar = "case.change_reported"
    changed_on: date
    kind: str
    description: Personal[str] = ""


class ReviewFellDue(Clocked):
    """定期核查到期."""

    TYPE: ClassVar = "case.review_due"
    due: Due


class ReviewCompleted(Clocked):
    """定期核查完成. ``persons`` of the household, where their number is another than before."""

    TYPE: ClassVar = "case.review_completed"
    completed_on: date
    outcome: str
    monthly_income: Fen
    due: Due
    persons: int | None = None


class PapersBackfilled(Clocked):
    """补办手续: the papers of relief given first (先行救助)."""

    TYPE: ClassVar = "case.papers_backfilled"
    backfilled_on: date
    papers: tuple[str, ...]


BenefitEvent = (
    GrantStarted
    | GrantIncreased
    | GrantReduced
    | GrantSuspended
    | GrantStopped
    | ChangeReported
    | ReviewFellDue
    | ReviewCompleted
    | PapersBackfilled
)
