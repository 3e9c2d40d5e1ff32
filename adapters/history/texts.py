"""What a text of a log file may be: characters that every format can carry, and points in time."""

import re
from datetime import UTC, datetime, tzinfo

ILLEGAL_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Outside XML 1.0's Char (§2.2): cannot be written as XML, and NUL not stored by PostgreSQL either."""

# datetime.fromisoformat alone is too generous: week dates, dates without a time, digits run together.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_XML_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def instant(text: str, zone: tzinfo | None) -> datetime | None:
    """The moment in UTC (to the microsecond), or None when the text is not one.

    ``zone`` is for texts that name none; without it they are no moment, because a guess shifts every clock of the case.
    """
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            if zone is None:
                return None
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def faithful_text(at: datetime, at_text: str) -> str:
    """The original wording when it still says the same moment by itself, otherwise ISO 8601 in UTC."""
    return at_text if instant(at_text, None) == at else at.astimezone(UTC).isoformat()


def xml_text(at: datetime, at_text: str) -> str:
    """Like ``faithful_text``, and always an xs:dateTime with a zone."""
    return faithful_text(at, at_text) if _XML_INSTANT.fullmatch(at_text) else at.astimezone(UTC).isoformat()
