"""Who asks, and for what: the persons of a case, of the age and with the means that its rule looks at."""

from msgspec.structs import replace

from application.runs.demo import words
from application.runs.demo.circumstances import Circumstances, circumstances, reached
from application.runs.demo.people import People
from application.runs.demo.story import Need, Story
from domain.cases.persons import PersonNamed
from domain.identity import citizen_id_birth
from domain.kernel import Fen
from domain.rulebook.rules import RuleVersion

_SIZES, _SIZE_SHARES = (1, 2, 3, 4, 5), (38, 27, 19, 11, 5)
_GROWN_UP, _AGENT = 18, 45


def need_of(story: Story, people: People, *, granted: bool) -> Need:
    """Return persons and circumstances in which the rule grants what they ask for, or does not."""
    rng, rule = story.rng, story.rule
    found = circumstances(rng, story.norm, granted=granted)
    members = _members(story, people, found)
    income = found.income * len(members)
    declared = income if story.chance(0.7) else round(income * rng.uniform(0.6, 1)) // 1_000 * 1_000
    return Need(
        members=members,
        agent=people.person(_AGENT, relation="亲属"),
        declared=Fen(declared),
        found=replace(found, facts={**found.facts, **_dates(story, members[0], found)}),
        organisation=story.one_of(words.ORGANISATIONS) if rule.subject == "organisation" else "",
        unknown=rule.subject == "station" and story.chance(0.4),
        minor=found.age is not None and found.age < _GROWN_UP,
    )


def _members(story: Story, people: People, found: Circumstances) -> tuple[PersonNamed, ...]:
    size = 1
    if story.rule.subject == "household":
        (size,) = story.rng.choices(_SIZES, _SIZE_SHARES)
    return people.household(size, found.age)


def _dates(story: Story, applicant: PersonNamed, found: Circumstances) -> dict[str, str]:
    """The day on which the condition began, where it is a birthday."""
    birth = citizen_id_birth(applicant.id_number)
    since = reached(story.rule, birth) if birth is not None else None
    asked = _asks_since(story.rule) and found.age is not None
    return {"condition_from": since.isoformat()} if asked and since and since <= story.pace.today else {}


def _asks_since(rule: RuleVersion) -> bool:
    shape = rule.facts.get("condition_from")
    return shape is not None and shape.kind == "date"
