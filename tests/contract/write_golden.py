"""Write the golden file of every event type that has none: ``python -m tests.contract.write_golden``.

A file that exists is never written again: its bytes are what logs already hold.
"""

from adapters.eventstore.codec import encode_state
from tests.contract.test_golden_events import file_of
from tests.support.samples import SAMPLES, fact


def main() -> None:
    for event in SAMPLES.values():
        path = file_of(type(event))
        if not path.exists():
            path.write_bytes(encode_state(fact(event)))


if __name__ == "__main__":
    main()
