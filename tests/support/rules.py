"""A small rule without a fault, as data: a household asks, the town gives an opinion, the county decides."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from domain.authority.powers import Grant, PowerItem
from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule
from domain.rulebook.criteria import Criterion, FactShape
from domain.rulebook.faults import RuleData
from domain.rulebook.parts import DutyRule, Limit, NoticeRule, Step
from domain.rulebook.rules import Matter, RuleVersion

SINCE = date(2021, 7, 1)
LIMIT = Limit(days=5, unit="wd", basis="某办法")
MATTER = Matter(id="probe", zh="试验事项", en="Probe", family="relief", subject="household")
FACTS = {
    "able": FactShape(kind="flag", zh="有劳动能力", en="Able to work"),
    "care": FactShape(kind="choice", zh="护理等级", en="Care", choices={"a": "全护理", "b": "半护理"}),
    "loss": FactShape(kind="fen", zh="损失", en="Loss"),
    "since": FactShape(kind="date", zh="起始日", en="Since"),
}
RULE = RuleVersion(
    id="probe-1",
    matter="probe",
    title_zh="试验事项",
    title_en="Probe",
    region="3209",
    valid_from=SINCE,
    basis=("某办法",),
    verified=True,
    standard=Fen(78_000),
    limits={"accept": LIMIT, "opinion": LIMIT, "decide": LIMIT},
    steps={
        "open_case": Step(by=("town_handler",), stages=("none",)),
        "accept_case": Step(by=("town_handler",), stages=("opened",)),
        "issue_opinion": Step(by=("town_handler",), stages=("accepted",), after=("accepted",)),
        "confirm_case": Step(by=("county_decider",), stages=("opinion",), after=("opinion_issued",)),
    },
    issuer="national",
    parameters={"limit": 3},
    facts=FACTS,
    criteria=(
        criterion := Criterion("income", "income_per_head", "<", "收入", "Income", "第九条", parameter="standard"),
    ),
    amount=AmountRule(kind="top_up"),
    notice=NoticeRule(kind="none"),
    duties={"decide": DutyRule("decide", ("case.accepted",), ("case.confirmed",), "county_decider")},
)
CRITERION = criterion
POWERS = tuple(
    PowerItem(f"probe.{power}", "probe", power, "权力", "Power", "某办法", SINCE)
    for power in ("accept", "inquire", "decide")
)
GRANT = Grant("probe.decide", "probe.decide", "county_decider", "3209", "statutory", "法律", "", "某办法", SINCE)


def rule(**changes: Any) -> RuleVersion:  # noqa: ANN401  (any field)
    """The rule with other fields."""
    return replace(RULE, **changes)


def data(*versions: RuleVersion, **changes: Any) -> RuleData:  # noqa: ANN401  (any field)
    """The matter, its powers and a grant, with the versions."""
    return replace(RuleData(matters=(MATTER,), powers=POWERS, grants=(GRANT,), versions=versions), **changes)
