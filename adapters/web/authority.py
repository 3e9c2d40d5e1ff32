"""Who may do what where, on any day; the list of powers and its changes; what was denied; what was sampled."""

from collections.abc import Iterable
from datetime import date
from typing import get_args

from fastapi import Request, Response

from adapters.authority import ListedGrant, ListedPower, competences, grants, owed, powers
from adapters.house import House
from adapters.web import fields
from adapters.web.desk import Desk
from adapters.web.past import wait_for_own
from adapters.web.rule_words import region
from adapters.web.rulebook import CITY
from adapters.web.submissions import detail_in_words, words_of
from domain.authority.denied import KinExcluded, NoGrant, NoPower, OverCeiling, SameHandler
from domain.authority.powers import Power
from domain.cases.registry import ACTIONS
from domain.errors import NoAuthority
from domain.kernel import Value
from projections.views.denials.queries import DenialFilter, denial_rows, denials
from projections.views.denials.view import DenialRow
from projections.views.samples.queries import sample_rows

ALL = "all"
_REFUSALS = {each.code: each for each in (NoAuthority, NoPower, NoGrant, OverCeiling, KinExcluded, SameHandler)}
_MOST_DENIALS, _MOST_SAMPLES, _MOST_GRANTS = 20, 20, 200


class Wanted(Value):
    """The conditions as the address has them: who may do what on ``on``, in ``county`` or ``town``."""

    matter: str = ""
    power: str = ""
    county: str = ""
    town: str = ""
    post: str = ""
    on: date | None = None
    lang: str = ""

    @property
    def place(self) -> str:
        """The town if it lies in the county asked for, else the county, else the city."""
        return (self.town if self.town.startswith(self.county) else "") or self.county or CITY


class AuthorityPages:
    """Answers for the page of authority."""

    def __init__(self, house: House) -> None:
        """Read the register of this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with who may do what, the powers and their changes, denials and samples."""
        desk, house = Desk(request, self._house), self._house
        wanted = desk.asked(Wanted)
        wait_for_own(desk, "denials", "decisions", "samples")
        day = wanted.on or desk.today
        matters = fields.matters(desk)
        matter = wanted.matter or (matters[0].value if matters else "")
        rows = competences(house, day, wanted.place, post=wanted.post)
        return desk.page(
            "authority.html",
            wanted=wanted,
            day=day,
            matter=matter,
            place=region(desk, wanted.place),
            rows=[row for row in rows if _fits(row.item, matter, wanted.power)],
            powers=_listed(powers(house, day), matter),
            delegated=_delegated(grants(house, day), matter)[:_MOST_GRANTS],
            denials=_denials(desk, wanted),
            samples=house.read(*sample_rows(limit=_MOST_SAMPLES)),
            owed=owed(house),
            choices=_choices(desk, wanted, matters),
            region=lambda code: region(desk, code),
            refusal=lambda row: _refusal(desk, row),
            action=lambda name: desk.names.words_of(ACTIONS[name]) if name in ACTIONS else name,
        )


def _fits(item: str, matter: str, power: str) -> bool:
    of_matter, _, of_power = item.rpartition(".")
    return matter in (ALL, of_matter) and power in ("", of_power)


def _listed(found: Iterable[ListedPower], matter: str) -> list[ListedPower]:
    return [each for each in found if matter in (ALL, each.item.matter)]


def _delegated(found: Iterable[ListedGrant], matter: str) -> list[ListedGrant]:
    """Return what was entrusted or devolved; what the law itself gives stands in the first table."""
    return [each for each in found if each.grant.form != "statutory" and _fits(each.grant.item, matter, "")]


def _denials(desk: Desk, wanted: Wanted) -> list[DenialRow]:
    house = desk.house
    if house is None:
        return []
    division = wanted.place if wanted.county else ""
    where = DenialFilter(matter="" if wanted.matter == ALL else wanted.matter, division=division, post=wanted.post)
    return denials(house.read(*denial_rows(where, _MOST_DENIALS)))


def _choices(desk: Desk, wanted: Wanted, matters: tuple[fields.Option, ...]) -> dict[str, tuple[fields.Option, ...]]:
    posts = fields.handlers(desk, wanted.place if wanted.county else "")
    known = {option.value for option in posts}
    own = [fields.Option(post, desk.names.post(post)) for post in {wanted.post} - known - {""}]
    return {
        "matter": (*matters, fields.Option(ALL, desk.t("app.all"))),
        "power": fields.options(desk, "power", get_args(Power)),
        "county": fields.counties(desk),
        "town": fields.towns(desk, fields.county_of(wanted.county)),
        "post": (*own, *posts),
    }


def _refusal(desk: Desk, row: DenialRow) -> str:
    """Return why an act was denied, with its detail."""
    known = _REFUSALS.get(row.code)
    told = desk.names.words_of(known) if known else row.code
    return f"{told} ({detail_in_words(desk, row.detail, words_of(desk, None))})" if row.detail else told
