"""Leads and warnings: what signals of other departments may open, and what they put in doubt. Nobody is named here."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from fastapi import Request, Response

from adapters.house import House
from adapters.reads.recording import asked_of, on_record
from adapters.signals import leads, warnings
from adapters.web import fields
from adapters.web.desk import Desk
from adapters.web.past import seen
from adapters.web.reader import on_page
from domain.kernel import Value
from domain.signals.kinds import KINDS
from projections.views.leads.queries import LeadFilter, LeadStatus
from projections.views.warnings.queries import Warned, WarningFilter, WarningStatus

PAGE_ROWS = 50
BADGES = {"open": "soon", "confirmed": "late", "served": "calm", "settled": "calm", "dismissed": "calm"}
"""How a standing looks: what waits for somebody, what is wrong still, what is over."""


class Wanted(Value):
    """The filters as the address has them."""

    status: str = "open"
    kind: str = ""
    matter: str = ""
    county: str = ""
    town: str = ""
    after: str = ""
    lang: str = ""

    @property
    def area(self) -> str:
        """The smaller place asked for, where it lies in the larger."""
        return self.town if self.town and self.town.startswith(self.county) else self.county

    def filters(self) -> dict[str, str]:
        """Return the conditions that both lists have."""
        return {"division": self.area, "matter": self.matter, "kind": self.kind, "status": self.status}


class SignalListPages:
    """Answers for the two lists."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def leads(self, request: Request) -> Response:
        """Answer with a page of leads, the newest first."""
        desk = Desk(request, self._house)
        wanted = _wanted(desk, LeadStatus)
        at = seen(desk, "leads")
        where = LeadFilter(**wanted.filters())  # type: ignore[arg-type]  # a status that there is
        with on_record(self._house, on_page(desk), "list", asked_of(where)) as record:
            page = leads(at.views, where, PAGE_ROWS, wanted.after)
            record.subject(*(row.subject for row in page.rows))
        kinds = (name for name, kind in KINDS.items() if kind.leads)
        return desk.page(
            "leads.html", wanted=wanted, seen=at, page=page, choices=_choices(desk, wanted, kinds), badges=BADGES
        )

    def warnings(self, request: Request) -> Response:
        """Answer with a page of warnings, the newest first."""
        desk = Desk(request, self._house)
        wanted = _wanted(desk, WarningStatus)
        at = seen(desk, "warnings")
        where = WarningFilter(**wanted.filters())  # type: ignore[arg-type]  # a status that there is
        with on_record(self._house, on_page(desk), "list", asked_of(where)) as record:
            page = warnings(at.views, where, PAGE_ROWS, wanted.after)
            record.case(*(row.case_id for row in page.rows))
            record.subject(*(row.subject for row in page.rows))
        kinds = (name for name, kind in KINDS.items() if kind.warns)
        return desk.page(
            "warnings.html",
            wanted=wanted,
            seen=at,
            page=page,
            choices=_choices(desk, wanted, kinds),
            badges=BADGES,
            paid=_paid,
        )


def _wanted(desk: Desk, statuses: Any) -> Wanted:  # noqa: ANN401  (a Literal)
    """Return the filters. Raises msgspec.ValidationError for a status or kind that there is not."""
    wanted = desk.asked(Wanted)
    if wanted.status not in (*get_args(statuses), "") or wanted.kind not in (*KINDS, ""):
        raise msgspec.ValidationError("status, kind")
    return wanted


def _paid(row: Warned) -> int:
    """Return the fen that were paid since, at the amount as it is now."""
    return row.months * row.amount


def _choices(desk: Desk, wanted: Wanted, kinds: Iterable[str]) -> dict[str, tuple[fields.Option, ...]]:
    return {
        "kind": fields.options(desk, "signal", kinds),
        "matter": fields.matters(desk),
        "county": fields.counties(desk),
        "town": fields.towns(desk, fields.county_of(wanted.county)),
    }
