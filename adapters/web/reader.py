"""Who looks at a page, for the record of what they read."""

from adapters.reads.recording import Reader
from adapters.web.desk import Desk


def on_page(desk: Desk) -> Reader:
    """Return who looks at a page; nobody known where nobody has signed in."""
    if desk.holder is None:
        return Reader("page")
    post, actor = desk.holder
    return Reader("page", actor=actor, post=post.id)
