"""Reading the register of powers: what the HTTP routes, the pages and the CLI share. Always as the log has it now."""

from datetime import date, datetime

from adapters.bureau_then import bureau_of
from adapters.house import House
from adapters.viewing import Views
from domain.authority.events import AUTHORITY, PowerChanged
from domain.authority.lookup import Competence, on_day
from domain.authority.powers import Change, Grant, PowerChange, PowerItem
from domain.calendar import civil_day
from domain.divisions import is_within
from domain.kernel import Value
from projections.views.decisions.queries import PER_GRANT_AND_QUARTER
from projections.views.samples.queries import PERIODS, OwedSample, owed_samples


class ListedPower(Value, omit_defaults=False):
    """A power item, whether it is in force on the day asked for, and its dated changes (降放减转), the oldest first."""

    item: PowerItem
    in_force: bool
    changes: tuple[PowerChange, ...]


class ListedGrant(Value, omit_defaults=False):
    """A grant, and how it stands on the day asked for. ``rests_since``: the day from which it is suspended."""

    grant: Grant
    in_force: bool
    rests_since: date | None
    reason: str


class RecordedChange(Value, omit_defaults=False):
    """A change of a power item: what, from when, on which basis; when it was recorded and by which post."""

    kind: Change
    before: str
    after: str
    basis: str
    effective: date
    recorded_at: datetime
    post: str


def competences(house: House, day: date, region: str, item: str = "", post: str = "") -> list[Competence]:
    """Return who may do what on the cases of a division that day; ``item``, ``post``: only that one's."""
    bureau = house.cases.bureau.refresh()
    found = on_day(bureau.register, bureau.posts, day, region, item)
    return [row for row in found if row.post == post] if post else found


def powers(house: House, day: date, matter: str = "") -> list[ListedPower]:
    """Return the power items by id; ``matter``: only its own."""
    register = house.cases.bureau.refresh().register
    changes: dict[str, list[PowerChange]] = {}
    for change in sorted(register.changes, key=lambda each: each.effective):
        changes.setdefault(change.item, []).append(change)
    return [
        ListedPower(item, register.item_on(item.id, day) is not None, tuple(changes.get(item.id, ())))
        for _, item in sorted(register.items.items())
        if matter in ("", item.matter)
    ]


def grants(house: House, day: date, item: str = "", region: str = "") -> list[ListedGrant]:
    """Return the grants by id; ``item``: only its own; ``region``: only those for places in it."""
    register = house.cases.bureau.refresh().register
    found = []
    for _, grant in sorted(register.grants.items()):
        if item in ("", grant.item) and (not region or is_within(grant.region, region)):
            rest = register.resting(grant.id, day)
            listed = ListedGrant(
                grant=grant,
                in_force=register.in_force(grant, day),
                rests_since=rest.since if rest else None,
                reason=rest.reason if rest else "",
            )
            found.append(listed)
    return found


def changes_of(house: House, item: str) -> list[RecordedChange]:
    """Return how a power item changed (降放减转), by the day from which each change holds."""
    found = [
        RecordedChange(
            kind=recorded.event.change.kind,
            before=recorded.event.change.before,
            after=recorded.event.change.after,
            basis=recorded.event.change.basis,
            effective=recorded.event.change.effective,
            recorded_at=recorded.recorded_at,
            post=recorded.meta.post,
        )
        for recorded in house.log.stream(AUTHORITY)
        if isinstance(recorded.event, PowerChanged) and recorded.event.change.item == item
    ]
    return sorted(found, key=lambda each: each.effective)


def owed(house: House, views: Views | None = None) -> list[OwedSample]:
    """Return the finished quarters whose decisions should have been sampled and were not (放 with 管).

    ``views``: decisions and samples as of a moment; then by the grants that were known at that moment.
    """
    views = views or house
    held = bureau_of(house.cases.bureau, views).register.grants.values()
    return owed_samples(held, views.read(*PER_GRANT_AND_QUARTER), views.read(*PERIODS), civil_day(views.now()))
