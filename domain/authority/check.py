"""The check before every act: power item in force, grant in force, case and amount within it. All on the act's day."""

from datetime import date

from domain.authority.denied import NoGrant, NoPower, OverCeiling
from domain.authority.posts import Post
from domain.authority.powers import Grant
from domain.authority.register import Register, covers_amount, covers_case
from domain.kernel import Fen, Value


class Asked(Value):
    """What a post asks to do: exercise an item that day, on a case of a division, accepted then, for so many fen."""

    item: str
    day: date
    division: str = ""
    accepted_on: date | None = None
    amount: Fen = Fen(0)


def granted(register: Register, post: Post, asked: Asked) -> Grant:
    """Return the grant under which it may be done. Raises NoPower, NoGrant or OverCeiling."""
    item = register.item_on(asked.item, asked.day)
    if item is None:
        raise NoPower(asked.item)
    grants = [each for each in register.grants_on(asked.item, post, asked.day) if covers_case(each, asked.accepted_on)]
    if not grants:
        raise NoGrant(asked.item, basis=item.basis)
    for grant in grants:
        if covers_amount(grant, asked.amount):
            return grant
    highest = max(grant.ceiling or 0 for grant in grants)
    raise OverCeiling(f"{asked.item}: {highest} fen", basis=grants[0].basis)
