"""A policy from draft to norm, for tests: the opinion within 10 working days instead of 15."""

from datetime import date

from msgspec.structs import replace

from adapters.rulebook import shipped_rules
from domain.bureau_events import RuleVersionPublished
from domain.cases.facts import Act
from domain.cases.vocabulary import VOCABULARY
from domain.kernel import Command, Value
from domain.policy.action import Outcome
from domain.policy.consulting import AnswerComment, CloseConsultation, OpenConsultation, SubmitComment
from domain.policy.deciding import DecideCollectively, PublishPolicy, ReviewLegality
from domain.policy.drafting import DraftPolicy, RecordResearch, ReviseDraft
from domain.policy.guards import PolicyFacts
from domain.policy.parts import Figure, PolicyId
from domain.policy.piloting import EvaluatePilot, MeasurePilot, OpenPilot, PromotePilot
from domain.policy.registry import POLICY_ACTIONS, decide
from domain.policy.state import NO_POLICY, PolicyState, evolve
from domain.rulebook.book import Rulebook
from domain.rulebook.rules import RuleVersion
from tests.support.builders import DIRECTOR, HANDLER, REGISTER, RULES, Circumstance, by, post

OFFICER = post("3209", "policy", "policy_officer")
REVIEWER = post("3209", "legal", "legal_reviewer")
LEADER = post("3209", "leader", "bureau_leader")
POLICY_ID = PolicyId("0192a3b4-0000-7e8f-9a0b-1c2d3e4f5a6b")
PILOT = f"{POLICY_ID}-1"
OLD = RULES["dibao-3209-2026-07"]
TOWNS = ("320903104", "320903105", "320904100")
BOOK = Rulebook().with_matters(shipped_rules().matters).with_versions(shipped_rules().versions)


def faster(rule: RuleVersion = OLD, days: int = 10) -> RuleVersion:
    """The rule with the opinion due in so many working days, from 2027 on."""
    limits = {**rule.limits, "opinion": replace(rule.limits["opinion"], days=days)}
    return replace(rule, id="dibao-3209-2027-01", valid_from=date(2027, 1, 1), limits=limits)


class Did(Value):
    """An act on a policy."""

    action: str
    command: Command
    circumstance: Circumstance


class Desk:
    """One policy and the rulebook, in memory."""

    def __init__(self) -> None:
        self.state: PolicyState = NO_POLICY
        self.book = BOOK

    def decide(self, did: Did) -> Outcome:
        """What the act brings. Raises Refused."""
        who = did.circumstance
        act = Act(command_id="command", actor=f"{who.post.id}:1", post=who.post, occurred_at=who.on, received_at=who.on)
        facts = PolicyFacts(
            act=act,
            rulebook=self.book,
            powers=tuple(REGISTER.items.values()),
            words=VOCABULARY,
            new_policy_id=POLICY_ID,
        )
        return decide(POLICY_ACTIONS[did.action], self.state, did.command, facts)

    def do(self, *acts: Did) -> Outcome:
        """Do them in turn, each twice: again brings nothing. Returns what the last one brought."""
        events: Outcome = []
        for did in acts:
            events = self.decide(did)
            assert events, f"{did.action} brings nothing"
            for event in events:
                if isinstance(event, RuleVersionPublished):
                    self.book = self.book.with_versions([event.version])
                else:
                    self.state = evolve(self.state, event)
            if did.action != "draft_policy":
                assert self.decide(did) == []
        return events


def drafted(version: RuleVersion | None = None) -> Did:
    """The draft."""
    command = DraftPolicy(
        title_zh="关于缩短低保审核时限的通知",
        title_en="Notice on faster opinions",
        purpose="群众办事等待时间过长",
        versions=(version or faster(),),
    )
    return Did("draft_policy", command, by(OFFICER, "2026-09-01"))


RESEARCHED = Did(
    "record_research",
    RecordResearch(method="visit", findings="调查多在八日内完成", places=TOWNS),
    by(OFFICER, "2026-09-02"),
)
ASKED_DOWN = Did(
    "open_consultation",
    OpenConsultation(direction="down", audience="各镇（街道）民政办", until=date(2026, 9, 20)),
    by(OFFICER, "2026-09-03"),
)
ASKED_UP = Did(
    "open_consultation",
    OpenConsultation(direction="up", audience="江苏省民政厅", until=date(2026, 9, 20)),
    by(OFFICER, "2026-09-03"),
)
COMMENTED = Did(
    "submit_comment", SubmitComment(direction="down", text="人手不足，建议先试点"), by(HANDLER, "2026-09-05")
)
COMMENTED_AGAIN = Did("submit_comment", SubmitComment(direction="down", text="支持"), by(DIRECTOR, "2026-09-06"))
ANSWERED = Did("answer_comment", AnswerComment(number=1, adopted=True), by(OFFICER, "2026-09-10"))
ANSWERED_AGAIN = Did(
    "answer_comment", AnswerComment(number=2, adopted=False, reason="无修改建议"), by(OFFICER, "2026-09-10")
)
CLOSED = Did("close_consultation", CloseConsultation(), by(OFFICER, "2026-09-21"))
CONSULTED = (
    RESEARCHED,
    ASKED_DOWN,
    ASKED_UP,
    COMMENTED,
    COMMENTED_AGAIN,
    ANSWERED,
    ANSWERED_AGAIN,
    CLOSED,
)


def reviewed(*, passed: bool = True, on: str = "2026-09-22") -> Did:
    """The legality review."""
    opinion = "符合上位法" if passed else "与上位法抵触"
    return Did("review_legality", ReviewLegality(passed=passed, opinion=opinion), by(REVIEWER, on))


def agreed(on: str = "2026-09-25", meeting: str = "局长办公会2026年第9次") -> Did:
    """The collective decision."""
    command = DecideCollectively(meeting=meeting, held_on=date.fromisoformat(on), participants=7, result="approved")
    return Did("decide_collectively", command, by(LEADER, on))


PUBLISHED = Did("publish_policy", PublishPolicy(document="盐民发〔2026〕30号"), by(OFFICER, "2026-09-28"))
DECIDED = (drafted(), *CONSULTED, reviewed(), agreed())

PILOTED = Did(
    "open_pilot",
    OpenPilot(
        divisions=TOWNS, valid_from=date(2026, 10, 8), valid_to=date(2027, 4, 1), hypothesis="十个工作日足够完成调查"
    ),
    by(OFFICER, "2026-09-28"),
)
MEASURED = Did(
    "measure_pilot",
    MeasurePilot(
        since=date(2026, 10, 8),
        until=date(2026, 12, 31),
        figures=(
            Figure(name="decisions", unit="count", before=84, after=91),
            Figure(name="opinion_median", unit="days", before=13, after=8),
        ),
    ),
    by(OFFICER, "2027-01-04"),
)
EVALUATED = Did(
    "evaluate_pilot",
    EvaluatePilot(recommendation="promote", summary="中位数由13日降至8日，无差错"),
    by(OFFICER, "2027-01-05"),
)
NORM = replace(faster(), valid_from=date(2027, 5, 1), cites_pilot=PILOT)
CITED = Did("revise_draft", ReviseDraft(versions=(NORM,), reason="试点可行，全市推行"), by(OFFICER, "2027-01-06"))
PROMOTED = Did("promote_pilot", PromotePilot(document="盐民发〔2027〕2号"), by(OFFICER, "2027-01-20"))
TRIED = (*DECIDED, PILOTED, MEASURED, EVALUATED)
RENEWED = (CITED, reviewed(on="2027-01-08"), agreed(on="2027-01-12", meeting="局长办公会2027年第1次"))
