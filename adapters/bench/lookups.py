"""Look-ups: which rule is in force, and who may do what, in a bureau that has grown large. p95 of many places."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import cycle, islice
from statistics import quantiles

from msgspec.structs import replace

from adapters.authority import competences
from adapters.bench.ground import Ground
from adapters.bench.measure import Bar, Plan, Question, in_turns, number_bar
from adapters.house import House
from adapters.http.answers import json_response
from adapters.reference import load_bureau, load_divisions
from adapters.rulebook import shipped_rules
from application.ports import Append, Write
from domain.authority.events import AUTHORITY, GrantsGiven, PowersListed
from domain.authority.powers import Grant, PowerItem
from domain.bureau_events import BUREAU, RULEBOOK, PostsCreated, RuleVersionPublished
from domain.calendar import months_before
from domain.kernel import Event, Fact, Fen, Meta
from domain.rulebook.rules import RuleVersion

_RULE = Question(
    name="in-force",
    what="10,000 个规则版本中查现行规则，p95 which rule is in force, among 10,000 versions, p95",
    unit="ms",
    bar=5,
)
_DAY = Question(
    name="on-day",
    what="50,000 项授权中查某日某地谁可办何事，p95 who may do what where on a day, among 50,000 grants, p95",
    unit="ms",
    bar=5,
)
_VERSIONS, _GRANTS, _ASKED = 10_000, 50_000, 400
_MATTERS, _POWERS = 20, ("accept", "inquire", "notice", "decide", "pay")
_PACK = 1_000
_BEGIN, _TODAY, _END = date(2000, 1, 1), date(2026, 7, 1), date(2026, 10, 1)
_QUARTER, _YEAR = 3, 12
_COUNTY = 6
"""Digits of a county's code."""


def measure(ground: Ground, plan: Plan) -> list[Bar]:
    """Ask what the HTTP routes ask, and encode it as they do: the bureau is read from the log as it is now."""
    asked = plan.size(_ASKED, least=20)
    with ground.migrated() as url, ground.house(url) as house:
        _grow(house, plan)
        house.cases.bureau.refresh()
        places = cycle([village.code for village in load_divisions().of_level("village", _TODAY)][::7])
        rule, day = in_turns(
            plan,
            lambda: _p95(places, asked, lambda place: _in_force(house, place)),
            lambda: _p95(places, asked, lambda place: _on_day(house, place)),
        )
    return [number_bar(_RULE, rule, "at_most"), number_bar(_DAY, day, "at_most")]


def _in_force(house: House, place: str) -> object:
    book = house.cases.bureau.refresh().rulebook
    return json_response({"on": _TODAY, "versions": book.all_in_force(place, _TODAY, "")})


def _on_day(house: House, place: str) -> object:
    return json_response({"on": _TODAY, "rows": competences(house, _TODAY, place)})


def _p95(places: Iterator[str], number: int, ask: Callable[[str], object]) -> float:
    """Return the milliseconds that 95 of 100 questions take at most."""
    taken = []
    for place in islice(places, number):
        start = time.perf_counter()
        ask(place)
        taken.append((time.perf_counter() - start) * 1_000)
    return quantiles(taken, n=20)[-1]


def _grow(house: House, plan: Plan) -> None:
    items = tuple(_item(f"matter-{number}", power) for number in range(_MATTERS) for power in _POWERS)
    grants = _packed(_grants(items, plan.size(_GRANTS, least=_PACK)))
    posts = PostsCreated(posts=tuple(load_bureau(_TODAY).values()))
    _write(house, BUREAU, [posts])
    _write(house, RULEBOOK, [RuleVersionPublished(version=each) for each in _versions(plan.size(_VERSIONS))])
    _write(house, AUTHORITY, [PowersListed(items=items), *(GrantsGiven(grants=pack) for pack in grants)])


def _write(house: House, stream: str, events: list[Event]) -> None:
    meta = Meta(event_id="grow", occurred_at=datetime(2026, 1, 1, tzinfo=UTC), actor="system", command_id="grow")
    facts = tuple(Fact(event, meta) for event in events)
    house.log.append(Append(f"grow-{stream}", "", (Write(stream, 0, facts),)))


def _packed(grants: Iterator[Grant]) -> Iterator[tuple[Grant, ...]]:
    while pack := tuple(islice(grants, _PACK)):
        yield pack


def _regions() -> list[str]:
    """Return the city, its counties and its towns, shortened to their own digits."""
    tree = load_divisions()
    counties = [each.code[:6] for each in tree.of_level("county", _TODAY)]
    return ["3209", *counties, *(each.code[:9] for each in tree.of_level("town", _TODAY))]


def _grants(items: tuple[PowerItem, ...], number: int) -> Iterator[Grant]:
    """Return grants of every item to city, counties and towns, given anew each year, the last ones in force."""
    regions = _regions()
    for each in range(number):
        place, item = each % len(regions), items[each // len(regions) % len(items)]
        years = each // (len(regions) * len(items))
        yield Grant(
            id=f"grant-{each}",
            item=item.id,
            role="town_lead" if len(regions[place]) > _COUNTY else "county_decider",
            region=regions[place],
            form="devolved",
            grantor="县级人民政府民政部门",
            in_name_of="",
            basis="授权文件",
            valid_from=months_before(_END, _YEAR * (years + 1)),
            valid_to=months_before(_END, _YEAR * years),
            ceiling=Fen(600_000),
        )


def _item(matter: str, power: str) -> PowerItem:
    return PowerItem(
        id=f"{matter}.{power}",
        matter=matter,
        power=power,  # type: ignore[arg-type]  # powers of ours
        zh="权力事项",
        en="Power item",
        basis="设定依据",
        valid_from=_BEGIN,
    )


def _versions(number: int) -> Iterator[RuleVersion]:
    """Return versions of every matter, for the city and its counties, three months each; those of today in full."""
    full = next(each for each in shipped_rules().versions if each.matter == "dibao")
    slim = replace(full, basis=("依据",), limits={}, steps={}, papers=(), duties={}, overlaps=(), facts={})
    regions = [each for each in _regions() if len(each) <= _COUNTY]
    for each in range(number):
        turn, place = divmod(each // _MATTERS, len(regions))
        end = months_before(_END, _QUARTER * turn)
        yield replace(
            slim if turn else full,
            id=f"version-{each}",
            matter=f"matter-{each % _MATTERS}",
            region=regions[place],
            valid_from=months_before(end, _QUARTER),
            valid_to=end,
        )
