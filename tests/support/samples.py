"""One event of every stored type, with every field filled: what golden files and properties are made from."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from domain.attested import HeadsSealed, LogKeyIntroduced, LogKeyRetired
from domain.authority.events import (
    ActDenied,
    GrantResumed,
    GrantRevoked,
    GrantsGiven,
    GrantSuspended,
    PowerChanged,
    PowersListed,
    SampleDrawn,
    SampleInspected,
)
from domain.authority.powers import Grant, PowerChange, PowerItem
from domain.bureau_events import KinDeclared, MatterPublished, PostsCreated, RuleVersionPublished
from domain.cases.events import CaseEvent
from domain.cases.events.benefit import (
    ChangeReported,
    GrantIncreased,
    GrantReduced,
    GrantStarted,
    GrantStopped,
    PapersBackfilled,
    ReviewCompleted,
    ReviewFellDue,
)
from domain.cases.events.benefit import (
    GrantSuspended as MoneySuspended,
)
from domain.cases.events.closing import (
    CaseArchived,
    CaseAssigned,
    CaseTerminated,
    CaseTransferred,
    CaseWithdrawn,
    CorrectionAppended,
    DocumentAttached,
    DutyBreached,
    DutyWarned,
    LayerScreened,
    NextLayerScreened,
    NoteAdded,
    PersonalErased,
)
from domain.cases.events.decision import (
    CaseRefused,
    Confirmed,
    DecisionServed,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    ResultPublished,
)
from domain.cases.events.inquiry import (
    AppraisalHeld,
    ComparisonAuthorised,
    ComparisonReported,
    FactsEstablished,
    HomeVisited,
    NeighbourInterviewed,
    OpinionIssued,
)
from domain.cases.events.intake import (
    AcceptanceRefused,
    CaseAccepted,
    CaseOpened,
    CorrectionRequested,
    SeparatelyRegistered,
    SubjectIdentified,
)
from domain.cases.events.legacy import Attribute, LegacyActivityRecorded, LegacyCaseOpened
from domain.cases.parts import Correction, Document, Due, DutyMove, Household, Mandate, Organisation, Person
from domain.erasure import ErasureBegun, ErasureCompleted, ErasureRequested, HoldLifted, HoldPlaced
from domain.feeds.contract import Contract, ContractApproved, ContractEnded, Delivered
from domain.kernel import Authority, CaseId, Event, Fact, Fen, Meta, PostId, SubjectId
from domain.rulebook.amounts import Calculation
from domain.rulebook.criteria import Line
from domain.rulebook.rules import Matter
from domain.signals.events import SignalJudged, SignalReceived, SignalVerified
from domain.subjects.entitlements import EntitlementChanged, EntitlementEnded, EntitlementGranted
from tests.support.builders import CASE_ID, DIRECTOR, HANDLER, INVESTIGATOR, OTHER_VILLAGE, VILLAGE, id_number
from tests.support.full_rule import FULL_RULE
from tests.support.policy_samples import POLICY_SAMPLES

DAY = date(2026, 3, 2)
MONTH = date(2026, 4, 1)
SIGNAL_REFERENCE = "gongan:hk-2026-1"
DUE = Due(what="opinion", on=date(2026, 3, 25), basis="苏民规〔2020〕5号")
APPLICANT = Person(
    subject=SubjectId("subject-1"), name="样例一", id_number=id_number(1), relation="本人", phone="13900000000"
)
CHILD = Person(subject=SubjectId("subject-2"), name="样例二", id_number=id_number(2), relation="子女")
PAIR = (HANDLER.id, INVESTIGATOR.id)
MOMENT = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
MOVE = DutyMove(
    what="accept",
    to="started",
    due_at=MOMENT,
    warn_at=datetime(2026, 3, 8, 16, 0, tzinfo=UTC),
    holder="town_handler",
    basis="民发〔2021〕57号",
    left=3,
)
LINE = Line(
    id="income",
    fact="income_per_head",
    op="<",
    against="78000",
    passed=True,
    citation="令649第九条",
    found="25000",
    group="means",
)

INTAKE: tuple[CaseEvent, ...] = (
    CaseOpened(
        case_id=CASE_ID,
        number="320903-20260302-3E4F5A6B",
        matter="dibao",
        division=VILLAGE,
        channel="mandate",
        household=Household(members=(APPLICANT, CHILD), monthly_income=Fen(50_000)),
        received_on=DAY,
        due=DUE,
        organisation=Organisation(subject=SubjectId("org-1"), name="某某协会", uscc="51320900MJ00000180"),
        mandate=Mandate(agent_subject=SubjectId("subject-9"), agent_name="样例九", relation="邻居", document="a" * 64),
    ),
    SeparatelyRegistered(kin_posts=(DIRECTOR.id,), reason="近亲属"),
    CorrectionRequested(defects=("缺授权书",), told_on=DAY, due=DUE),
    CaseAccepted(accepted_on=DAY, rule="dibao-3209-2021-07", due=DUE, deemed=True),
    AcceptanceRefused(refused_on=DAY, reason="户籍不在本地"),
    SubjectIdentified(temporary=SubjectId("temp-1"), person=APPLICANT, identified_on=DAY, source="公安机关"),
)
INQUIRY: tuple[CaseEvent, ...] = (
    ComparisonAuthorised(authorised_on=DAY, document="a" * 64),
    ComparisonReported(reported_on=DAY, source="核对中心", hits=("车辆",)),
    HomeVisited(
        visited_at=datetime(2026, 3, 9, 1, 30, tzinfo=UTC),
        investigators=PAIR,
        signed_by_household=False,
        findings="土坯房两间",
        unsigned_reason="不识字",
    ),
    NeighbourInterviewed(interviewed_on=DAY, interviewers=PAIR, summary="独居"),
    AppraisalHeld(held_on=DAY, participants=9, votes_for=7, place="村委会"),
    OpinionIssued(issued_on=DAY, result="grant", persons=2, monthly_income=Fen(50_000), due=DUE, reason="符合条件"),
    FactsEstablished(established_on=DAY, source="入户调查", facts={"assets": 0, "owns_car": False, "grade": "1"}),
)
DECISION: tuple[CaseEvent, ...] = (
    NoticePosted(posted_on=DAY, until=date(2026, 3, 9), place="村务公开栏", due=DUE),
    NoticeObjected(objected_on=DAY, content="名下有车", due=DUE),
    NoticeClosed(closed_on=DAY, due=DUE),
    Confirmed(
        confirmed_on=DAY,
        amount=Fen(106_000),
        standard=Fen(78_000),
        persons=2,
        monthly_income=Fen(50_000),
        rule="dibao-3209-2021-07",
        from_month=MONTH,
        due=DUE,
        criteria=(LINE,),
        calculation=Calculation(kind="top_up", inputs={"standard": 78_000}, amount=Fen(106_000), less=Fen(1)),
        values={"monthly_income": 50_000},
        until=date(2027, 3, 1),
        with_posts=(HANDLER.id,),
    ),
    CaseRefused(
        refused_on=DAY,
        reason="收入超过标准",
        basis="令649第九条",
        due=DUE,
        criteria=(LINE,),
        values={"monthly_income": 200_000},
        with_posts=(HANDLER.id,),
    ),
    DecisionServed(served_on=DAY, manner="直接送达"),
    ResultPublished(published_on=DAY, place="政务公开栏"),
)
BENEFIT: tuple[CaseEvent, ...] = (
    GrantStarted(from_month=MONTH, amount=Fen(106_000), due=DUE),
    GrantIncreased(
        from_month=MONTH,
        before=Fen(106_000),
        amount=Fen(120_000),
        reason="收入减少",
        criteria=(LINE,),
        calculation=Calculation(kind="top_up", inputs={"standard": 78_000}, amount=Fen(120_000)),
        values={"monthly_income": 36_000},
    ),
    GrantReduced(
        from_month=MONTH,
        before=Fen(106_000),
        amount=Fen(90_000),
        reason="收入增加",
        criteria=(LINE,),
        calculation=Calculation(kind="top_up", inputs={"standard": 78_000}, amount=Fen(90_000)),
        values={"monthly_income": 66_000},
        signal=SIGNAL_REFERENCE,
    ),
    MoneySuspended(from_month=MONTH, reason="去向待查", signal=SIGNAL_REFERENCE),
    GrantStopped(from_month=MONTH, reason="死亡", signal=SIGNAL_REFERENCE),
    ChangeReported(changed_on=DAY, kind="income", description="找到工作"),
    ReviewFellDue(due=DUE),
    ReviewCompleted(completed_on=DAY, outcome="unchanged", monthly_income=Fen(51_000), due=DUE, persons=2),
    PapersBackfilled(backfilled_on=DAY, papers=("form",)),
)
CLOSING: tuple[CaseEvent, ...] = (
    CaseWithdrawn(withdrawn_on=DAY, reason="搬走"),
    CaseTerminated(terminated_on=DAY, reason="拒不配合调查"),
    CaseTransferred(transferred_on=DAY, from_division=VILLAGE, to_division=OTHER_VILLAGE, reason="迁居"),
    CorrectionAppended(correction=Correction(seq=1, field="applicant.name", value="样例甲", reason="录入错误")),
    DocumentAttached(
        document=Document(sha256="a" * 64, media_type="application/pdf", size=1000, kind="收入声明", title="声明")
    ),
    CaseAssigned(to_post=HANDLER.id, from_post=INVESTIGATOR.id),
    NoteAdded(text="已电话联系"),
    CaseArchived(archived_on=DAY, kept_until=date(2029, 3, 2)),
    NextLayerScreened(
        screened_on=DAY,
        layers=(LayerScreened(matter="linshi-zhichu", outcome="applies", reason="支出大", case=CASE_ID),),
    ),
    DutyWarned(what="accept", due_at=MOMENT, holder="town_handler", basis="民发〔2021〕57号"),
    DutyBreached(what="accept", due_at=MOMENT, holder="town_handler", basis="民发〔2021〕57号"),
    PersonalErased(subjects=("s-1", "case-1"), erasure="evt-1"),
)
LEGACY: tuple[CaseEvent, ...] = (
    LegacyCaseOpened(
        case_id=CaseId("legacy-receipt-case-891"),
        number="case-891",
        source="receipt",
        division=VILLAGE,
        attributes=(Attribute(key="department", kind="string", value="General"),),
    ),
    LegacyActivityRecorded(
        activity="Confirmation of receipt",
        lifecycle="complete",
        resource="Resource21",
        at_text="2011-10-11T13:45:40.276+02:00",
        attributes=(
            Attribute(
                key="group",
                kind="list",
                value="",
                nested=(Attribute(key="name", kind="string", value="Group 1"),),
            ),
        ),
    ),
)
CASE_SAMPLES: tuple[CaseEvent, ...] = tuple(
    replace(event, moves=(MOVE,)) for event in (*INTAKE, *INQUIRY, *DECISION, *BENEFIT, *CLOSING, *LEGACY)
)
MATTER = Matter(
    id="dibao", zh="最低生活保障", en="Minimum living guarantee", family="relief", subject="household", code="x"
)
BUREAU_SAMPLES: tuple[Event, ...] = (
    RuleVersionPublished(version=FULL_RULE),
    PostsCreated(posts=(replace(HANDLER, kin=(SubjectId("subject-2"),)),)),
    KinDeclared(post=HANDLER.id, subject=SubjectId("subject-1"), own=True),
    MatterPublished(matter=MATTER),
)
GRANT = Grant(
    id="dibao.decide-yandu",
    item="dibao.decide",
    role="town_lead",
    region="320903",
    form="devolved",
    grantor="盐都区民政局",
    in_name_of="盐都区民政局",
    basis="示例文件",
    valid_from=DAY,
    valid_to=date(2027, 1, 1),
    ceiling=Fen(600_000),
    sample_percent=30,
    pending=True,
    seal="审核确认专用章",
    verified=False,
)
AUTHORITY_SAMPLES: tuple[Event, ...] = (
    PowersListed(
        items=(
            PowerItem(
                id="dibao.decide",
                matter="dibao",
                power="decide",
                zh="审核确认",
                en="Decision",
                basis="令649",
                valid_from=DAY,
                valid_to=date(2027, 1, 1),
                nature="行政确认",
                verified=False,
            ),
        )
    ),
    PowerChanged(
        change=PowerChange(
            item="dibao.decide", kind="reduce", before="须收入证明", after="免收入证明", basis="示例文件", effective=DAY
        )
    ),
    GrantsGiven(grants=(GRANT,)),
    GrantSuspended(grant=GRANT.id, since=DAY, reason="抽查不合格"),
    GrantResumed(grant=GRANT.id, on=DAY),
    GrantRevoked(grant=GRANT.id, on=DAY, reason="权力收回"),
    ActDenied(
        action="confirm_case",
        code="OVER_CEILING",
        detail="600000 fen",
        matter="linshi-zhichu",
        division=VILLAGE,
        case=CASE_ID,
        amount=900_000,
    ),
    SampleDrawn(
        grant=GRANT.id,
        since=DAY,
        until=MONTH,
        seed="0" * 32,
        percent=30,
        population=1,
        population_digest="a" * 64,
        upto=100,
        cases=(CASE_ID,),
    ),
    SampleInspected(case=CASE_ID, outcome="correct", finding="无", inspector=HANDLER.id),
)
ENTITLEMENT_SAMPLES: tuple[Event, ...] = (
    EntitlementGranted(
        case=CASE_ID,
        matter="dibao",
        division=VILLAGE,
        from_month=MONTH,
        amount=Fen(106_000),
        excludes=("tekun",),
        until=date(2027, 3, 1),
    ),
    EntitlementChanged(case=CASE_ID, from_month=MONTH, amount=Fen(90_000)),
    EntitlementEnded(case=CASE_ID, matter="dibao", to_month=MONTH),
)
SIGNAL_SAMPLES: tuple[Event, ...] = (
    SignalReceived(
        source="gongan",
        id="hk-2026-1",
        kind="disability_issued",
        subject=SubjectId("s-1"),
        happened_on=DAY,
        received_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        verified_on=DAY,
        division=VILLAGE,
        name="样例1",
        id_number=id_number(1),
        facts={"grade": 1},
        leads=("canji-huli",),
    ),
    SignalVerified(source="gongan", id="hk-2026-1", verified_on=DAY, by_source="与公安户籍窗口核对"),
    SignalJudged(
        source="gongan", id="hk-2026-1", matter="dibao", verdict="confirmed", reason="属实", basis="国令649第十三条"
    ),
)
_LOG_KEY = "anjuan.invalid/log+33d7b496+AeHZzBlNVx0uL3wyWjkoGzMZyMHqkDUGcHOjrNKWQCE="
ERASURE_SAMPLES: tuple[Event, ...] = (
    ErasureRequested(subject=SubjectId("s-1"), reason="本人申请", basis="《个人信息保护法》第四十七条"),
    ErasureBegun(subject=SubjectId("s-1"), subjects=("s-1", "case-1"), basis="《个人信息保护法》第四十七条"),
    ErasureCompleted(subject=SubjectId("s-1"), erasure="evt-1", keys=2, fields=9, cases=("1",)),
    HoldPlaced(subject=SubjectId("s-1"), reason="行政诉讼", basis="《行政诉讼法》第四十二条"),
    HoldLifted(subject=SubjectId("s-1"), reason="诉讼终结"),
)
CONTRACT = Contract(
    department="yibao",
    version=1,
    title_zh="医疗救助对象",
    title_en="Medical aid",
    basis="《政务数据共享条例》",
    scene="认定医疗救助对象",
    matters=("dibao",),
    divisions=("3209",),
    events=(Delivered("case.confirmed", ("from_month", "until"), persons=True),),
    persons=("id_number", "name", "subject"),
    manner=("http", "kafka"),
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 12, 31),
    approver=PostId("320900-leader"),
)
FEED_SAMPLES: tuple[Event, ...] = (
    ContractApproved(contract=CONTRACT),
    ContractEnded(department="yibao", version=1, reason="共享目的已实现"),
)
ATTESTING_SAMPLES: tuple[Event, ...] = (
    HeadsSealed(position=12, streams=3, root="00" * 32),
    LogKeyIntroduced(key=_LOG_KEY),
    LogKeyRetired(key=_LOG_KEY, reason="换钥"),
)

SAMPLES: dict[str, Event] = {
    event.TYPE: event
    for event in (
        *CASE_SAMPLES,
        *BUREAU_SAMPLES,
        *POLICY_SAMPLES,
        *AUTHORITY_SAMPLES,
        *ENTITLEMENT_SAMPLES,
        *ATTESTING_SAMPLES,
        *ERASURE_SAMPLES,
        *FEED_SAMPLES,
        *SIGNAL_SAMPLES,
    )
}

META = Meta(
    event_id="0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6c",
    occurred_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    actor=f"{HANDLER.id}:1",
    command_id="0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6d",
    post=HANDLER.id,
    organ="机构",
    authority=Authority(power="dibao.accept", grant="grant-1", in_name_of="机构"),
    rule="dibao-3209-2021-07",
    correlation="correlation",
    causation="causation",
)


def fact(event: Event) -> Fact:
    """The event with surroundings that fill every field."""
    return Fact(event=event, meta=META)
