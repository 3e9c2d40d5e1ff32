"""Plans of cases: a pure function of seed and number, so that the same demonstration can be made again or gone on with.

A plan reaches up to the end of the quarter; what would come later is cut off, so that many cases are still running.
"""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from application.runs.demo.aftermath import decide, live_on, review
from application.runs.demo.chapters import accept, apply, inquire, publicise
from application.runs.demo.pace import Pace
from application.runs.demo.people import household
from application.runs.demo.places import Places
from application.runs.demo.story import Course, Ending, Moment, Need, Step, Story
from domain.calendar import WorkCalendar, civil_day
from domain.cases.actions.open_case import OpenCase
from domain.cases.parts import Channel
from domain.kernel import CaseId, Fen, PostId, Value
from domain.rulebook.rules import RuleVersion

QUARTER = timedelta(days=91)
"""From the first day to the last."""
YEAR_BEFORE = timedelta(days=512), timedelta(days=462)
"""So long before the last day those cases were opened whose yearly review falls into the quarter."""

_REVIEWED_EVERY, _KIN_EVERY = 16, 67
_ENDINGS: tuple[Ending, ...] = ("granted", "refused", "refused_late", "not_accepted", "withdrawn", "terminated")
_ENDING_SHARES = (72, 10, 2, 6, 6, 4)
_LEAVES: tuple[Moment, ...] = ("opened", "accepted", "inquired", "posted")
_CHANNELS: tuple[Channel, ...] = ("self", "village", "mandate")
_CHANNEL_SHARES = (70, 16, 14)
_SIZES, _SIZE_SHARES = (1, 2, 3, 4, 5), (38, 27, 19, 11, 5)


class CasePlan(Value):
    """What will be done in a case. ``kin``: the post whose holder has declared the applicant as close kin."""

    number: int
    case_id: CaseId
    steps: tuple[Step, ...]
    kin: PostId | None = None

    @property
    def applicant(self) -> str:
        """Return the applicant's ID number."""
        return self.id_numbers[0]

    @property
    def id_numbers(self) -> tuple[str, ...]:
        """Return the ID numbers of everybody whom the application names."""
        opening = self.steps[0].command
        if not isinstance(opening, OpenCase):
            raise TypeError("a plan begins with an application")
        agents = (opening.mandate.agent,) if opening.mandate else ()
        return tuple(person.id_number for person in (*opening.members, *agents))


class Planner:
    """Makes the plans of one demonstration. ``end``: the last day of its quarter; nothing happens after it."""

    def __init__(self, seed: int, places: Places, rule: RuleVersion, calendar: WorkCalendar, end: date) -> None:
        """Keep what all cases share."""
        self.seed = seed
        self.start, self.end = end - QUARTER, end
        self._places = places
        self._rule = rule
        self._calendar = calendar

    def plan(self, number: int) -> CasePlan:
        """Return the plan of a case, numbered from 1."""
        # Not a secret: the demonstration must be the same for the same seed.
        rng = random.Random(f"{self.seed}:{number}")  # noqa: S311 a seeded simulation
        place = self._places.drawn(rng)
        reviewed = number % _REVIEWED_EVERY == 0
        course = _course(rng, self._places, kin=number % _KIN_EVERY == 0, reviewed=reviewed)
        first, last = self.year_before() if reviewed else (self.start, self.end)
        pace = Pace(rng, self._calendar, self._opening_day(rng, first, last), _slowness(rng))
        case_id = _case_id(pace.at, rng)
        acting = replace(place, inquirer=place.handler) if course.kin else place
        story = Story(rng, pace, acting, self._rule)
        _tell(story, course, reviewed=reviewed)
        steps = tuple(step for step in story.steps if civil_day(step.at) <= self.end)
        return CasePlan(number=number, case_id=case_id, steps=steps, kin=place.inquirer if course.kin else None)

    def year_before(self) -> tuple[date, date]:
        """Return the first and last opening day of the cases that are reviewed in the quarter."""
        early, late = YEAR_BEFORE
        return self.end - early, self.end - late

    def _opening_day(self, rng: random.Random, first: date, last: date) -> date:
        day = first + timedelta(days=rng.randrange((last - first).days + 1))
        return day if self._calendar.is_working_day(day) else self._opening_day(rng, first, last)


def kin_numbers(cases: int) -> Iterable[int]:
    """Return the numbers of those cases whose applicants are kin of a handler."""
    return range(_KIN_EVERY, cases + 1, _KIN_EVERY)


def _tell(story: Story, course: Course, *, reviewed: bool) -> None:
    need = _need(story, course)
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
        review(story)
    elif course.ending == "granted":
        live_on(story)


def _course(rng: random.Random, places: Places, *, kin: bool, reviewed: bool) -> Course:
    (ending,) = rng.choices(_ENDINGS, _ENDING_SHARES)
    (channel,) = rng.choices(_CHANNELS, _CHANNEL_SHARES)
    moves = not kin and rng.random() < 0.02  # noqa: PLR2004 a share of cases
    return Course(
        ending="granted" if reviewed or kin else ending,
        leaves=rng.choice(_LEAVES),
        channel="self" if kin else channel,
        kin=kin,
        moves_to=places.drawn(rng) if moves else None,
    )


def _need(story: Story, course: Course) -> Need:
    rng, standard = story.rng, story.rule.standard
    (size,) = rng.choices(_SIZES, _SIZE_SHARES)
    members = household(rng, size, story.pace.today)
    line = standard * size
    share = rng.uniform(1.05, 2.2) if course.ending.startswith("refused") else rng.betavariate(2, 2.2)
    found = round(line * share * 0.97) // 1_000 * 1_000
    declared = found if rng.random() < 0.7 else round(found * rng.uniform(0.6, 1)) // 1_000 * 1_000  # noqa: PLR2004 a share of cases
    return Need(members=members, declared=Fen(declared), found=Fen(found))


def _slowness(rng: random.Random) -> float:
    """Most cases go at an office's pace; a few wait for long everywhere."""
    return rng.lognormvariate(0, 0.25) * (3 if rng.random() < 0.06 else 1)  # noqa: PLR2004 a share of cases


def _case_id(at: datetime, rng: random.Random) -> CaseId:
    """Return a UUIDv7 (RFC 9562) of the moment, its random part drawn from the case's own chance."""
    number = (int(at.timestamp() * 1_000) << 80) | rng.getrandbits(80)
    number &= ~(0xF << 76) & ~(0x3 << 62)
    return CaseId(str(UUID(int=number | (7 << 76) | (2 << 62))))
