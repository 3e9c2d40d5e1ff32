"""The rulebook: matters, their versions over time, a version in words, two side by side, what is in force."""

from collections.abc import Iterable
from datetime import date

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from adapters.house import House
from adapters.web import fields, timeline
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.rule_tables import tables
from adapters.web.rule_words import diff_value, region
from adapters.web.timeline import Span
from domain.cases.events import CASE_EVENTS
from domain.cases.registry import ACTIONS
from domain.kernel import Value
from domain.rulebook.book import UnknownRule, is_in_force
from domain.rulebook.diff import Difference, Words, differences
from domain.rulebook.rules import RuleVersion

CITY = "3209"
FIELDS = (
    *("zh", "en", "shared", "exempt", "starts", "ends", "drops", "limit", "warn", "pauses", "begins", "start"),
    *("op", "value", "fact", "parameter", "permille", "group", "effect", "scope", "choices", "source"),
    *("review_days", "lawsuit_months", "urban", "rural"),
)
"""Fields of the parts of a rule that the domain has no words for."""


class Wanted(Value):
    """The conditions as the address has them: what was in force on ``on``, in ``county`` or ``town``."""

    matter: str = ""
    county: str = ""
    town: str = ""
    on: date | None = None
    lang: str = ""

    @property
    def place(self) -> str:
        """The town if it lies in the county asked for, else the county, else the city."""
        return (self.town if self.town.startswith(self.county) else "") or self.county or CITY


class Compared(Value):
    """Ids of the two versions."""

    a: str = ""
    b: str = ""
    lang: str = ""


class MatterLine(Value):
    """A matter in the list. ``version``: the one in force there and then."""

    id: str
    versions: int
    family: str
    subject: str
    version: RuleVersion | None


class RulebookPages:
    """Answers for the rulebook."""

    def __init__(self, house: House) -> None:
        """Read the rulebook of this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the matters and what is in force, or with one matter's versions over time."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        day = wanted.on or desk.today
        return desk.page(
            "rulebook.html",
            wanted=wanted,
            day=day,
            place=region(desk, wanted.place),
            lines=_matters(desk, wanted, day),
            choices={
                "matter": fields.matters(desk),
                "county": fields.counties(desk),
                "town": fields.towns(desk, fields.county_of(wanted.county)),
            },
            history=_history(desk, wanted.matter) if wanted.matter else None,
            in_force=lambda rule: is_in_force(rule, day),
            region=lambda rule: region(desk, rule.region),
        )

    def version(self, request: Request, rule_id: str) -> Response:
        """Answer with one version in words, or 404."""
        desk = Desk(request, self._house)
        rule = _version(desk, rule_id)
        others = [each for each in desk.bureau.rulebook.versions_of(rule.matter) if each.id != rule.id]
        return desk.page(
            "rule.html",
            rule=rule,
            tables=tables(desk, rule),
            region=region(desk, rule.region),
            others=tuple(fields.Option(each.id, _label(desk, each)) for each in others),
        )

    def diff(self, request: Request) -> Response:
        """Answer with the differences of two versions, in words."""
        desk = Desk(request, self._house)
        asked = desk.asked(Compared)
        a, b = _version(desk, asked.a), _version(desk, asked.b)
        versions = desk.bureau.rulebook.versions_of(a.matter)
        return desk.page(
            "rule_diff.html",
            a=a,
            b=b,
            rows=told_differences(desk, a, b),
            choices=tuple(fields.Option(each.id, _label(desk, each)) for each in versions),
        )


def told_differences(desk: Desk, a: RuleVersion, b: RuleVersion) -> tuple[tuple[str, str, str], ...]:
    """Return field, before and after of everything that differs, in words."""
    return tuple(_told(desk, each) for each in differences(a, b, {**_fields(desk), **_names(a), **_names(b)}))


def _version(desk: Desk, rule_id: str) -> RuleVersion:
    try:
        return desk.bureau.rulebook.version(rule_id)
    except UnknownRule as unknown:
        raise HTTPException(404) from unknown


def _label(desk: Desk, rule: RuleVersion) -> str:
    return f"{rule.id} · {region(desk, rule.region)} · {rule.valid_from}"


def _matters(desk: Desk, wanted: Wanted, day: date) -> tuple[MatterLine, ...]:
    book = desk.bureau.rulebook
    asked = [wanted.matter] if wanted.matter in book.places else sorted(book.places)
    return tuple(_matter(desk, matter, book.in_force(matter, wanted.place, day)) for matter in asked)


def _matter(desk: Desk, matter: str, version: RuleVersion | None) -> MatterLine:
    book = desk.bureau.rulebook
    known = book.matters.get(matter)
    return MatterLine(
        id=matter,
        versions=len(book.versions_of(matter)),
        family=desk.t(f"family.{known.family}") if known else "",
        subject=desk.t(f"subject.{known.subject}") if known else "",
        version=version,
    )


class History(Value):
    """One matter's versions: the chart, and the rows of its table."""

    chart: str
    versions: tuple[RuleVersion, ...]


def _history(desk: Desk, matter: str) -> History:
    versions = desk.bureau.rulebook.versions_of(matter)
    title = Title("timeline", desk.t("rule.timeline", matter=desk.names.matter(matter)), desk.t("dash.chart_desc"))
    by_region: dict[str, list[Span]] = {}
    for each in versions:
        spans = by_region.setdefault(each.region, [])
        label = f"{each.id} {each.valid_from} – {each.valid_to or ''}"
        spans.append(Span(each.valid_from, each.valid_to, label, 4 if each.pilot else 1 + len(spans) % 2))
    rows = [(region(desk, code), spans) for code, spans in by_region.items()]
    return History(timeline.spans(title, rows, desk.today), versions)


def _fields(desk: Desk) -> Words:
    """Return the words of fields and events that the domain has none for, in the language of the page."""
    keys = {name: desk.t(f"field.{name}") for name in FIELDS}
    events = {event: desk.t.word("event", event) for event in CASE_EVENTS}
    return {name: (word, word) for name, word in (keys | events).items()}


def _names(rule: RuleVersion) -> Words:
    """Return the words of what the rule itself names, and of actions."""
    worded: Iterable[tuple[str, str, str]] = (
        *((name, action.zh, action.en) for name, action in ACTIONS.items()),
        *((name, shape.zh, shape.en) for name, shape in rule.facts.items()),
        *((each.id, each.zh, each.en) for each in rule.criteria),
        *((each.id, each.zh, each.en) for each in rule.papers),
    )
    return {name: (zh, en) for name, zh, en in worded}


def _told(desk: Desk, found: Difference) -> tuple[str, str, str]:
    before, after = (diff_value(desk, text) for text in (found.before, found.after))
    return (found.zh if desk.language == "zh" else found.en), before, after
