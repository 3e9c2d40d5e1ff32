"""What every event of a case may carry besides its own fields."""

from domain.cases.parts import DutyMove
from domain.kernel import Event


class Clocked(Event, kw_only=True):
    """An event of a case. ``moves``: what it did to the clocks of statutory duties, by the rule of its day."""

    moves: tuple[DutyMove, ...] = ()
