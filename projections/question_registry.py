"""All questions that can be asked, by their number in DOMAIN §4.1. A new one is a file and a line here."""

from projections.question import Question, UnknownQuestion
from projections.questions import (
    q02_exclusive_benefits,
    q04_kin_not_registered,
    q05_kin_case_rechecked,
    q06_over_time,
    q07_notice,
    q08_objection,
    q09_investigators,
    q10_comparison,
    q12_town_and_country,
    q13_right_rule,
    q14_months,
    q15_review_overdue,
)

_ALL = (
    q02_exclusive_benefits.QUESTION,
    q04_kin_not_registered.QUESTION,
    q05_kin_case_rechecked.QUESTION,
    q06_over_time.QUESTION,
    q07_notice.QUESTION,
    q08_objection.QUESTION,
    q09_investigators.QUESTION,
    q10_comparison.QUESTION,
    q12_town_and_country.QUESTION,
    q13_right_rule.QUESTION,
    q14_months.QUESTION,
    q15_review_overdue.QUESTION,
)
QUESTIONS: dict[int, Question] = {question.number: question for question in _ALL}


def question_of(number: int) -> Question:
    """Return the question. Raises UnknownQuestion, for those that wait too."""
    found = QUESTIONS.get(number)
    if found is None:
        raise UnknownQuestion
    return found
