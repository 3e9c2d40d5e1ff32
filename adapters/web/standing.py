"""Which views each page reads, and what readers of a page must know of them: one is paused, or lacks parked events."""

from adapters.house import House
from adapters.web.texts import Texts

READS: dict[str, tuple[str, ...]] = {
    "/ui/cases": ("worklist",),
    "/ui/duties": ("duties",),
    "/ui/leads": ("leads",),
    "/ui/warnings": ("warnings",),
    "/ui/authority": ("denials", "decisions", "samples"),
    "/ui/policy": ("policies",),
    "/ui/parity": ("parity",),
    "/ui/dashboard": ("dashboard",),
    "/ui/operations": ("history",),
}
"""Address of a page -> the views that it is read from. Pages that are not here are read from the log itself."""

_STANDING = """
SELECT view, paused, EXISTS (SELECT FROM views.parked AS p WHERE p.view = v.view) AS parked
  FROM views.projections AS v WHERE view = ANY(%s)
"""


def banners(house: House | None, path: str, texts: Texts) -> list[str]:
    """Return what is to be said on the page at this address. Raises Unavailable."""
    wanted = READS.get(path, ())
    if house is None or not wanted:
        return []
    rows = house.read(_STANDING, (list(wanted),))
    paused = [row["view"] for row in rows if row["paused"]]
    parked = [row["view"] for row in rows if row["parked"]]
    separator = texts("app.separator")
    said = (("ops.view_paused", paused), ("ops.view_parked", parked))
    return [texts(key, views=separator.join(views)) for key, views in said if views]
