"""Plans of cases: a pure function of seed and number, so that the same demonstration can be made again or gone on with.

A plan reaches up to the end of the quarter; what would come later is not told, so that many cases are still running.
"""

import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from application.bureau import Bureau
from application.runs.demo.aftermath import decide, live_on, review
from application.runs.demo.inquiry import inquire, publicise
from application.runs.demo.intake import accept, apply
from application.runs.demo.needs import need_of
from application.runs.demo.pace import Over, Pace
from application.runs.demo.people import People
from application.runs.demo.places import Places
from application.runs.demo.story import Course, Ending, Moment, Scene, Step, Story
from domain.calendar import WorkCalendar
from domain.cases.actions.identify_subject import IdentifySubject
from domain.cases.actions.open_case import OpenCase
from domain.cases.parts import Channel
from domain.kernel import CaseId, PostId, Value
from domain.rulebook.rules import RuleVersion

QUARTER = timedelta(days=91)
"""From the first day to the last."""
YEAR_BEFORE = timedelta(days=512), timedelta(days=462)
"""So long before the last day those cases were opened whose yearly review falls into the quarter."""
MAIN = "dibao"
MAIN_SHARE = 0.6
SHARES = {
    "zunlaojin": 7,
    "canji-huli": 4,
    "canji-shenghuo": 4,
    "tekun": 4,
    "linshi-jinan": 4,
    "linshi-zhichu": 4,
    "dibao-bianyuan": 3,
    "yanglao-fuwu": 3,
}
"""How often the other matters are asked for, against 2 for those that are not named here. An assumption."""

_REVIEWED_EVERY, _KIN_EVERY, _OVERSTEPPED_EVERY = 16, 67, 43
_ENDINGS: tuple[Ending, ...] = ("granted", "refused", "refused_late", "not_accepted", "withdrawn", "terminated")
_ENDING_SHARES = (72, 10, 2, 6, 6, 4)
_LEAVES: tuple[Moment, ...] = ("opened", "accepted", "inquired", "posted")
_CHANNELS: tuple[Channel, ...] = ("self", "village", "mandate")
_CHANNEL_SHARES = (70, 16, 14)
_WORKING_DAYS = {"wd": 1.0, "cd": 0.7, "h": 1 / 24, "mo": 21.0}
_USUAL_DAYS, _SLOWEST = 10, 2.5


class CasePlan(Value):
    """What will be done in a case. ``kin``: the post whose holder has declared the applicant as close kin.

    ``attempts``: acts that will be refused for want of authority.
    """

    number: int
    case_id: CaseId
    steps: tuple[Step, ...]
    kin: PostId | None = None
    attempts: tuple[Step, ...] = ()

    @property
    def applicant(self) -> str:
        """Return the applicant's ID number."""
        return self.id_numbers[0]

    @property
    def id_numbers(self) -> tuple[str, ...]:
        """Return the ID numbers of everybody whom the steps name."""
        named = []
        for step in self.steps:
            command = step.command
            if isinstance(command, OpenCase):
                named += [*command.members, *([command.mandate.agent] if command.mandate else [])]
            elif isinstance(command, IdentifySubject):
                named.append(command.person)
        return tuple(person.id_number for person in named if person.id_number)


