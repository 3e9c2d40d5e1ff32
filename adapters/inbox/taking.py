"""Messages of a department taken in, each answered by itself: what the HTTP inbox and the command line share."""

from collections.abc import Sequence

from adapters.house import House
from adapters.inbox.decoding import decode_signal
from application.signals import Taken, receive_many
from domain.errors import Refused
from domain.signals.receiving import SignalIn


def take_messages(house: House, department: str, messages: Sequence[bytes]) -> list[Taken]:
    """Take in the messages, in one transaction; return what became of each, in order. Raises Unavailable, KeyLost.

    What is no signal is refused alone, without its id: nobody knows whether that is one.
    """
    taken: dict[int, Taken] = {}
    good: dict[int, SignalIn] = {}
    for place, message in enumerate(messages):
        try:
            good[place] = decode_signal(message)
        except Refused as refused:
            taken[place] = Taken("", "refused", refused.code, refused.detail)
    done = receive_many(house.cases, department, [*good.values()], house.now())
    return [found for _, found in sorted({**taken, **dict(zip(good, done, strict=True))}.items())]
