"""The projector of an older program, which does not know an event type yet: ``URL MOST TYPE``. Else as ``follow``."""

import sys

from adapters.eventstore.event_types import EVENT_TYPES
from tests.support.programs import follow

if __name__ == "__main__":
    del EVENT_TYPES[sys.argv[3]]
    follow.main(sys.argv[1], int(sys.argv[2]))