class Planner:
    """Makes the plans of one demonstration. ``end``: the last day of its quarter; nothing happens after it."""

    def __init__(self, seed: int, bureau: Bureau, calendar: WorkCalendar, end: date) -> None:
        """Keep what all cases share. Raises ValueError when the bureau has not the posts that a case needs."""
        self.seed = seed
        self.start, self.end = end - QUARTER, end
        self._places = Places(bureau.posts)
        self._bureau = bureau
        self._calendar = calendar
        self._others = sorted({*bureau.rulebook.places} - {MAIN})

    def plan(self, number: int) -> CasePlan:
        """Return the plan of a case, numbered from 1."""
        # Not a secret: the demonstration must be the same for the same seed.
        rng = random.Random(f"{self.seed}:{number}")  # noqa: S311 a seeded simulation
        place = self._places.drawn(rng)
        kin, reviewed = number % _KIN_EVERY == 0, number % _REVIEWED_EVERY == 0
        first, last = self.year_before() if reviewed else (self.start, self.end)
        day = self._opening_day(rng, first, last)
        acting = replace(place, inquirer=place.handler) if kin else place
        rule = self._rule(rng, place.village, day, plain=kin or reviewed)
        pace = Pace(rng, self._calendar, day, _slowness(rng, rule), self.end)
        story = Story(rng, pace, Scene(acting, rule.matter, self._bureau))
        case_id = _case_id(pace.at, rng)
        course = self._course(rng, number, rule)
        with suppress(Over):
            _tell(story, course, People(rng, self.seed, number, day), reviewed=reviewed)
        return CasePlan(
            number=number,
            case_id=case_id,
            steps=tuple(story.steps),
            kin=place.inquirer if kin else None,
            attempts=tuple(story.attempts),
        )

    def year_before(self) -> tuple[date, date]:
        """Return the first and last opening day of the cases that are reviewed in the quarter."""
        early, late = YEAR_BEFORE
        return self.end - early, self.end - late

    def _opening_day(self, rng: random.Random, first: date, last: date) -> date:
        day = first + timedelta(days=rng.randrange((last - first).days + 1))
        return day if self._calendar.is_working_day(day) else self._opening_day(rng, first, last)

    def _rule(self, rng: random.Random, village: str, day: date, *, plain: bool) -> RuleVersion:
        """Return the rule of the matter that is asked for: the main one, if ``plain``, or if the other has none yet."""
        book = self._bureau.rulebook
        shares = [SHARES.get(matter, 2) for matter in self._others]
        (other,) = rng.choices(self._others or [MAIN], shares or [1])
        wanted = MAIN if plain or rng.random() < MAIN_SHARE else other
        rule = book.in_force(wanted, village, day) or book.in_force(MAIN, village, day)
        if rule is None:
            raise ValueError(f"no rule is in force for {MAIN} in {village[:6]} on {day}")
        return rule

    def _course(self, rng: random.Random, number: int, rule: RuleVersion) -> Course:
        kin, reviewed = number % _KIN_EVERY == 0, number % _REVIEWED_EVERY == 0
        (ending,) = rng.choices(_ENDINGS, _ENDING_SHARES)
        (channel,) = rng.choices(_CHANNELS, _CHANNEL_SHARES)
        moves = not kin and rng.random() < 0.02  # noqa: PLR2004 a share of cases
        elsewhere = rule.subject in {"organisation", "station"}
        return Course(
            ending="granted" if reviewed or kin else ending,
            leaves=rng.choice(_LEAVES),
            channel="self" if kin or elsewhere else channel,
            kin=kin,
            oversteps=number % _OVERSTEPPED_EVERY == 0,
            moves_to=self._places.drawn(rng) if moves else None,
        )


def kin_numbers(cases: int) -> Iterable[int]:
    """Return the numbers of those cases whose applicants are kin of a handler."""
    return range(_KIN_EVERY, cases + 1, _KIN_EVERY)


def _tell(story: Story, course: Course, people: People, *, reviewed: bool) -> None:
    need = need_of(story, people, granted=not course.ending.startswith("refused"))
    if need.minor and course.channel == "self":
        course = replace(course, channel="mandate")
    apply(story, need, course)
    if not story.over:
        accept(story, need, course)
    if story.over or course.ending == "not_accepted":
        return
    inquire(story, need, course)
    if not story.over and course.ending != "refused":
        publicise(story, need, course)
    if story.over:
        return
    decide(story, need, course)
    if reviewed:
        review(story, need)
    elif course.ending == "granted":
        live_on(story, need)


def _slowness(rng: random.Random, rule: RuleVersion) -> float:
    """Most cases go at an office's pace, measured by the limit to decide; a few wait for long everywhere."""
    limit = rule.limits["decide"]
    usual = min(_SLOWEST, limit.days * _WORKING_DAYS[limit.unit] / _USUAL_DAYS)
    return usual * rng.lognormvariate(0, 0.25) * (3 if rng.random() < 0.06 else 1)  # noqa: PLR2004 a share of cases


def _case_id(at: datetime, rng: random.Random) -> CaseId:
    """Return a UUIDv7 (RFC 9562) of the moment, its random part drawn from the case's own chance."""
    number = (int(at.timestamp() * 1_000) << 80) | rng.getrandbits(80)
    number &= ~(0xF << 76) & ~(0x3 << 62)
    return CaseId(str(UUID(int=number | (7 << 76) | (2 << 62))))
