"""The whole bureau as it ships, and cases of a town that are brought to their decision."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import NamedTuple

from adapters.house import House
from adapters.reference import load_bureau
from adapters.rulebook import shipped_rules
from application.asking import Answer, Request
from application.runs.set_up_bureau import set_up_bureau
from domain.authority.posts import Post
from domain.calendar import CIVIL_ZONE
from domain.cases.actions.accept_case import AcceptCase
from domain.cases.actions.authorise_comparison import AuthoriseComparison
from domain.cases.actions.close_notice import CloseNotice
from domain.cases.actions.establish_facts import EstablishFacts
from domain.cases.actions.issue_opinion import IssueOpinion
from domain.cases.actions.open_case import OpenCase
from domain.cases.actions.post_notice import PostNotice
from domain.cases.actions.record_visit import RecordVisit
from domain.cases.actions.report_comparison import ReportComparison
from domain.cases.facts import Act
from domain.cases.persons import PersonNamed
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Command, Fen, PostId

ALL_POSTS = load_bureau(date(2026, 3, 2))
AMOUNT = Fen(50_000)
"""What a single person with 280 yuan of income lacks to 780."""

_numbers = count(1)


class Town(NamedTuple):
    """A town with one of its communities, and the posts that deal with its cases."""

    stem: str
    village: str

    def post(self, suffix: str) -> Post:
        """A post of the town."""
        return ALL_POSTS[PostId(f"{self.stem}-{suffix}")]

    @property
    def director(self) -> Post:
        return ALL_POSTS[PostId(f"{self.village}-director")]

    @property
    def decider(self) -> Post:
        return ALL_POSTS[PostId(f"{self.stem[:6]}-decider")]


YANDU = Town("320903002", "320903002001")
YANDU_RURAL = Town("320903002", "320903002202")
DAFENG = Town("320904001", "320904001001")


def set_up_all(house: House) -> None:
    """Every post, rule, power and grant that ships."""
    set_up_bureau(house.log, house.cases.bureau, ALL_POSTS, shipped_rules(), house.now())


def act(who: Post, on: str, command_id: str = "") -> Act:
    """``who`` acts in the morning of that civil day."""
    moment = datetime.combine(date.fromisoformat(on), time(9, 30), CIVIL_ZONE).astimezone(UTC)
    return Act(command_id or f"act-{next(_numbers)}", f"{who.id}:1", who, moment, moment)


def do(house: House, case_id: CaseId | None, action: str, command: Command, done: Act) -> Answer:
    """Put an action to a case."""
    return house.handle(Request(action=action, command=command, act=done, case_id=case_id))


def opened(house: House, town: Town, matter: str, on: str = "2026-03-02") -> CaseId:
    """A person nobody has named before applies at the town, and is accepted."""
    person = PersonNamed(name="样例", id_number=demo_citizen_id(date(1960, 1, 1), next(_numbers)))
    command = OpenCase(matter=matter, division=town.village, members=(person,), monthly_income=Fen(28_000))
    handler = town.post("handler-1")
    case_id = do(house, None, "open_case", command, act(handler, on)).case_id
    do(house, case_id, "accept_case", AcceptCase(), act(handler, "2026-03-04"))
    return case_id


def ready_to_decide(house: House, town: Town) -> CaseId:
    """A 低保 case whose notice has run."""
    case_id = opened(house, town, "dibao")
    first, second, lead = town.post("handler-1"), town.post("handler-2"), town.post("lead")
    pair = (first.id, second.id)
    visit = RecordVisit(investigators=pair, signatures=pair, signed_by_household=True, findings="无")
    for action, command, who, on in (
        ("authorise_comparison", AuthoriseComparison(), first, "2026-03-04"),
        ("report_comparison", ReportComparison(source="核对中心"), first, "2026-03-06"),
        ("record_visit", visit, first, "2026-03-09"),
        ("issue_opinion", IssueOpinion(result="grant", persons=1, monthly_income=Fen(28_000)), lead, "2026-03-11"),
        ("post_notice", PostNotice(place="村务公开栏"), first, "2026-03-12"),
        ("close_notice", CloseNotice(), first, "2026-03-20"),
    ):
        do(house, case_id, action, command, act(who, on))
    return case_id


def in_sudden_need(house: House, town: Town, amount: Fen) -> CaseId:
    """An accepted case of 临时救助 (急难), for which so much is needed."""
    case_id = opened(house, town, "linshi-jinan")
    facts = EstablishFacts(
        facts={"cause": "fire", "need_amount": amount, "same_cause_before": False, "good_reason": False}, source="调查"
    )
    do(house, case_id, "establish_facts", facts, act(town.post("handler-1"), "2026-03-05"))
    return case_id
