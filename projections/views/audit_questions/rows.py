"""Rows of the tables, fields in the order of their columns. Positions are those of events in the log."""

from datetime import date, datetime

import msgspec


class CaseRow(msgspec.Struct, gc=False):
    """What is known of a case. ``kin_posts``: a space between. ``amount``: fen per month, or once."""

    case_id: str
    number: str = ""
    matter: str = ""
    division: str = ""
    opened: int | None = None
    received_on: date | None = None
    born: date | None = None
    condition: int | None = None
    condition_from: date | None = None
    accepted: int | None = None
    accepted_on: date | None = None
    accepted_in: str = ""
    accepted_by: str = ""
    rule: str = ""
    kin: int | None = None
    kin_posts: str = ""
    compared: int | None = None
    compared_on: date | None = None
    inquired: int | None = None
    opined: int | None = None
    noticed: int | None = None
    closed: int | None = None
    objected: int | None = None
    confirmed: int | None = None
    from_month: date | None = None
    granted: int | None = None
    amount: int = 0
    suspended_from: date | None = None
    resumed_from: date | None = None
    stopped_from: date | None = None


class DecisionRow(msgspec.Struct, gc=False):
    """A decision, and what had gone before it. ``amount``, ``standard``: fen; months and ages are whole."""

    position: int
    case_id: str
    division: str
    result: str
    decided_on: date
    rule: str
    pinned: str
    post: str
    amount: int
    standard: int
    settlement: str
    from_month: date | None
    after_confirmation: int | None
    after_receipt: int | None
    after_condition: int | None
    age_months: int | None
    age: int | None
    accepted: int | None
    kin: int | None
    compared: int | None
    compared_on: date | None
    inquired: int | None
    opined: int | None
    noticed: int | None
    closed: int | None
    objected: int | None


class NoticeRow(msgspec.Struct, gc=False):
    """A public notice. ``last_on``: the last day on which it hung, as announced or, closed before, as it was."""

    case_id: str
    position: int
    division: str
    rule: str
    post: str
    posted_on: date
    until: date
    last_on: date
    days: int
    age: int | None
    ended: int | None = None
    ended_on: date | None = None
    ended_by: str = ""


class MonthRow(msgspec.Struct, gc=False):
    """A grant's first month that is not the decision's, or the month from which a grant was stopped."""

    position: int
    case_id: str
    division: str
    rule: str
    what: str
    day: date
    from_month: date
    months: int
    post: str
    other: int | None


class ClockRow(msgspec.Struct, gc=False):
    """A clock from its start; ``division``: of the case then.

    ``pauses``: ``type:begin-end`` for each, a space between; the last may have no end.
    """

    case_id: str
    what: str
    since: int
    division: str
    rule: str
    holder: str
    basis: str
    due_at: datetime
    state: str = "running"
    pauses: str = ""
    told: int | None = None
    ended: int | None = None
    ended_at: datetime | None = None
    post: str = ""
    late: bool = False


class EntitlementRow(msgspec.Struct, gc=False):
    """What a case gave to a person. ``amount``: fen per month of the whole case. ``excludes``: a space between."""

    subject: str
    position: int
    case_id: str
    matter: str
    division: str
    granted_on: date
    from_month: date
    until: date | None
    to_month: date | None
    ended: int | None
    amount: int
    excludes: str


class RuleRow(msgspec.Struct, gc=False):
    """A rule version as published last, as far as questions ask for it.

    ``position``: of the publication since which it holds where and when it does; ``latest``: of the last one.
    """

    rule: str
    matter: str
    region: str
    valid_from: date
    valid_to: date | None
    pilot: bool
    position: int
    latest: int
    basis: str
    min_investigators: int
    visits: bool
    compares: bool
    compare_basis: str
    visit_basis: str
    kin_basis: str
    objection_basis: str
    notice: str
    notice_basis: str
    notice_days: int | None
    notice_unit: str
    exempt_age: int | None
    exempt_otherwise: bool
    first: str
    last: str
    first_age: int | None
    months_basis: str
    tracks: bool
    review_basis: str
