"""How the income of a household changes while its money runs, and what the rule gives from then on."""

from application.runs.demo import words
from application.runs.demo.circumstances import amount, meets
from application.runs.demo.story import Need, Story
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.increase_grant import IncreaseGrant
from domain.cases.actions.reduce_grant import ReduceGrant
from domain.kernel import Fen

_STEP, _TRIES = 1_000, 12


def other_income(story: Story, need: Need, *, more: bool) -> Fen | None:
    """Return an income (fen per month) with which the rule gives more than now, or less and yet something.

    None where nothing likely does.
    """
    now, norm = story.values(need), story.norm
    income, persons = int(now["monthly_income"]), int(now["persons"])
    limit = norm.rule.standard * persons
    lowest, highest = (0, income) if more else (income + _STEP, limit)
    for _ in range(_TRIES if lowest < highest else 0):
        drawn = Fen(story.rng.randrange(lowest, highest, _STEP))
        then = {**now, "monthly_income": drawn, "income_per_head": drawn // persons}
        given = amount(norm, then)
        if meets(norm, then) and (given > story.amount if more else given < story.amount):
            return drawn
    return None


def look_into(story: Story, need: Need, *, more: bool) -> bool:
    """Establish the new income; tell whether there is one that changes what is paid."""
    income = other_income(story, need, more=more)
    if income is None:
        return False
    found = EstablishFacts(facts={"monthly_income": income}, source=words.source(story.rule))
    story.do(story.who("establish_facts"), "establish_facts", found)
    story.income = income
    story.pace.wait(2)
    return True


def increase(story: Story, need: Need) -> None:
    """More is paid, as the rule gives it."""
    story.amount = amount(story.norm, story.values(need))
    change = IncreaseGrant(amount=story.amount, reason=story.one_of(words.INCREASED))
    story.do(story.who("increase_grant"), "increase_grant", change)


def reduce(story: Story, need: Need) -> None:
    """Less is paid, as the rule gives it."""
    story.amount = amount(story.norm, story.values(need))
    story.do(story.who("reduce_grant"), "reduce_grant", ReduceGrant(story.amount, story.one_of(words.REDUCED)))
