"""Who counts as eligible for a matter by what the log knows of them: conditions as data, dated and regional (应享尽享).

These are not the criteria of a rule version. Those decide a case, in which somebody has established every fact they ask
for; of people who never applied hardly any is known (尊老金 asks whether the register is local, and only its own cases
say so). A condition here asks for what other cases tell, and so may name the facts of any matter. It decides nothing:
it finds whom to visit. A version once published never changes, and this must be free to.
"""

from calendar import isleap
from collections.abc import Iterable
from datetime import date

from domain.kernel import Value
from domain.rulebook.criteria import Criterion

AGE = "age"
HOLDS = "holds."
OLDEST = 150
"""Years: no condition asks for a higher age."""
_FEBRUARY, _LAST_DAY = 2, 28


class CoverageRule(Value):
    """Who is eligible for a matter in a region (division prefix), from ``valid_from`` up to and without ``valid_to``.

    ``when``: every one is known to hold, and one of each group. ``unless``: none of them is known to hold. Facts:
    ``age`` (full years 周岁 on the day asked for); ``holds.MATTER`` (whether an entitlement to it runs that day);
    ``MATTER.FACT``, as it was last established in a case of that matter whose applicant the person is.
    """

    id: str
    matter: str
    region: str
    valid_from: date
    basis: tuple[str, ...]
    verified: bool
    when: tuple[Criterion, ...]
    unless: tuple[Criterion, ...] = ()
    valid_to: date | None = None


class CoverageBook(Value):
    """All rules of coverage. ``elsewhere``: matters applied for where it happens, not where one lives (急难、流浪)."""

    rules: tuple[CoverageRule, ...] = ()
    elsewhere: tuple[str, ...] = ()


def in_force(rules: Iterable[CoverageRule], day: date, matter: str = "") -> tuple[CoverageRule, ...]:
    """Return the rules that hold on that day, of one matter or of all, in their order."""
    return tuple(
        rule
        for rule in rules
        if matter in ("", rule.matter) and rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)
    )


def born_by(age: int, day: date) -> date:
    """Return the last birth date of those who are that old on that day (full years; 29 February counts from the 28th).

    ``age``: at most OLDEST.
    """
    year = day.year - age
    if day.month == _FEBRUARY and day.day >= _LAST_DAY:
        # Born on the 29th, somebody is a year older on the 28th where there is no 29th; on a 29th, both days are past.
        leaps = isleap(year) and (day.day > _LAST_DAY or not isleap(day.year))
        return date(year, _FEBRUARY, 29 if leaps else _LAST_DAY)
    return day.replace(year=year)


def fact_of_matter(fact: str) -> tuple[str, str]:
    """Return matter and name of a fact that a matter's cases establish; the matter is empty for all others."""
    matter, dot, name = fact.partition(".")
    return (matter, name) if dot and not fact.startswith(HOLDS) else ("", fact)
