"""One case as it is being told: who is involved, what they know, and the steps so far."""

import random
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeVar

from application.bureau import Bureau
from application.runs.demo.circumstances import Circumstances, Norm, norm_of
from application.runs.demo.pace import Over, Pace
from application.runs.demo.places import Place
from domain.authority.check import Asked, granted
from domain.authority.posts import Role
from domain.cases.assess import age_on
from domain.cases.parts import Channel
from domain.cases.persons import PersonNamed
from domain.cases.registry import ACTIONS
from domain.divisions import settlement
from domain.errors import NoAuthority
from domain.identity import citizen_id_birth
from domain.kernel import Command, Fen, PostId, Value
from domain.rulebook.criteria import FactValue, Values
from domain.rulebook.rules import RuleVersion

T = TypeVar("T")

_NOTHING = Fen(0)

Ending = Literal["granted", "refused", "refused_late", "not_accepted", "withdrawn", "terminated"]
Moment = Literal["opened", "accepted", "inquired", "posted"]

_ROLES: tuple[Role, ...] = (
    "town_handler",
    "registrar",
    "station_officer",
    "town_lead",
    "county_reviewer",
    "county_decider",
    "village_director",
)
"""Who does a thing, if several may: whoever is nearest to the daily work."""


class Step(Value):
    """An act that somebody will do: the command for an action, at a time, by a post."""

    at: datetime
    action: str
    command: Command
    post: PostId


class Need(Value):
    """Who asks, and what is so (income: fen per month, of all together): as declared, and as the inquiry finds.

    ``unknown``: nobody knows who it is until ``members`` are found out. ``organisation``: its name, if it is one.
    ``minor``: somebody else applies for a child.
    """

    members: tuple[PersonNamed, ...]
    agent: PersonNamed
    declared: Fen
    found: Circumstances
    organisation: str = ""
    unknown: bool = False
    minor: bool = False

    @property
    def income(self) -> Fen:
        """Return what the household has in a month, as found."""
        return Fen(self.found.income * len(self.members))


class Course(Value):
    """How the case will go. ``leaves``: when it ends early, if so. ``oversteps``: somebody tries what is not theirs."""

    ending: Ending
    leaves: Moment
    channel: Channel
    kin: bool
    oversteps: bool = False
    moves_to: Place | None = None


class Scene(NamedTuple):
    """Where a case happens, by whose rule, under whose eyes."""

    place: Place
    matter: str
    bureau: Bureau


class Story:
    """The steps told so far, and the clock."""

    def __init__(self, rng: random.Random, pace: Pace, scene: Scene) -> None:
        """Begin with nothing told."""
        self.rng = rng
        self.pace = pace
        self.place = scene.place
        self.steps: list[Step] = []
        self.attempts: list[Step] = []
        self.over = False
        self.amount = Fen(0)
        self.income: Fen | None = None  # of the household, where it changed after the decision
        self.confirmed_on = date.min
        self.received_on = pace.today
        self.accepted_on: date | None = None
        self.compared = False
        self._scene = scene
        self._pinned: RuleVersion | None = None

    @property
    def rule(self) -> RuleVersion:
        """Return the version that the case is judged by: the one it was accepted under, before that the day's.

        Raises Over when there is none.
        """
        place, matter, bureau = self._scene
        rule = self._pinned or bureau.rulebook.in_force(matter, place.village, self.pace.today)
        if rule is None:
            raise Over
        return rule

    def accept(self, on: date) -> None:
        """Keep the rule under which the case is accepted, today, as of that day."""
        self._pinned = self.rule
        self.accepted_on = on

    @property
    def norm(self) -> Norm:
        """Return the rule as it is in this town or village."""
        kind = settlement(self.place.village)
        return norm_of(self.rule, urban=None if kind is None else kind == "urban")

    def values(self, need: Need) -> Values:
        """Return what a decision would know today."""
        opined = "issue_opinion" in self.rule.steps
        found, persons = need.income if opined else need.declared, len(need.members)
        income = found if self.income is None else self.income
        known: dict[str, FactValue] = {
            "persons": persons,
            "monthly_income": income,
            "income_per_head": income // persons,
            "received_on": self.received_on.isoformat(),
        }
        birth = None if need.unknown else citizen_id_birth(need.members[0].id_number)
        if birth is not None:
            known["age"] = age_on(birth, self.pace.today)
        return known | need.found.facts

    def can(self, action: str) -> bool:
        """Tell whether the rule has the step."""
        return action in self.rule.steps

    def asks(self, milestone: str) -> bool:
        """Tell whether the rule's opinion or decision must have it."""
        steps = (self.rule.steps.get(action) for action in ("issue_opinion", "confirm_case"))
        return any(milestone in step.after for step in steps if step is not None)

    def who(self, action: str, *first: Role, amount: Fen = _NOTHING) -> PostId:
        """Return the post that may do it here and now, of these roles if one may. Raises Over when nobody may."""
        for role in (*first, *_ROLES):
            post = self.place.posts.get(role)
            if post is not None and self.may(post, action, amount):
                return post
        raise Over

    def may(self, post: PostId, action: str, amount: Fen = _NOTHING) -> bool:
        """Tell whether the rule names the post's role and a grant in force covers what it does."""
        bureau, rule = self._scene.bureau, self.rule
        holder = bureau.posts[post]
        if action not in rule.steps or holder.role not in rule.steps[action].by:
            return False
        item = f"{rule.matter}.{ACTIONS[action].power}"
        try:
            granted(bureau.register, holder, Asked(item, self.pace.today, self.place.village, self.accepted_on, amount))
        except NoAuthority:
            return False
        return True

    def chance(self, share: float) -> bool:
        """Tell whether something happens that happens so often (0 to 1)."""
        return self.rng.random() < share

    def one_of(self, choices: "tuple[T, ...]") -> T:
        """Return one of them."""
        return self.rng.choice(choices)

    def do(self, post: PostId, action: str, command: Command) -> None:
        """Tell one step, now."""
        self.steps.append(Step(at=self.pace.at, action=action, command=command, post=post))

    def then(self, post: PostId, action: str, command: Command) -> None:
        """Tell one step, some minutes later."""
        self.pace.pass_days(0)
        self.do(post, action, command)

    def later(self, days: float, post: PostId, action: str, command: Command) -> None:
        """Tell one step, about so many working days later."""
        self.pace.wait(days)
        self.do(post, action, command)

    def overstep(self, post: PostId, action: str, command: Command) -> None:
        """Tell of somebody who tries now what is not theirs to do: it will be refused."""
        self.attempts.append(Step(at=self.pace.at, action=action, command=command, post=post))
