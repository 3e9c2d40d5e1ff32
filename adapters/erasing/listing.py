"""All erasures and holds, the newest first, for the auditor."""

from adapters.erasing.books import Books
from adapters.erasing.certificate import Certificate, certificate
from adapters.vault.vault import Place
from application.ports import EventLog

MOST_ROWS = 200


def certificates(log: EventLog, place: Place, most: int = MOST_ROWS) -> list[Certificate]:
    """Return the certificates of the erasures that were begun last. Raises Unavailable."""
    books = Books(place)
    events = books.begun_last(most)
    return [certificate(log, books, subject) for subject in dict.fromkeys(event.subject for event in events)]
