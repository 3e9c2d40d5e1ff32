"""The bureau as it was known at the moment that is shown."""

from adapters.moments import Past
from adapters.viewing import Views
from application.bureau import Bureau, BureauMemory


def bureau_of(memory: BureauMemory, views: Views) -> Bureau:
    """Return the posts, rules and grants of the moment of the views; as they are now, for the live views."""
    return memory.at(views.shown.position) if isinstance(views, Past) else memory.refresh()
