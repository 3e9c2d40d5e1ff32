"""A rule version that fills every field."""

from datetime import date

from domain.kernel import Fen
from domain.rulebook.amounts import AmountRule, Band, Supplement
from domain.rulebook.criteria import Criterion, FactShape
from domain.rulebook.parts import (
    Appeal,
    DutyRule,
    FirstMonth,
    Limit,
    NoticeRule,
    Overlap,
    Paper,
    Pause,
    Step,
    Track,
    Validity,
)
from domain.rulebook.rules import RuleVersion

_CRITERION = Criterion(
    id="income",
    fact="income_per_head",
    op="<",
    zh="人均收入低于标准",
    en="Income per head below the standard",
    citation="令649第九条",
    value=("a", "b"),
    parameter="standard",
    permille=1_500,
    group="means",
    verified=False,
)
FULL_RULE = RuleVersion(
    id="dibao-3209-2021-07",
    matter="dibao",
    title_zh="最低生活保障",
    title_en="Minimum living guarantee",
    region="3209",
    valid_from=date(2021, 7, 1),
    basis=("令649",),
    verified=False,
    standard=Fen(78_000),
    limits={"accept": Limit(days=5, unit="wd", basis="民发〔2021〕57号", verified=False)},
    steps={"confirm_case": Step(by=("county_decider",), stages=("noticed",), after=("notice_closed",), basis="令649")},
    valid_to=date(2027, 1, 1),
    min_investigators=3,
    review_months=6,
    subject="person",
    issuer="national",
    parameters={"care": 13_000},
    tracks=(Track(parameter="care", urban=13_000, rural=9_000, basis="示例文件"),),
    facts={"grade": FactShape(kind="choice", zh="等级", en="Grade", choices={"1": "一级"}, source="shared")},
    criteria=(_CRITERION,),
    amount=AmountRule(
        kind="graded",
        basis="令649第十二条",
        parameter="care",
        permille=900,
        fact="grade",
        bands=(Band(start=80, amount=Fen(5_000)),),
        grades={"1": Fen(1)},
        supplements=(Supplement(fact="minors", permille=200, basis="令649", verified=False),),
        verified=False,
    ),
    months=FirstMonth(first="condition", last="condition_month", basis="示例文件", verified=False),
    validity=Validity(months=12, basis="示例文件", verified=False),
    notice=NoticeRule(kind="forbidden", basis="示例文件", exempt=(_CRITERION,), verified=False),
    papers=(Paper(id="form", zh="申请书", en="Form", basis="示例文件", shared=True, exempt="信息共享"),),
    overlaps=(Overlap(matter="tekun", effect="excludes", basis="43号", scope="applicant", verified=False),),
    next_layers=("linshi-zhichu",),
    duties={
        "accept": DutyRule(
            limit="accept",
            starts=("case.opened",),
            ends=("case.accepted",),
            holder="town_handler",
            drops=("case.withdrawn",),
            pauses=(Pause(begins="case.correction_requested", ends="case.accepted"),),
            warn=2,
            zh="受理",
            en="Accept",
        )
    },
    total=Limit(days=30, unit="wd", basis="民发〔2021〕57号"),
    promise=Limit(days=25, unit="wd", basis="示例文件"),
    appeal=Appeal(review_days=30, lawsuit_months=3, basis="示例文件", verified=True),
    pilot="pilot-1",
    policy="policy-1",
    cites_pilot="pilot-0",
    collective=True,
)
