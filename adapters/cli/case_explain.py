"""``anjuan case explain`` and ``anjuan case judge``: why a case was decided so, and whether every act was in order."""

from typing import TYPE_CHECKING, Any

import click

from adapters.cli.plainly import told_plainly
from adapters.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapters.house import House
    from application.explanation import Explanation
    from domain.kernel import CaseId
    from domain.rulebook.rules import RuleVersion

_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
_CASE = click.argument("case")


@click.command("explain")
@_JSON
@_CASE
def explain(case: str, *, as_json: bool) -> None:
    """说明并复算决定 / explain the decision and compute it again (CASE: id or number)."""
    from adapters.cli.explain_tables import print_explanation
    from adapters.explaining import explanation_of

    def ask(house: "House", case_id: "CaseId") -> "tuple[Explanation, RuleVersion, datetime]":
        told = explanation_of(house, case_id)
        return told, house.cases.bureau.now().rulebook.version(told.rule.id), house.now()

    told, rule, now = _told(case, ask)
    print_json(told) if as_json else print_explanation(told, rule, now)


@click.command("judge")
@_JSON
@_CASE
def judge(case: str, *, as_json: bool) -> None:
    """按行为当日的规则逐步复核 / judge every act by the rule version of its own day."""
    from adapters.cli.explain_tables import print_verdicts
    from adapters.explaining import verdicts_on

    told = _told(case, verdicts_on)
    print_json(told) if as_json else print_verdicts(told)


def _told(case: str, ask: "Callable[[House, CaseId], Any]") -> Any:  # noqa: ANN401  (an explanation, or verdicts)
    from adapters.cli.cases import found_case
    from adapters.cli.reader import on_command_line
    from adapters.house import open_house
    from adapters.reads.recording import on_record
    from adapters.settings import read_settings

    with told_plainly(), open_house(read_settings()) as house:
        case_id = found_case(house, case)
        with on_record(house, on_command_line(), "history", {"part": "explain"}) as record:
            told = ask(house, case_id)
            record.case(case_id)
        return told
