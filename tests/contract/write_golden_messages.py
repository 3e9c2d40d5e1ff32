"""Write the golden file of every message of a feed that has none: ``python -m tests.contract.write_golden_messages``.

A file that exists is never written again. Where a message may grow by a field, its file is deleted first, so that the
difference shows in the repository what its readers will see.
"""

from tests.contract.test_golden_messages import file_of
from tests.support.feed_messages import shipped, whole


def main() -> None:
    for contract, delivered in shipped():
        path = file_of(contract, delivered)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(whole(contract, delivered))


if __name__ == "__main__":
    main()
