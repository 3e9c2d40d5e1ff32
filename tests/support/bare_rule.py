"""A rule version with nothing in it but what a test gives it."""

from datetime import date
from typing import Any

import msgspec

from domain.kernel import Fen
from domain.rulebook.rules import RuleVersion


def bare_rule(**given: Any) -> RuleVersion:  # noqa: ANN401  (fields of a rule)
    """A national rule of 低保 with a standard of 780 yuan, and the fields that are given."""
    rule = RuleVersion(
        id="bare",
        matter="dibao",
        title_zh="最低生活保障",
        title_en="Minimum living guarantee",
        region="",
        valid_from=date(2020, 1, 1),
        basis=("社会救助暂行办法(国务院令第649号)",),
        verified=True,
        standard=Fen(78_000),
        limits={},
        steps={},
    )
    return msgspec.structs.replace(rule, **given)
