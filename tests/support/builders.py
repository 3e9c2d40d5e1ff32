"""Posts, persons and circumstances for tests. The persons are impossible: their ID numbers have a code never issued."""

from datetime import UTC, date, datetime, time
from typing import get_args

from msgspec.structs import replace

from adapters.reference import load_calendar
from adapters.rulebook import shipped_rules
from domain.authority.check import Asked
from domain.authority.posts import Post, Role
from domain.authority.register import Register
from domain.calendar import CIVIL_ZONE, civil_day
from domain.cases.actions.open_case import MandateGiven, OpenCase
from domain.cases.facts import Act, Facts
from domain.cases.persons import PersonNamed
from domain.cases.registry import ACTIONS
from domain.cases.state import Stage
from domain.identity import demo_citizen_id
from domain.kernel import CaseId, Fen, PostId, SubjectId, Value

VILLAGE = "320903104203"
OTHER_VILLAGE = "320903104204"
OTHER_TOWN_VILLAGE = "320903105201"
CASE_ID = CaseId("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b")

RULES = {rule.id: rule for rule in shipped_rules().versions}
RULE = replace(RULES["dibao-3209-2021-07"], valid_to=None)
"""In force for good: what is tested on it must not depend on the day of the test."""
REGISTER = Register().with_items(shipped_rules().powers).with_grants(shipped_rules().grants)
CALENDAR = load_calendar()
STAGES = get_args(Stage)


def post(stem: str, suffix: str, role: Role) -> Post:
    """A post of the division that ``stem`` shortens."""
    return Post(
        id=PostId(f"{stem}-{suffix}"),
        title_zh="岗位",
        title_en="Post",
        organ="机构",
        division=stem.ljust(12, "0"),
        role=role,
    )


DIRECTOR = post("320903104203", "director", "village_director")
HANDLER = post("320903104", "handler-1", "town_handler")
INVESTIGATOR = post("320903104", "handler-2", "town_handler")
LEAD = post("320903104", "lead", "town_lead")
STRANGER = post("320903105", "handler-1", "town_handler")
REVIEWER = post("320903", "reviewer", "county_reviewer")
DECIDER = post("320903", "decider", "county_decider")
AUDITOR = post("3209", "auditor", "auditor")
TIMEKEEPER = post("3209", "timekeeper", "system")
OPERATOR = post("3209", "operator", "operator")
_TOWN = (DIRECTOR, HANDLER, INVESTIGATOR, LEAD, STRANGER)
POSTS = {each.id: each for each in (*_TOWN, REVIEWER, DECIDER, AUDITOR, TIMEKEEPER, OPERATOR)}


class Circumstance(Value):
    """Who acts, when, and which posts are held by kin of the household, as far as declared."""

    post: Post
    on: datetime
    kin: tuple[Post, ...] = ()


def by(who: Post, on: str, *, at: str = "09:30", kin: tuple[Post, ...] = ()) -> Circumstance:
    """``who`` acts on that civil day, at that time in Yancheng."""
    moment = datetime.combine(date.fromisoformat(on), time.fromisoformat(at), CIVIL_ZONE)
    return Circumstance(post=who, on=moment.astimezone(UTC), kin=kin)


def facts(
    circumstance: Circumstance, action: str = "add_note", amount: int = 0, accepted_on: date | None = None
) -> Facts:
    """What a decision is told: the demonstration's rule version, powers and calendar, all posts of one county."""
    act = Act(
        command_id="command",
        actor=f"{circumstance.post.id}:1",
        post=circumstance.post,
        occurred_at=circumstance.on,
        received_at=circumstance.on,
    )
    return Facts(
        act=act,
        rule=RULE,
        calendar=CALENDAR,
        register=REGISTER,
        asked=Asked(
            item=f"{RULE.matter}.{ACTIONS[action].power}",
            day=civil_day(circumstance.on),
            division=VILLAGE,
            accepted_on=accepted_on,
            amount=Fen(amount),
        ),
        new_case_id=CASE_ID,
        subjects={id_number(n): SubjectId(f"subject-{n}") for n in range(1, 10)},
        kin_posts=tuple(each.id for each in circumstance.kin),
        posts=POSTS,
    )


def id_number(n: int) -> str:
    """The ID number of an impossible person."""
    return demo_citizen_id(date(1960, 1, n), n)


def person(n: int, relation: str = "本人") -> PersonNamed:
    """An impossible person of this number, 1 to 9."""
    return PersonNamed(name=f"样例{n}", id_number=id_number(n), relation=relation)


def application(members: int = 2, income: int = 50_000) -> OpenCase:
    """A household of so many members applies for itself; income in fen per month."""
    return OpenCase(
        matter="dibao",
        division=VILLAGE,
        members=tuple(person(n, "本人" if n == 1 else "子女") for n in range(1, members + 1)),
        monthly_income=Fen(income),
    )


def mandate() -> MandateGiven:
    """A neighbour applies for the household."""
    return MandateGiven(agent=person(9, "邻居"))
