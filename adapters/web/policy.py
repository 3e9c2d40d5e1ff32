"""Policies: all of them with where they stand, and the life of one, from draft to norm."""

from datetime import timedelta
from typing import get_args

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from adapters.house import House
from adapters.policy import needed_policy_id
from adapters.web import fields
from adapters.web.desk import Desk
from adapters.web.figures import yuan
from adapters.web.past import wait_for_own
from adapters.web.rule_words import region
from adapters.web.rulebook import told_differences
from application.policy import read_policy
from domain.kernel import Recorded, Value
from domain.policy.events import policy_stream
from domain.policy.parts import Figure
from domain.policy.refusals import UnknownPolicy
from domain.policy.state import PolicyState, Stage
from domain.rulebook.rules import RuleVersion
from projections.views.policies.queries import policies, policy_rows

STAGES = tuple(stage for stage in get_args(Stage) if stage != "none")


class Wanted(Value):
    """The filter as the address has it."""

    stage: str = ""
    lang: str = ""


class DraftRule(Value):
    """A version of the draft, and how it differs from the one in force before it (``than``; empty: there is none)."""

    version: RuleVersion
    region: str
    than: str
    rows: tuple[tuple[str, str, str], ...]
    published: bool


class PolicyPages:
    """Answers for policies."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the policies, the newest first."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        wait_for_own(desk, "policies")
        return desk.page(
            "policies.html",
            wanted=wanted,
            rows=policies(self._house.read(*policy_rows(wanted.stage))),
            choices={"stage": fields.options(desk, "policystage", STAGES)},
        )

    def one(self, request: Request, policy_id: str) -> Response:
        """Answer with one policy's life, or 404."""
        desk = Desk(request, self._house)
        try:
            known = needed_policy_id(policy_id)
            state = read_policy(self._house.log, known).state
        except UnknownPolicy as unknown:
            raise HTTPException(404) from unknown
        history: list[Recorded] = list(self._house.log.stream(policy_stream(known)))
        return desk.page(
            "policy.html",
            state=state,
            title=state.title_zh if desk.language == "zh" else state.title_en or state.title_zh,
            history=history,
            rules=_rules(desk, state),
            stages=STAGES,
            measured=lambda figure, value: _measured(desk, figure, value),
        )


def _rules(desk: Desk, state: PolicyState) -> tuple[DraftRule, ...]:
    return tuple(_rule(desk, version) for version in state.versions)


def _rule(desk: Desk, version: RuleVersion) -> DraftRule:
    book = desk.bureau.rulebook
    before = book.in_force(version.matter, version.region, version.valid_from - timedelta(days=1))
    rows = told_differences(desk, before, version) if before else ()
    than = before.id if before else ""
    return DraftRule(version, region(desk, version.region), than, rows, version.id in book.by_id)


def _measured(desk: Desk, figure: Figure, value: int) -> str:
    if figure.unit == "fen":
        return f"{yuan(value)} {desk.t('app.yuan')}"
    return desk.t("unit.cd", n=value) if figure.unit == "days" else f"{value:,}"
