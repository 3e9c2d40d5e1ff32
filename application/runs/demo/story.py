"""One case as it is being told: who is involved, what they know, and the steps so far."""

import random
from datetime import date, datetime
from typing import Literal, TypeVar

from application.runs.demo.pace import Pace
from application.runs.demo.places import Place
from domain.cases.parts import Channel
from domain.cases.persons import PersonNamed
from domain.kernel import Command, Fen, PostId, Value
from domain.rulebook.rules import RuleVersion

T = TypeVar("T")

Ending = Literal["granted", "refused", "refused_late", "not_accepted", "withdrawn", "terminated"]
Moment = Literal["opened", "accepted", "inquired", "posted"]


class Step(Value):
    """An act that somebody will do: the command for an action, at a time, by a post."""

    at: datetime
    action: str
    command: Command
    post: PostId


class Need(Value):
    """The household and its figures (fen per month): what it declares, and what the inquiry finds."""

    members: tuple[PersonNamed, ...]
    declared: Fen
    found: Fen


class Course(Value):
    """How the case will go. ``leaves``: when it ends early, if it does."""

    ending: Ending
    leaves: Moment
    channel: Channel
    kin: bool
    moves_to: Place | None = None


class Story:
    """The steps told so far, and the clock."""

    def __init__(self, rng: random.Random, pace: Pace, place: Place, rule: RuleVersion) -> None:
        """Begin with nothing told."""
        self.rng = rng
        self.pace = pace
        self.place = place
        self.rule = rule
        self.steps: list[Step] = []
        self.over = False
        self.amount = Fen(0)
        self.confirmed_on = date.min

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
