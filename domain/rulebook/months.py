"""The first and the last payable month of a benefit. A month is told as its first day."""

from datetime import date

from domain.calendar import add_months, month_start, next_month
from domain.rulebook.criteria import FactMissing
from domain.rulebook.rules import RuleVersion


def first_month(rule: RuleVersion, received_on: date, confirmed_on: date, condition_from: date | None = None) -> date:
    """Return the first day of the first month that is paid.

    A month before the confirmation is paid back: from the application (残疾人两项补贴, 民发〔2016〕99号), or from the
    day the condition began, however late somebody applied (尊老金, 到月享受). What is paid once, and what is not money,
    belongs to the month of its confirmation. Raises FactMissing (``condition_from``).
    """
    match rule.months.first:
        case "application":
            return month_start(received_on)
        case "after_confirmation":
            return next_month(confirmed_on)
        case "condition":
            if condition_from is None:
                raise FactMissing("condition_from", basis=rule.months.basis)
            return month_start(condition_from)
        case "once" | "none":
            return month_start(confirmed_on)


def stop_month(rule: RuleVersion, decided_on: date, condition_ended_on: date | None = None) -> date:
    """Return the first day of the first month that is not paid any more.

    By ``condition_month`` the month in which the condition ended is the last one, even when it is long past: what was
    paid since is then an overpayment. Where nobody knows the day, and otherwise, the month of the decision is the last.
    """
    if rule.months.last == "condition_month" and condition_ended_on is not None:
        return next_month(condition_ended_on)
    return next_month(decided_on)


def expires_on(rule: RuleVersion, confirmed_on: date) -> date | None:
    """Return the last day of a status that lasts so many months from its confirmation, None without an end.

    Months are counted from the next day, as everywhere.
    """
    return add_months(confirmed_on, rule.validity.months) if rule.validity else None
